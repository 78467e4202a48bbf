"""Texts that enter the lab, texts in spreadsheet cells, and names of files."""

import json
import tracemalloc
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.texts import cell, decode, file_name, find_unfit

#: Texts that a spreadsheet would compute, or turn into another number, a date or a logical value; and others. The page,
#: which writes tables too, is tested with the same ones.
CELLS = json.loads((Path(__file__).parent.parent / "cells.json").read_text("utf-8"))


@pytest.mark.parametrize("text", CELLS["computed"])
def test_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", CELLS["plain"])
def test_other_names_stay_as_they_are(text):
    assert cell(text) == text


@given(st.text())
def test_a_cell_gives_its_text_back(text):
    assert cell(text).removeprefix("'") == text or cell(text) == text
    # else one apostrophe too many would be taken away
    assert not (text.startswith("'") and cell(text) == text)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5)
PATHS = st.lists(
    TEXT.filter(lambda text: text and "." not in text) | st.integers(0, 3), min_size=1, max_size=6
)


@given(PATHS, st.sampled_from(["\ud800", "a\udfffb", "\x00"]), st.booleans())
def test_invalid_text_is_found_at_any_place_of_a_document(path, unfit, as_key):
    value = {unfit: 1} if as_key else unfit
    for name in reversed(path):
        value = [0] * name + [value] if isinstance(name, int) else {"other": ["fine"], name: value}
    assert find_unfit(json.loads(json.dumps(value)))[0] == ".".join(map(str, path))


@given(
    st.recursive(TEXT | st.none() | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))
)
@example({"name": "\u202e𝒳 é é ﷽ \x1b[31m"})
def test_every_other_text_is_accepted(value):
    assert find_unfit(value) is None


def test_a_document_that_is_nested_deeply_is_looked_through():
    value: object = "\ud800"
    for _ in range(100_000):
        value = [value]
    assert find_unfit(value)[1].code == "not_text"


def test_a_long_key_over_a_long_list_takes_no_memory_of_its_own_for_each_element():
    document = {
        "k" * 30_000: ["fine", *[0] * 15_000]
    }  # 60 kB as JSON, and 450 MB with a path for each element
    tracemalloc.start()
    try:
        assert find_unfit(document) is None
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_utf8_is_read_with_and_without_its_mark_and_nothing_else():
    assert decode("\ufeff学習".encode()) == decode("学習".encode()) == "学習"
    for data in (b"\xff\xfe{\x00}\x00", "学習".encode("cp932"), b"\xed\xa0\x80"):
        with pytest.raises(ValueError, match="UTF-8"):
            decode(data)


@pytest.mark.parametrize("text", ["हिन्दी", "学習率", "ภาษาไทย", "café"])
def test_letters_of_any_language_stay_in_the_name_of_a_file_with_their_marks(text):
    assert file_name(text) == text


@pytest.mark.parametrize(("text", "name"), [("❤️", "run"), ("a ❤️ b", "a-b"), ("\u0301x", "x")])
def test_a_mark_stays_in_the_name_of_a_file_only_with_its_letter(text, name):
    assert file_name(text) == name


@given(st.text())
@example('CON: a/b\\c*?"<>|\u202e.exe. ')
@example("学習率 0.1 が")
def test_a_file_has_a_name_that_every_system_takes(text):
    name = file_name(text)
    assert 0 < len(name) <= 60
    assert all(c.isalnum() or c in "._-" or category(c).startswith("M") for c in name)
    assert name == name.strip("-.")
    name.encode()
