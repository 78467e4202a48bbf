"""What the lessons say is so: of figures from several seeds, which are those of today's engine and today's lessons."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from app.lessons.expressions import holds
from app.lessons.measuring import measure
from scripts import lesson_figures, lessons_table
from scripts.lesson_figures import LESSONS, digest, figures
from tests.support.folders import find_data_dir

TABLE = lesson_figures.load()
TRAINED = [
    (lesson, dataset, full)
    for lesson in LESSONS.values()
    for dataset in lesson_figures.data_sets(lesson)
    for full in lesson_figures.sizes(lesson)
]
CLAIMS = [
    (lesson, dataset, full, claim)
    for lesson, dataset, full in TRAINED
    for claim in lesson_figures.claims(lesson, dataset, full=full)
]


def named(lesson, dataset, full, *claim):
    """The name of a test."""
    return ", ".join([lesson.slug, dataset, *(["full"] if full else []), *(each.says for each in claim)])


EACH = pytest.mark.parametrize(
    ("lesson", "dataset", "full"), TRAINED, ids=[named(*trained) for trained in TRAINED]
)


@EACH
def test_the_figures_are_of_the_lessons_settings_from_all_their_seeds(lesson, dataset, full):
    count = lesson_figures.seeds(lesson, full=full)
    assert count >= lesson_figures.FULL_SEEDS
    inside = lesson_figures.runs_with_layers(lesson, dataset, full=full)
    for config in lesson.configs(dataset=dataset, measured=True, full=full):
        assert digest(config) in TABLE, f"{config.name}: the settings have changed since `make lessons`"
        row = TABLE[digest(config)]
        assert row["dataset"] == dataset
        assert all(len(row[quantity]) >= count for quantity in lesson_figures.quantities_of(config))
        assert config.name not in inside or len(row["layers"]) >= count


def test_every_recorded_figure_belongs_to_a_run_of_a_lesson():
    assert lesson_figures.prune(TABLE) == TABLE


def test_the_document_shows_the_figures():
    text = lessons_table.DOCUMENT.read_text("utf-8")
    shown = text.partition(lessons_table.BEGIN)[2].partition(lessons_table.END)[0]
    assert shown.strip() == lessons_table.render(TABLE), "`make lessons ARGS=--render` writes it again"


def test_writing_the_document_deletes_no_figures_and_names_a_lesson_without_them(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(lesson_figures, "FILE", tmp_path / "lessons.json")
    monkeypatch.setattr(lessons_table, "DOCUMENT", tmp_path / "lessons.md")
    monkeypatch.setattr("sys.argv", ["lessons_table", "--render"])
    (tmp_path / "lessons.md").write_text(f"{lessons_table.BEGIN}{lessons_table.END}", "utf-8")
    changed = digest(LESSONS["3b-l2"].configs(measured=True)[0])
    stored = {key: row for key, row in TABLE.items() if key != changed} | {"of earlier settings": {}}
    for table, code in ((stored, 1), (stored | {changed: TABLE[changed]}, 0)):
        lesson_figures.save(table)
        assert lessons_table.main() == code
        assert lesson_figures.load() == table
        assert ("3b-l2" in capsys.readouterr().out) == bool(code)
    assert "3b-l2" in (tmp_path / "lessons.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("lesson", "dataset", "full", "claim"), CLAIMS, ids=[named(*stated) for stated in CLAIMS]
)
def test_what_a_lesson_says_is_so_over_its_seeds(lesson, dataset, full, claim):
    assert holds(lesson.expression(claim.holds), figures(TABLE, lesson, dataset, full=full))


def test_every_lesson_with_runs_has_figures():
    assert {lesson.slug for lesson in LESSONS.values() if lesson.runs} == {
        lesson.slug for lesson, *_ in TRAINED
    }


def test_every_lesson_with_figures_makes_claims_on_every_data_set():
    assert {(lesson.slug, dataset) for lesson, dataset, _ in TRAINED} == {
        (lesson.slug, dataset) for lesson, dataset, *_ in CLAIMS
    }


@EACH
def test_claims_could_be_wrong(lesson, dataset, full):
    """Of runs that all end alike, at chance and with nothing else to be seen, some claims do not hold."""
    real = figures(TABLE, lesson, dataset, full=full)
    parts = ("train", "validation", "test", "small", "lowest", "highest", "weights")
    alike = {}
    for name, run in real.outcomes.items():
        same: dict[str, Any] = {part: np.full_like(run.test, 10.0) for part in parts}
        same["layers"] = {figure: np.zeros_like(values) for figure, values in run.layers.items()}
        alike[name] = dataclasses.replace(run, **same)
    claims = lesson_figures.claims(lesson, dataset, full=full)
    known = dataclasses.replace(real, outcomes=alike)
    assert not all(holds(lesson.expression(claim.holds), known) for claim in claims)


@pytest.mark.parametrize("slug", ["3a-overfitting", "3b-l2"])
def test_the_seed_of_lessons_with_one_run_each_ends_where_the_mean_lies(slug):
    for config in LESSONS[slug].configs():
        tests = figures(TABLE, LESSONS[slug], "mnist").outcomes[config.name].test
        assert abs(tests[config.seed] - tests.mean()) < tests.std(ddof=1) / 2


QUICK = [
    ("2a-optimizers", "digits", "Adam", 3),
    ("2d-learning-rate", "digits", "η 10, ReLU", 5),
    ("2d-learning-rate", "digits", "η 100", 1),
    ("3b-l2", "digits", "L2 λ 0.1", 7),
    ("3c-l1", "digits", "L1 λ 0.0005", 2),
    ("2a-optimizers", "mnist", "SGD", 0),
    ("3a-overfitting", "mnist", "300 images", 7),
]


@pytest.mark.parametrize(("slug", "dataset", "name", "seed"), QUICK)
def test_figures_that_are_measured_again_are_the_same(slug, dataset, name, seed):
    data_dir = find_data_dir()
    if dataset != "digits" and data_dir is None:
        pytest.skip("no MNIST files on this machine (LOSSROOM_DATA_DIR)")
    config = next(c for c in LESSONS[slug].configs(dataset=dataset) if c.name == name)
    measured = measure(config, seed, data_dir or lesson_figures.ROOT).quantities
    quantities = lesson_figures.quantities_of(config)
    recorded = {quantity: TABLE[digest(config)][quantity][seed] for quantity in quantities}
    for quantity in ("diverged", "dead"):
        assert measured[quantity] == recorded[quantity]
    if not recorded["diverged"]:  # other processors round otherwise
        for quantity in ("train", "test", "small"):
            assert measured[quantity] == pytest.approx(recorded[quantity], abs=1.0)
        assert measured["weights"] == pytest.approx(recorded["weights"], rel=0.01)
