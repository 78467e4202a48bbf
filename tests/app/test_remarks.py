"""Several people change the name, notes or tags of one run at the same time."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, Invalid
from app.remarks import MAX_TAGS, changed, distinct

SAID = {"name": "run", "tags": ["a", "b"], "notes": "first"}


def test_a_change_of_an_older_text_is_refused_with_what_stands_there_now():
    with pytest.raises(Conflict) as refused:
        changed(SAID, {"notes": "mine"}, was={"notes": "older"})
    assert (refused.value.code, refused.value.field) == ("changed_meanwhile", "notes")
    assert refused.value.bounds == {"now": "first"}


def test_a_change_that_is_already_stored_or_names_no_earlier_text_is_accepted():
    assert changed(SAID, {"notes": "mine"}, was={"notes": "first"}) == {"notes": "mine"}
    assert changed(SAID, {"notes": "first"}, was={"notes": "older"}) == {"notes": "first"}
    assert changed(SAID, {"notes": "mine"}, was={}) == {"notes": "mine"}


TAGS = st.lists(st.text("abcｱア゛がか\u3099ＡA１1", min_size=1, max_size=3), max_size=5)


@given(TAGS, TAGS, TAGS, TAGS)
def test_tags_of_two_people_are_both_there_whoever_is_first(tags, removed, one, other):
    def apply(said, **change):
        return changed({**SAID, "tags": said}, {}, was={}, **change).get("tags", said)

    tags = distinct(tags)
    first, second = {"add_tags": one}, {"add_tags": other, "remove_tags": removed}
    both = apply(apply(tags, **first), **second)
    keys = [unicodedata.normalize("NFKC", tag) for tag in both]
    assert len(set(keys)) == len(keys)
    there = {unicodedata.normalize("NFKC", tag) for tag in [*one, *tags]}
    gone = {unicodedata.normalize("NFKC", tag) for tag in removed}
    assert set(keys) == there - gone | {unicodedata.normalize("NFKC", tag) for tag in other}


def test_one_tag_in_two_widths_or_compositions_is_one_and_many_are_refused():
    assert distinct(["テスト", "ﾃｽﾄ", "が", "か\u3099", "B", "Ｂ"]) == ["テスト", "が", "B"]
    with pytest.raises(Invalid, match="at most 20 tags, not 21"):
        changed({**SAID, "tags": [str(i) for i in range(MAX_TAGS)]}, {}, was={}, add_tags=["one more"])
