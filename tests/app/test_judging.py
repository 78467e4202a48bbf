"""Who is before whom in a challenge, and what counts."""

import numpy as np
import pytest

from app.people.challenge import Entry, standings, top
from app.people.judging import Best, Judged, Terms, places
from app.people.refusals import OffTerms
from app.rows import Rows

COLUMNS = ("iteration", "train_accuracy", "train_loss", "validation_accuracy", "validation_loss")


def rows(*pairs, first=0, times=None):
    """Evaluations as (iteration, validation accuracy)."""
    values = np.array([[i, 1, 0, accuracy, 0] for i, accuracy in pairs], np.float32).T
    times = [(first + len(pairs), 0.0, 1.0)] if times is None else times
    return Rows(COLUMNS, first, values, times)


def best(terms, *parts, seconds=0.0):
    judged = Judged(terms)
    for part in parts:
        judged.add(part, seconds)
    found = judged.best
    return None if found is None else (round(found.accuracy, 4), found.iteration)


def terms(**budget):
    return Terms("digits", 100, **budget)


def test_the_best_accuracy_counts_at_the_first_iteration_that_reached_it():
    parts = rows((10, 0.5), (20, 0.75), (30, 0.75)), rows((40, 0.25), first=3)
    assert best(terms(), *parts) == (0.75, 20)
    assert best(terms(max_iterations=10), *parts) == (0.5, 10)
    assert best(terms(max_iterations=9), *parts) is None
    assert best(terms(), rows((10, np.nan))) is None


def test_what_comes_after_the_seconds_does_not_count():
    timed = rows((10, 0.5), (20, 0.75), (30, 0.8), times=[(1, 0.0, 1.0), (2, 0.0, 2.0), (3, 0.0, 3.0)])
    assert best(terms(max_seconds=2.0), timed) == (0.75, 20)
    assert best(terms(max_seconds=1.9), timed) == (0.5, 10)
    # of two rows in one message, both are as late as the message
    assert best(terms(max_seconds=1.9), rows((10, 0.5), (20, 0.75), times=[(2, 0.0, 2.0)])) is None
    # rows that no time follows are no later than the training is now
    untimed = rows((10, 0.5), times=[])
    assert best(terms(max_seconds=2.0), untimed, seconds=2.0) == (0.5, 10)
    assert best(terms(max_seconds=2.0), untimed, seconds=2.1) is None


def test_weights_that_were_brought_back_take_the_place_of_those_of_the_last_iteration():
    """A training may end with the weights of its lowest loss; those with which it came there are gone."""
    assert best(terms(), rows((10, 0.5), (20, 0.75)), rows((20, 0.5), first=2)) == (0.5, 10)
    assert best(terms(), rows((10, 0.5), (20, 0.4), (20, 0.75))) == (0.75, 20)


def test_equal_figures_share_a_place():
    assert places([("a", 0.9), ("b", 0.95), ("c", 0.9), ("d", 0.5), ("e", None)]) == {
        "a": 2,
        "b": 1,
        "c": 2,
        "d": 4,
        "e": None,
    }


def entry(number, accuracy, test=None):
    return Entry(f"p{number}", number, "r", 7, 20, accuracy, test, test is not None)


def test_ranks_move_when_the_test_set_is_opened_and_no_test_figure_is_there_before():
    entries = [entry(1, 0.9, 0.7), entry(2, 0.8, 0.75), entry(3, 0.8, None)]

    before = standings(entries, opened=False)
    assert [
        (standing["number"], standing["place"], standing["test"], standing["test_place"])
        for standing in before
    ] == [
        (1, 1, None, None),
        (2, 2, None, None),
        (3, 2, None, None),
    ]
    after = standings(entries, opened=True)
    assert [
        (standing["number"], standing["place"], standing["test"], standing["test_place"])
        for standing in after
    ] == [
        (2, 2, 0.75, 1),
        (1, 1, 0.7, 2),
        (3, 2, None, None),
    ]
    assert [entry["number"] for entry in top(after, {}, opened=True)] == [2, 1]


def test_the_top_has_three_places_and_six_people_at_most_and_names_only_where_they_are_shown():
    found = standings([entry(number, 1 - number / 10) for number in range(1, 6)], opened=False)
    seen = top(found, {"p1": "Ada", "p2": ""}, opened=False)
    assert [(entry["number"], entry["nickname"]) for entry in seen] == [(1, "Ada"), (2, None), (3, None)]
    alike = standings([entry(number, 0.5) for number in range(1, 10)], opened=False)
    assert [entry["number"] for entry in top(alike, {}, opened=False)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("dataset", "field"),
    [
        ({"test_size": 0, "validation_size": 100}, None),
        ({"test_size": None, "validation_size": 100}, "dataset.test_size"),
        ({"test_size": 50, "validation_size": 100}, "dataset.test_size"),
        ({"test_size": 0}, "dataset.validation_size"),
        ({"test_size": 0, "validation_size": 99}, "dataset.validation_size"),
        ({"test_size": 0, "validation_size": 100, "fold": {"folds": 5, "index": 0}}, "dataset.fold"),
        ({"name": "mnist", "test_size": None}, None),
    ],
)
def test_an_experiment_on_the_data_of_a_challenge_must_fit_it(dataset, field):
    config = {"dataset": {"name": "digits", **dataset}}
    assert terms().unfit(config) == field
    if field is not None:
        with pytest.raises(
            OffTerms, match=f"experiments.1.{field}: .* 100 validation examples, 0 test examples"
        ) as refused:
            terms().demand(config, within="experiments.1.")
        assert refused.value.field == f"experiments.1.{field}"


def test_rows_without_validation_images_have_no_best():
    judged = Judged(terms())
    judged.add(Rows(("iteration", "train_accuracy"), 0, np.ones((2, 1), np.float32), []), 0.0)
    assert (judged.best, judged.rows) == (None, 1)
    assert Best(0.5, 1) != Best(0.5, 2)
