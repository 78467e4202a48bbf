"""`lossroom lessons`: begin a lesson, check it, train it, and give the schema of its files."""

import json
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.lessons.document import Course, Settings, Translation
from app.lessons.front_matter import read, split
from app.lessons.library import BUILT_IN, Library
from app.lessons.schema import KINDS, schema, schema_text
from app.lessons.trained import Trained, plan

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSROOM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")


def test_a_new_lesson_passes_the_check_at_once(tmp_path, capsys):
    folder = tmp_path / "own"
    assert main(["lessons", "new", "two-rates", "--folder", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {"two-rates.en.md", "two-rates.ja.md"}
    assert main(["lessons", "check", str(folder), "--seeds", "2"]) == 0
    said = capsys.readouterr().out
    assert "two-rates on digits, 2 seeds" in said
    assert re.search(r"yes . claim farther: .* test\(large rate\) 9\d", said)
    assert re.search(r"yes . question ahead: .* large ", said)
    assert re.search(r"yes . spread each: .* 9\d", said)
    assert re.search(r"try more: .* reached as it is", said)
    assert main(["lessons", "new", "two-rates", "--folder", str(folder)]) == 2  # nothing is overwritten


def test_a_claim_that_does_not_hold_and_a_wrong_file_have_their_own_exit_status(tmp_path, capsys):
    main(["lessons", "new", "two-rates", "--folder", str(tmp_path)])
    path = tmp_path / "two-rates.en.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace('holds: test("large rate") >', 'holds: test("large rate") <'), "utf-8")
    assert main(["lessons", "check", str(path), "--quick"]) == 1
    assert re.search(r"NO +. claim farther", capsys.readouterr().out)

    # what is said of all seeds together may be otherwise for the first of them
    text = text.replace('holds: test("large rate") >', 'holds: mean(test("large rate")) <')
    path.write_text(text, "utf-8")
    assert main(["lessons", "check", str(path), "--seeds", "1"]) == 0
    assert re.search(r"\? +. claim farther.*: not with 1 of its 6 seeds", capsys.readouterr().out)

    path.write_text(text.replace("learning_rate: 0.1", "learning_rate: -1"), "utf-8")
    assert main(["lessons", "check", str(path), "--seeds", "0"]) == 2
    assert "two-rates.en.md:12: runs.large rate.optimizer.learning_rate: " in capsys.readouterr().err


def test_a_lesson_whose_files_are_all_given_is_checked_once_and_a_course_beside_it_is_no_mistake(
    tmp_path, capsys
):
    main(["lessons", "new", "two-rates", "--folder", str(tmp_path)])
    (tmp_path / "rates.course.yaml").write_text(
        "title:\n  en: Rates\n  ja: 学習率\nlessons: [two-rates]\n", "utf-8"
    )
    capsys.readouterr()
    files = sorted(map(str, tmp_path.iterdir()))
    assert len(files) == 3
    assert main(["lessons", "check", *files, "--seeds", "0"]) == 0
    assert capsys.readouterr().out == "two-rates: the files are right\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "Two Rates"], "small letters, digits and single hyphens"),
        (["check", "nowhere"], "there is no nowhere"),
        (["check", "README.md"], "there is no lesson in README.md"),
        (["check", "--seeds", "-1"], "--seeds must be 0 to 1000, not -1"),
        (["check", "--budget", "0"], "--budget must be a number of seconds above 0, not 0"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_one_line(arguments, said, capsys):
    assert main(["lessons", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_the_lessons_that_train_fastest_say_and_ask_is_so(capsys):
    assert main(["lessons", "check", str(BUILT_IN), "--quick", "--budget", "9"]) == 0
    said, _, skipped = capsys.readouterr().out.partition("Not trained, because of the limit of about 9 s:")
    for slug in (
        "0-what-is-a-loss",
        "1a-vanishing-gradient",
        "2a-optimizers",
        "2c-batch-norm",
        "4-simple-convnet",
    ):
        assert f"{slug} on digits, 2 seeds" in said
        assert slug not in skipped
    assert re.search(r"yes . claim smooth: .*smoothness\(200 test images, 1\) 0\.\d", said)
    assert "6b-look-at-the-data: the files are right" in said
    assert re.search(r"3e-choosing on digits: the files are right; about \d+ s more", skipped)


def test_lessons_share_their_trainings(monkeypatch, tmp_path):
    trained = Trained(tmp_path)
    lessons = Library().shelf().lessons
    one, other = (plan(lessons[slug], "digits", 1, tries=False) for slug in ("3b-l2", "3b-l2-sweep"))
    assert trained.seconds(one) == pytest.approx(sum(each.seconds for each in one))
    measured: list[tuple[Any, dict[str, bool]]] = []
    monkeypatch.setattr("app.lessons.trained.measure", lambda *asked, **more: measured.append((asked, more)))
    trained.expect([*one, *other])
    assert trained.seconds(other) == 0
    for each in [*one, *other, *one]:
        trained.get(each)
    both = {each.key for each in one} & {each.key for each in other}
    assert len(measured) == len(one) + len(other) - len(both) < len(one) + len(other)
    trained.get(replace(one[0], curves=True, with_layers=True))  # more than was expected
    assert measured[-1][1] == {"curves": True, "with_layers": True}
    trained.get(one[0])
    assert len(measured) == len(one) + len(other) - len(both) + 1


def test_a_quick_check_trains_each_experiment_once_from_a_seed():
    lesson = Library().shelf().lessons["3e-choosing"]  # twenty runs that differ in their seed alone
    planned = plan(lesson, "digits", 2, tries=False)
    assert len({each.key for each in planned}) == len(planned)
    assert sum(each.curves for each in planned) == 20


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_documents_is_that_of_the_models(kind, capsys):
    path = DOCS / f"{kind}.schema.json"
    assert path.read_text("utf-8") == schema_text(kind), f"lossroom lessons schema {kind} > docs/{path.name}"
    main(["lessons", "schema", kind])
    assert json.loads(capsys.readouterr().out) == schema(kind)


def test_the_schema_takes_the_built_in_lessons_and_refuses_others():
    jsonschema = pytest.importorskip("jsonschema_rs")
    lesson = jsonschema.validator_for(schema("lesson"))
    for path in BUILT_IN.glob("*.md"):
        lesson.validate(read(split(path.read_text("utf-8"))[0]).values)
    assert not lesson.is_valid({"title": "x"})


def test_every_field_of_the_models_is_in_the_schema():
    described = schema("lesson")["$defs"]
    for model in (Settings, Translation):
        assert set(described[model.__name__]["properties"]) == {
            field.alias or name for name, field in model.model_fields.items()
        }
    assert set(schema("course")["properties"]) == set(Course.model_fields)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_lesson_of_the_guide_is_one_whose_claims_hold(tmp_path, capsys, language):
    guide = (DOCS / ("guide.md" if language == "en" else "guide.ja.md")).read_text("utf-8")
    chapter = guide[guide.index("lossroom lessons new batch-size") :].partition("\n## ")[0]
    blocks = re.findall(r"(?:^ {8}.*\n|^\n(?= {8}))+", chapter, re.MULTILINE)
    *settings, body = [textwrap.dedent(block).strip() for block in blocks]
    path = tmp_path / f"batch-size.{language}.md"
    path.write_text("\n".join(["---", *settings, "---", body]), "utf-8")
    assert main(["lessons", "check", str(path), "--seeds", "2"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"yes . claim more", said)
    assert re.search(r"question ahead: .* hundred ", said)
