"""The built-in lessons: their experiments are those of the course, and what they state of networks is so."""

import pytest

from engine import ExperimentConfig, datasets
from engine.summary import summarize
from tests.support import made_once

LESSONS = made_once.lessons()
ALL = list(LESSONS.values())
IDS = list(LESSONS)


@pytest.mark.parametrize("lesson", ALL, ids=IDS)
def test_every_run_of_a_lesson_is_a_valid_experiment_with_a_name_of_its_own(lesson):
    configs = lesson.configs()
    assert all(isinstance(config, ExperimentConfig) for config in configs)
    assert len({config.name for config in configs}) == len(configs) == len(lesson.runs)
    if not configs:  # one to look at: its data and its network
        assert lesson.experiment().dataset.name == lesson.dataset
    assert lesson.slug.startswith(lesson.section)


#: Runs in old databases name them.
SLUGS = [
    "1a-vanishing-gradient",
    "1b-remedies",
    "1b-deep",
    "2a-optimizers",
    "2b-more-optimizers",
    "2c-batch-norm",
    "2d-learning-rate",
    "3a-overfitting",
    "3b-l2",
    "3b-l2-sweep",
    "3b-last-layer",
    "3c-l1",
    "3d-remedies",
    "3d-more-data",
    "3d-label-noise",
    "3d-augmentation",
    "3d-cross-validation",
    "3e-choosing",
    "4-simple-convnet",
    "4b-pooling",
    "5-alexnet",
    "6-cifar",
    "6b-look-at-the-data",
]


def test_lessons_keep_their_names():
    assert [slug for slug in LESSONS if slug in SLUGS] == SLUGS


@pytest.mark.parametrize("lesson", ALL, ids=IDS)
def test_a_lesson_also_runs_on_the_digits(lesson):
    for config in lesson.configs(dataset="digits"):
        name = "digits" if lesson.any_dataset else lesson.dataset
        assert config.dataset.name == name
        assert config.dataset.train_images <= datasets.source(name).train_size


def test_the_first_lessons_have_the_settings_of_the_course():
    sigmoid, relu = LESSONS["1a-vanishing-gradient"].configs()
    assert sigmoid.iterations == relu.iterations == 2000
    assert sigmoid.network.initializer == {"name": "normal", "std": 0.01}
    assert sigmoid.optimizer == {"name": "sgd", "learning_rate": 0.1}
    assert [layer.get("units") for layer in relu.network.layers if layer["type"] == "dense"] == [40, 20, 10]

    adam = LESSONS["2a-optimizers"].configs()[2]
    assert (adam.optimizer["beta1"], adam.optimizer["beta2"], adam.optimizer["epsilon"]) == (0.9, 0.999, 1e-7)

    overfitting = LESSONS["3a-overfitting"].configs()[0]
    assert overfitting.dataset.train_size == 300
    assert len([layer for layer in overfitting.network.layers if layer["type"] == "dense"]) == 7


def test_every_section_of_the_course_has_a_lesson():
    sections = {lesson.section for lesson in ALL}
    assert sections == {
        "0",
        "1a",
        "1b",
        "2a",
        "2b",
        "2c",
        "2d",
        "3a",
        "3b",
        "3c",
        "3d",
        "3e",
        "4",
        "4b",
        "5",
        "6",
        "6b",
    }


def test_lesson_6b_shows_the_network_of_lesson_6_and_its_statements_are_true():
    lesson, base = LESSONS["6b-look-at-the-data"], LESSONS["6-cifar"].configs(full=True)[0]
    assert lesson.experiment().to_dict() == {**base.to_dict(), "name": lesson.experiment().name}

    summary = summarize(lesson.experiment())
    rows = summary.layers
    dense = next(row for row in rows if row.type == "dense")
    convolutions = sum(row.multiply_adds for row in rows if row.type == "conv2d")
    for edition in lesson.editions.values():
        text = edition.body.render("explain")
        assert f"{100 * dense.parameters / summary.parameters:.1f} %" in text
        assert f"{100 * convolutions / summary.multiply_adds:.0f} %" in text
