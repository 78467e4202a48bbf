"""What people send as answers: each wrong value is refused with its field, and never an accident of the server."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.lessons import values
from app.lessons.document import Choice, Click, Number, Rank, Sketch

OPTIONS = [{"id": "yes", "text": "yes", "holds": "true"}, {"id": "no", "text": "no"}]
CHOICE = Choice.model_validate({"id": "ahead", "kind": "choice", "ask": "?", "options": OPTIONS})
RANK = Rank.model_validate({"id": "order", "kind": "rank", "ask": "?", "runs": ["a", "10,000 images"]})
NUMBER = Number.model_validate(
    {"id": "final", "kind": "number", "ask": "?", "low": 10, "high": 60, "value": 'test("a")'}
)
SKETCH = Sketch.model_validate(
    {"id": "curves", "kind": "sketch", "ask": "?", "chart": "test_accuracy", "runs": ["a", "b"]}
)
CLICK = Click.model_validate(
    {"id": "at", "kind": "click", "ask": "?", "chart": "test_accuracy", "value": "5"}
)
NAMES = {"10,000 images": "1,437 images"}
LINE = [[0, 10], [500, 90.5]]


def checked(question, given):
    return values.checked(question, given, f"prediction.{question.id}", names=NAMES, iterations=1000)


@pytest.mark.parametrize(
    ("question", "given", "stored"),
    [
        (CHOICE, "no", "no"),
        (RANK, ["1,437 images", "a"], ["1,437 images", "a"]),
        (NUMBER, {"value": 40, "range": 5}, {"value": 40.0, "range": 5.0}),
        (NUMBER, 40, {"value": 40.0, "range": 0.0}),
        (SKETCH, {"b": LINE, "a": [[0, 0], [1000, 100]]}, {"a": [[0, 0], [1000, 100]], "b": LINE}),
        (CLICK, 1000, 1000),
    ],
)
def test_a_value_of_the_questions_kind_is_taken(question, given, stored):
    assert checked(question, given) == stored


@pytest.mark.parametrize(
    ("question", "given", "field"),
    [
        (CHOICE, "maybe", ""),
        (CHOICE, 1, ""),
        (CHOICE, None, ""),
        (RANK, "a", ""),
        (RANK, ["a"], ""),
        (RANK, ["a", "a"], ""),
        (RANK, ["a", "10,000 images"], ""),
        (RANK, [{}, []], ""),
        (NUMBER, "40", ""),
        (NUMBER, True, ""),
        (NUMBER, 9.9, ""),
        (NUMBER, {"range": 1}, ".value"),
        (NUMBER, {"value": 70}, ".value"),
        (NUMBER, {"value": math.nan}, ".value"),
        (NUMBER, {"value": 10**400}, ".value"),
        (NUMBER, {"value": 40, "range": -1}, ".range"),
        (NUMBER, {"value": 40, "range": 51}, ".range"),
        (NUMBER, {"value": 40, "else": 1}, ".else"),
        (SKETCH, [], ""),
        (SKETCH, {"a": LINE}, ".b"),
        (SKETCH, {"a": LINE, "b": LINE, "c": LINE}, ""),
        (SKETCH, {"a": LINE, "b": LINE[:1]}, ".b"),
        (SKETCH, {"a": LINE, "b": [[number, 1] for number in range(65)]}, ".b"),
        (SKETCH, {"a": LINE, "b": {"0": 1}}, ".b"),
        (SKETCH, {"a": LINE, "b": [[0, 1], [1]]}, ".b.1"),
        (SKETCH, {"a": LINE, "b": [[5, 1], [5, 2]]}, ".b.1.0"),
        (SKETCH, {"a": LINE, "b": [[0, 1], [1001, 2]]}, ".b.1.0"),
        (SKETCH, {"a": LINE, "b": [[0, 101], [1, 2]]}, ".b.0.1"),
        (SKETCH, {"a": LINE, "b": [[0, math.inf], [1, 2]]}, ".b.0.1"),
        (CLICK, 5.5, ""),
        (CLICK, -1, ""),
        (CLICK, 1001, ""),
    ],
)
def test_any_other_value_is_refused_with_its_field(question, given, field):
    with pytest.raises(Invalid) as refused:
        checked(question, given)
    assert refused.value.field == f"prediction.{question.id}{field}"
    assert refused.value.code in ("type", "range", "missing", "unknown_name", "unknown_key")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab") | st.text(max_size=3), inner)
    ),
    max_leaves=8,
)


@given(question=st.sampled_from([CHOICE, RANK, NUMBER, SKETCH, CLICK]), given=ANYTHING)
def test_whatever_is_sent_is_taken_or_refused(question, given):
    refused = None
    try:
        checked(question, given)
    except Invalid as error:
        refused = error
    assert refused is None or str(refused.field).startswith("prediction.")


def test_a_text_is_taken_up_to_its_bound():
    assert values.text("な" * values.MAX_LENGTH, "value") == "な" * values.MAX_LENGTH
    for wrong in ("x" * (values.MAX_LENGTH + 1), 5, None):
        with pytest.raises(Invalid, match="value"):
            values.text(wrong, "value")
