"""The table of a study in the terminal: what it says under its rows is so of these rows."""

import pytest

from app.commands import study_table
from engine.studies import Plan, StudyConfig, results_of


def shown(capsys, monkeypatch, scores, method="grid", seeds=1):
    """What is printed of a study of two learning rates or more, some of whose trials have ended.

    Args:
        scores: of the trials, in their order.
    """
    monkeypatch.setenv("COLUMNS", "200")
    document = {
        "experiment": {"dataset": {"name": "digits", "train_size": 300}, "training": {"iterations": 90}},
        "space": {"optimizer.learning_rate": {"choices": [0.01, 0.1, 0.2, 0.4]}},
        "method": method if isinstance(method, dict) else {"name": method},
        "seeds": seeds,
    }
    plan = Plan(StudyConfig.from_dict(document))
    for number, score in enumerate(scores):
        plan.report(plan.trials[number].number, score)
    study_table.show(plan, results_of(plan), budget_spent=False, ended=len(scores))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([0.5, 0.6, 0.7, 0.8], "a comparison needs 6 pairs, and the one of rung 1 with the fewest has 1."),
        ([0.5, 0.6, 0.7, 0.8, 0.9], "There is nothing to compare the only one of rung 2 with."),
    ],
)
def test_the_verdict_of_a_study_with_rungs_names_the_rung_that_it_is_about(
    capsys, monkeypatch, scores, sentence
):
    halving = {"name": "halving", "configurations": 4, "factor": 4, "rungs": 2}
    assert sentence in shown(capsys, monkeypatch, scores, halving)


def test_a_difference_of_0_has_no_sign(capsys, monkeypatch):
    text = shown(capsys, monkeypatch, [0.5] * 32, seeds=8)
    assert "0.00 % ± 0.00 %, tied" in text
    assert "−0.00" not in text
    assert "A tie: the first one is not shown to be better than 3 others." in text


def test_nothing_is_called_a_tie_where_there_are_too_few_pairs_for_a_verdict(capsys, monkeypatch):
    text = shown(capsys, monkeypatch, [0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.7], seeds=2)
    assert "No verdict" in text
    assert "±" in text
    assert "tied" not in text
