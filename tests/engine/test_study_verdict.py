"""The statistics of studies, against published values and simulated studies."""

import itertools

import numpy as np
import pytest

from engine.studies.luck import expected_maximum, luck_line
from engine.studies.student import quantile, two_sided
from engine.studies.verdict import judge

#: Student's t: probability, degrees of freedom, quantile (Abramowitz and Stegun, table 26.10).
T_TABLE = [
    (0.975, 1, 12.706),
    (0.975, 2, 4.303),
    (0.975, 5, 2.571),
    (0.975, 9, 2.262),
    (0.975, 30, 2.042),
    (0.975, 120, 1.980),
    (0.995, 5, 4.032),
    (0.995, 20, 2.845),
    (0.9, 1, 3.078),
    (0.9995, 10, 4.587),
]
#: Expected maxima of N standard normal draws (Harter 1961, table 1).
MAXIMA = {2: 0.56419, 3: 0.84628, 4: 1.02938, 5: 1.16296, 10: 1.53875, 20: 1.86748, 100: 2.50759}


@pytest.mark.parametrize(("probability", "degrees", "expected"), T_TABLE)
def test_quantiles_of_students_t_are_the_published_ones(probability, degrees, expected):
    assert quantile(probability, degrees) == pytest.approx(expected, abs=6e-4)
    assert two_sided(quantile(probability, degrees), degrees) == pytest.approx(
        2 * (1 - probability), rel=1e-9
    )
    assert quantile(1 - probability, degrees) == pytest.approx(-quantile(probability, degrees))


def test_expected_maxima_are_the_published_ones():
    assert {count: round(expected_maximum(count), 5) for count in MAXIMA} == MAXIMA
    assert expected_maximum(1) == pytest.approx(0, abs=1e-9)


def simulated(generator, configurations, pairs, *, difference=0.0):
    """Scores of a study: what a seed does to all, what is left to chance, and a first configuration that is better."""
    scores = (
        0.9
        + 0.01 * generator.standard_normal((1, pairs))
        + 0.01 * generator.standard_normal((configurations, pairs))
    )
    scores[0] += difference
    return scores


def winners(configurations, pairs, studies, *, difference=0.0):
    """How often a winner is named in simulated studies."""
    generator = np.random.default_rng(7)
    kinds = [
        judge(simulated(generator, configurations, pairs, difference=difference), higher_is_better=True).kind
        for _ in range(studies)
    ]
    return kinds.count("winner") / studies


@pytest.mark.parametrize(("configurations", "pairs"), [(2, 6), (3, 6), (10, 8)])
def test_where_nothing_is_better_a_winner_is_named_once_in_twenty_studies_at_most(configurations, pairs):
    # three standard deviations of 500 draws above 5 %
    assert winners(configurations, pairs, 500) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)


def test_a_large_difference_is_nearly_always_found():
    assert winners(5, 8, 100, difference=0.05) >= 0.95


def test_the_best_of_equal_ones_lies_at_the_luck_line_on_the_average():
    generator = np.random.default_rng(1)
    studies = [simulated(generator, 12, 6) for _ in range(300)]
    lines = [luck_line(scores, higher_is_better=True) for scores in studies]
    above = [scores.mean(axis=1).max() - line["line"] for scores, line in zip(studies, lines, strict=True)]
    assert abs(np.mean(above)) < 3 * np.std(above) / np.sqrt(len(above))
    assert np.mean([line["spread"] for line in lines]) == pytest.approx(0.01, rel=0.05)


def test_pairing_finds_what_seeds_would_hide():
    seeds = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    scores = np.stack([seeds + 0.01, seeds + np.array([0, 1, 0, -1, 0, 1]) / 1000])
    assert judge(scores, higher_is_better=True).kind == "winner"
    loss = judge(scores, higher_is_better=False)
    assert (loss.kind, loss.best) == ("winner", 1)
    assert loss.differences[0].mean > 0


def test_fewer_than_six_pairs_decide_nothing_and_equal_scores_are_a_tie():
    clear = np.array([[0.9] * 5, [0.5] * 5])
    assert judge(clear, higher_is_better=True).kind == "few"
    assert judge(clear, higher_is_better=True).differences[1].tied
    same = judge(np.full((3, 6), 0.8), higher_is_better=True)
    assert (same.kind, same.best, same.tied) == ("tie", 0, (1, 2))
    assert judge(clear[:1], higher_is_better=True).kind == "alone"
    assert judge(np.full((2, 6), np.nan), higher_is_better=True).kind == "none"


def test_a_configuration_that_is_behind_by_pairs_can_be_the_best():
    # two configurations, pair by pair: 13 of 16 trials have ended
    scores = np.array(
        [[0.70, 0.71, 0.69, 0.70, 0.72, 0.70, 0.71, np.nan], [0.95, 0.94, 0.96] * 2 + [np.nan] * 2]
    )
    found = judge(scores, higher_is_better=True)
    assert (found.kind, found.best, found.tied) == ("winner", 1, ())
    assert found.differences[0].mean < 0
    assert judge(-scores, higher_is_better=False).best == 1


def test_a_configuration_that_has_just_begun_is_not_yet_compared_by_its_few_pairs():
    scores = np.array([[0.8, 0.9] * 4, [0.7, 0.8] * 4, [0.85] + [np.nan] * 7])
    found = judge(scores, higher_is_better=True)
    assert (found.kind, found.best, found.tied) == ("few", 0, (2,))


def test_nothing_is_called_worse_than_the_best_while_their_difference_favours_it():
    # the second has its 6 pairs where the first has others too: by these alone it is better
    scores = np.array([[0.7] * 6 + [0.9] * 8, [0.80, 0.81, 0.80, 0.82, 0.80, 0.81] + [np.nan] * 8])
    found = judge(scores, higher_is_better=True)
    assert (found.kind, found.best, found.tied) == ("tie", 0, (1,))


def test_folds_widen_the_interval_since_their_trainings_share_images():
    generator = np.random.default_rng(2)
    scores = simulated(generator, 2, 10, difference=0.01)
    plain, folded = (judge(scores, higher_is_better=True, folds=folds).differences for folds in (None, 5))
    place = 0 if plain[0] else 1
    width = {folds: found[place].high - found[place].low for folds, found in ((None, plain), (5, folded))}
    # sqrt((1/10 + 1/4) / (1/10))
    assert width[5] / width[None] == pytest.approx(np.sqrt(3.5))


def test_of_several_comparisons_holm_makes_each_less_certain_and_keeps_their_order():
    generator = np.random.default_rng(3)
    found = [
        difference
        for difference in judge(simulated(generator, 6, 7), higher_is_better=True).differences
        if difference
    ]
    assert all(comparison.p_holm >= comparison.p for comparison in found)
    ordered = sorted(found, key=lambda comparison: comparison.p)
    assert all(a.p_holm <= b.p_holm for a, b in itertools.pairwise(ordered))
    assert ordered[0].p_holm == pytest.approx(min(1, 5 * ordered[0].p))
