"""Whose an own data set is, and how that changes."""

from dataclasses import replace

import pytest

from app.own_data import cards
from engine.datasets.own import Card

ADAS = Card(title="Leaves", owner="ada", shared=True, made_at=1.0, others={"bob": "Trees", "cho": "Woods"})


def test_who_shares_a_data_set_becomes_its_owner_under_their_title():
    shared = cards.changed(replace(ADAS, shared=False), "cho", title=None, shared=True)
    assert (shared.owner, shared.title, shared.shared) == ("cho", "Woods", True)
    assert shared.others == {"bob": "Trees", "ada": "Leaves"}


def test_a_data_set_that_is_not_shared_any_more_stays_with_its_owner():
    assert cards.changed(ADAS, "bob", title=None, shared=False) == replace(ADAS, shared=False)


@pytest.mark.parametrize(
    ("person", "title", "others"),
    [("ada", "Plants", ADAS.others), ("bob", "Leaves", {"bob": "Plants", "cho": "Woods"})],
)
def test_each_person_changes_the_own_title(person, title, others):
    changed = cards.changed(ADAS, person, title="Plants", shared=None)
    assert (changed.owner, changed.title, changed.others) == ("ada", title, others)


def test_the_next_person_keeps_privately_what_the_owner_gives_up():
    left = cards.left_by(ADAS, "ada")
    assert (left.owner, left.title, left.shared, left.others) == ("bob", "Trees", False, {"cho": "Woods"})


def test_the_owner_keeps_what_another_person_gives_up():
    assert cards.left_by(ADAS, "bob") == replace(ADAS, others={"cho": "Woods"})


def test_nothing_is_left_when_the_only_person_gives_it_up():
    assert cards.left_by(replace(ADAS, others={}), "ada") is None


def test_without_all_who_brought_it_a_data_set_has_no_owner_and_is_private():
    left = cards.without_people(ADAS, {"ada", "bob", "cho"})
    assert (left.owner, left.title, left.shared, left.others) == (None, "Leaves", False, {})
    assert cards.without_people(ADAS, {"ada", "bob"}).owner == "cho"
