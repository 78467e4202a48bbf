"""The results of a person's own runs, from stored rows: what was right, by how much, and what is missing."""

import math

import numpy as np
import pytest

from app.lessons import results, tally
from app.lessons.attempt import Attempt
from app.lessons.class_results import median_curves, most_right
from app.lessons.document import Choice, Click, Number, Rank, Sketch
from app.lessons.figures import measure
from app.lessons.outcome import Figures
from app.lessons.tries import name_of
from app.rows import Rows
from app.trainings import Status
from engine import ExperimentConfig, Trainer, measuring
from engine.reasons import Reason
from engine.regularizers import SMALL
from tests.support.experiments import QUICK, SHORT
from tests.support.stored_runs import make_run

CONFIG = ExperimentConfig.from_dict(QUICK).to_dict()
RUNS = ("a", "b")


def rows(columns, *values):
    return Rows(columns, 0, np.array(values, np.float32).T, [])


STEPS = rows(
    ("iteration", "loss", "gradient_norm/1", "gradient_norm/2", "weight_norm/1", "weight_norm/2"),
    (1, 2.3, 0.1, 0.9, 3, 4),
    (2, 2.2, 0.2, 0.8, 3, 4),
    (200, 0.1, 0.3, 0.7, 6, 8),
)


def measured(*accuracies, status=Status.COMPLETED, iteration=40, **training):
    """A run whose test accuracies were these after 20, 40, … iterations."""
    run = make_run("r", CONFIG, status=status, **training)
    run.training.iteration = iteration
    lines = [
        (20 * index, accuracy + 0.1, accuracy, 1 - accuracy) for index, accuracy in enumerate(accuracies, 1)
    ]
    columns = ("iteration", "train_accuracy", "test_accuracy", "train_loss")
    return measure(run.training, STEPS, rows(columns, *lines))


def figures(a, b):
    found = {"a": a, "b": b}
    return Figures(
        {name: trained.outcome for name, trained in found.items()},
        {name: trained.curves for name, trained in found.items()},
    )


HIGH_LOW = figures(measured(0.5, 0.8), measured(0.1, 0.2))


def words(key, default):
    return {"ahead.a": "エー", "n.unit": "％"}.get(key, default)


def test_the_quantities_of_a_run_are_those_of_its_last_rows_and_of_its_first_steps():
    outcome = measured(0.5, 0.8).outcome
    found = {
        name: getattr(outcome, name).item() for name in ("train", "test", "gap", "loss", "weights", "lowest")
    }
    assert found == pytest.approx(
        {"train": 90, "test": 80, "gap": 10, "loss": 0.2, "weights": 10, "lowest": 0.15}
    )
    assert (outcome.highest.item(), outcome.diverged.item(), outcome.dead.item()) == pytest.approx(
        (0.85, 0, 0)
    )
    assert math.isnan(outcome.validation.item())
    assert math.isnan(outcome.small.item())


def test_a_run_that_diverged_between_evaluations_is_at_chance_and_one_whose_network_died_says_so():
    diverged = measured(0.5, status=Status.DIVERGED, iteration=33).outcome
    assert (diverged.test.item(), diverged.loss.item(), diverged.diverged.item()) == (10, math.inf, 1)
    last = measured(0.5, 0.1, status=Status.DIVERGED, iteration=40).outcome  # after its last evaluation
    assert last.test.item() == pytest.approx(10)
    assert last.loss.item() == pytest.approx(0.9)
    assert measured(0.5, reason=Reason("dead", "dead", iteration=3)).outcome.dead.item() == 1


def layer(**given):
    return {"name": "1", "units": 4, "small_weights": 0.25, "small_outputs": 0.5, "smoothness": None, **given}


def test_the_inside_of_a_network_is_that_of_the_measurement_after_the_last_iteration():
    run = make_run("r", CONFIG, status=Status.COMPLETED).training
    run.iteration = 40
    early, late = {"layers": [layer()]}, {"layers": [layer(small_outputs=0.75, moved=2.0)]}
    found = measure(run, STEPS, None, {20: early, 40: late})
    layers = {name: values.tolist() for name, values in found.outcome.layers.items()}
    assert math.isnan(layers.pop("smoothness")[0][0])  # its weights are no pictures
    assert layers == {"small_weights": [[25]], "small_outputs": [[75]], "moved": [[200]]}
    assert found.curves.measurements.tolist() == [20, 40]
    assert found.curves.layers["small_outputs"].tolist() == [[50], [75]]
    assert "moved" not in found.curves.layers
    for without in ({20: early}, {40: {"layers": [{"name": "1", "units": 4}]}}, {}):
        assert not measure(run, STEPS, None, without).outcome.layers


def test_the_share_of_small_weights_is_known_with_and_without_l1():
    config = ExperimentConfig.from_dict(SHORT)
    trainer = Trainer(config)
    while not trainer.done:
        trainer.advance()
    run = make_run("r", config.to_dict(), status=Status.COMPLETED).training
    run.iteration = 40
    found = measure(run, STEPS, None, {40: measuring.measure(trainer)}).outcome.small.item()
    layers = trainer.network.weight_layers.values()
    weights = np.concatenate([trainer.network.vector[part] for part in layers])
    assert found == pytest.approx(100 * np.mean(np.abs(weights) < SMALL))
    assert found > 0
    counted = rows(("iteration", "small_weights"), (40, 0.25))
    assert measure(run, STEPS, counted, {40: measuring.measure(trainer)}).outcome.small.item() == 25


def test_a_run_without_evaluations_is_at_chance_if_it_diverged_and_else_has_no_figures():
    outcome = measure(make_run("r", CONFIG, status=Status.DIVERGED).training, STEPS, None).outcome
    assert (outcome.test.item(), outcome.train.item()) == (10, 10)  # it diverged before it was evaluated
    assert math.isnan(outcome.validation.item())
    nothing = measure(make_run("r", CONFIG, status=Status.COMPLETED).training, None, None).outcome
    assert math.isnan(nothing.test.item())
    assert math.isnan(nothing.weights.item())


def choice(*statements):
    options = [
        {"id": name, "text": name, **({"holds": holds} if holds else {})}
        for name, holds in zip("abcd", statements, strict=False)
    ]
    return Choice.model_validate({"id": "ahead", "kind": "choice", "ask": "?", "options": options})


RANK = Rank.model_validate({"id": "order", "kind": "rank", "ask": "?", "runs": ["b", "a"], "tie": 1})
NUMBER = Number.model_validate(
    {
        "id": "n",
        "kind": "number",
        "ask": "?",
        "unit": "%",
        "low": 0,
        "high": 100,
        "value": 'test("a")',
        "within": 2,
    }
)
CLICK = Click.model_validate(
    {
        "id": "c",
        "kind": "click",
        "ask": "?",
        "chart": "test_accuracy",
        "value": 'takes_off("a", 60)',
        "within": 5,
    }
)
SKETCH = Sketch.model_validate(
    {"id": "s", "kind": "sketch", "ask": "?", "chart": "test_accuracy", "runs": ["a", "b"]}
)


@pytest.mark.parametrize(
    ("question", "value", "came", "right"),
    [
        (choice('test("a") > test("b")', None), "a", "a", True),
        (choice('test("a") < test("b")', None), "a", "b", False),
        (choice('test("a") < 1', 'test("b") < 1'), "a", None, None),
        (RANK, ["a", "b"], ["a", "b"], True),
        (RANK, ["b", "a"], ["a", "b"], False),
        (NUMBER, {"value": 78.5, "range": 0}, 80, True),
        (NUMBER, {"value": 70, "range": 10}, 80, True),
        (NUMBER, {"value": 70, "range": 5}, 80, False),
        (CLICK, 36, 40, True),
        (CLICK, 20, 40, False),
    ],
)
def test_an_answer_is_judged_by_the_persons_own_runs(question, value, came, right):
    judged = results.judge(question, value, HIGH_LOW, RUNS)
    assert judged.right is right
    assert judged.came == (came if not isinstance(came, int) else pytest.approx(came))


def test_equal_runs_may_be_ranked_in_any_order_and_what_cannot_be_measured_is_not_judged():
    alike = figures(measured(0.5, 0.805), measured(0.5, 0.8))
    for order in (["a", "b"], ["b", "a"]):
        assert results.judge(RANK, order, alike, RUNS).right is True
    never = figures(measured(0.5), measured(0.5))
    assert results.judge(CLICK, 20, never, RUNS).right is None
    without = Figures({"a": HIGH_LOW.outcomes["a"]})
    for question, value in ((RANK, ["a", "b"]), (choice('test("b") > 1', None), "a"), (CLICK, 3)):
        assert results.judge(question, value, without, RUNS).right is None


def test_an_outcome_says_in_words_what_was_predicted_what_came_and_how_far_off_that_was():
    chosen = results.outcome(choice('test("a") > 1', None), "a", HIGH_LOW, RUNS, words)
    assert (chosen.predicted, chosen.came, chosen.right, chosen.off) == ("エー", "エー", True, None)
    ranked = results.outcome(RANK, ["b", "a"], HIGH_LOW, RUNS, words)
    assert (ranked.predicted, ranked.came) == ("b > a", "a > b")
    assert [(run.name, run.predicted, run.came, run.off) for run in ranked.runs] == [
        ("a", "2", "1", 1),
        ("b", "1", "2", 1),
    ]
    number = results.outcome(NUMBER, {"value": 70, "range": 5}, HIGH_LOW, RUNS, words)
    assert (number.predicted, number.came, number.off) == ("70 ± 5 ％", "80 ％", 10)
    assert results.outcome(NUMBER, {"value": 80 - 7e-14, "range": 0}, HIGH_LOW, RUNS, words).off == 0


def test_an_answer_to_a_question_that_has_changed_since_is_no_error():
    for question in (choice('test("a") > 1', None), RANK, NUMBER, CLICK, SKETCH):
        for value in (None, "gone", ["gone"], 5.0, {"gone": 1}, {"value": "gone"}):
            assert isinstance(results.in_words(question, value, words), str)


def test_the_run_of_something_to_try_is_named_by_the_first_sentence_that_asks_nothing():
    names = {
        "λ 0.01 with seed 3. Say its test accuracy first.": "λ 0.01 with seed 3",
        "Do ten more layers pay off? He with two. Come within 3 points.": "He with two",
        "シグモイドは遅いだけなのか？ 10,000 回反復する。20 % を超えるか？": "10,000 回反復する",
        "Faster?": "Faster?",
        "x" * 200: "x" * 100,
    }
    assert {text: name_of(text) for text in names} == names


def test_a_sketch_is_compared_with_the_curve_at_the_evaluations_that_it_covers():
    sketch = {"a": [[0, 40], [40, 80]], "b": [[30, 20], [40, 10]]}
    outcome = results.outcome(SKETCH, sketch, HIGH_LOW, RUNS, words)
    assert outcome.right is None
    # a: 60 and 80 for 50 and 80; b: only the last, 10 for 20
    assert [(run.predicted, run.came, run.off) for run in outcome.runs] == [
        ("80 %", "80 %", 5),
        ("10 %", "20 %", 10),
    ]
    assert outcome.off == 7.5
    other = SKETCH.model_copy(update={"chart": "weight_norms"})
    assert results.outcome(other, sketch, HIGH_LOW, RUNS, words).off is None


@pytest.mark.parametrize(
    ("status", "annotations", "why"),
    [
        (Status.COMPLETED, [], None),
        (Status.DIVERGED, [], None),
        (Status.QUEUED, [], None),
        (Status.CANCELLED, [], "cancelled"),
        (Status.FAILED, [], "failed"),
        (Status.PAUSED, [], "paused"),
        (Status.COMPLETED, [{"kind": "dead", "iteration": 3}], None),
        (Status.RUNNING, [{"kind": "live", "iteration": 3, "changes": {"l1": [0, 1]}}], "changed"),
    ],
)
def test_it_says_which_run_gives_no_figures_and_why(status, annotations, why):
    run = make_run("r", CONFIG, status=status, annotations=annotations)
    attempt = Attempt("x", None, "1a", 1.5, "guess", False, "digits", {}, {"a": "r", "b": "gone"})
    state = results.state_of(attempt, ["a"], {"r": run}.get)
    assert [(missing.name, missing.run, missing.why) for missing in state.missing] == (
        [("a", "r", why)] if why else []
    )
    assert state.has_ended == (status in (Status.COMPLETED, Status.DIVERGED))
    both = results.state_of(attempt, ["a", "b", "of a newer file"], {"r": run}.get)
    assert [missing.why for missing in both.missing][-2:] == ["deleted", "deleted"]


def test_each_question_has_the_answer_that_is_right_for_most_of_the_class_and_numbers_their_median():
    ahead, neither = choice('test("a") > test("b")', None), choice('test("a") < 1', 'test("b") < 1')
    low, high = measured(0.1, 0.2), [measured(0.4, 0.6 + share / 100) for share in (1, 2, 4)]
    of_class = [figures(low, high[0]), *(figures(trained, low) for trained in high)]
    assert most_right(ahead, of_class, RUNS) == "a"
    assert most_right(RANK, of_class, RUNS) == ["a", "b"]
    assert most_right(NUMBER, of_class, RUNS) == pytest.approx(61.5)
    assert most_right(neither, of_class, RUNS) is None
    assert most_right(ahead, [], RUNS) is None


def test_the_classs_curve_is_as_long_as_the_longest_and_counts_each_as_far_as_it_came():
    nothing = measure(make_run("r", CONFIG, status=Status.DIVERGED).training, STEPS, None)  # not evaluated
    diverged = measured(0.1, status=Status.DIVERGED, iteration=25)
    full = [measured(0.3, 0.6, 0.7), measured(0.5, 0.8, 0.9)]
    of_class = [figures(trained, nothing) for trained in (nothing, diverged, *full)]
    curves = median_curves(SKETCH, {}, of_class)
    assert curves == {"a": [[20, 30], [40, 70], [60, 80]]}


def test_of_a_large_class_some_answers_from_the_lowest_to_the_highest_are_sent_with_their_number():
    numbers = tally.numbers(
        NUMBER, [{"value": value, "range": 0} for value in range(500)], None, words, iterations=9
    )
    shown = numbers["values"]
    assert (len(shown), shown[0], shown[-1], numbers["count"]) == (tally.MAX_NUMBERS, 0, 499, 500)
    assert np.median(shown) == pytest.approx(249.5, abs=1)
    drawn = [{"a": [[0, height], [40, height]]} for height in range(200)]
    sketches = tally.sketches(SKETCH, [*drawn, {"b": drawn[0]["a"]}], {}, words)
    ends = [points[-1][1] for points in sketches["runs"]["a"]]
    assert (len(sketches["runs"]["a"]), ends[0], ends[-1]) == (tally.MAX_SKETCHES, 0, 199)
    assert sketches["counts"] == {"a": 200, "b": 1}
