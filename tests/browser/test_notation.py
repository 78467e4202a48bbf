"""How numbers are written: what is clear is read as it is meant, and what is not is never guessed."""

import json
import math
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from tests.browser.conftest import LabPage

NUMBER = {"kind": "number", "scale": "log"}
WHOLE = {"kind": "integer", "scale": "linear"}
#: Each example asks the browser, which all examples of a test share.
PROPERTY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def read(tabs, lab):
    """`read(text, field)`: the value that the form takes it for, and how else it could be meant."""
    page = LabPage(tabs.borrow(), lab)
    page.page.evaluate("pageModule('form/values.js').then((module) => { window.values = module; })")
    ask = "([text, field]) => [values.typed(text, field), values.readings(text, field)]"
    yield lambda text, field=NUMBER: page.page.evaluate(ask, [text, field])
    page.stop_listening()
    tabs.give_back(page.page, lab.url)


def numbers(value):
    """The numbers that a value stands for; None where it is a text, for the server to refuse."""
    found = value["values"] if isinstance(value, dict) else [value]
    return None if any(isinstance(one, str) for one in found) else found


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("0,1", ["0.1", "0, 1"]),
        ("0，1", ["0.1", "0, 1"]),
        ("０、１", ["0.1", "0, 1"]),
        ("0・1", ["0.1", "0, 1"]),
        ("-0,5", ["-0.5", "-0, 5"]),
        ("1,5e-3", ["1.5e-3", "1, 5e-3"]),
        ("0,01", ["0.01"]),
        ("1,000", ["1.000", "1000"]),
        ("1,200", ["1.200", "1200", "1, 200"]),
        ("0,1; 0,2", ["0.1; 0.2", "0, 1; 0, 2"]),
        ("0,1..1", ["0.1..1", "0, 1..1"]),
    ],
)
def test_a_comma_between_digits_of_a_number_is_not_guessed(read, text, readings):
    assert read(text) == [text, readings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("32,128", [32, 128]),
        ("100,200", [100, 200]),
        ("16,128,256", [16, 128, 256]),
        ("16、32", [16, 32]),
        ("16・32", [16, 32]),
        ("1,200", [1200]),
        ("60,000", [60000]),
        ("1,000, 2,000", [1000, 2000]),
        ("1,000..5,000:5", [1000, 2000, 3000, 4000, 5000]),
        ("1..3,5", [1, 2, 3, 5]),
        ("1,250", None),
        ("12,500", None),
        ("1,5e3", None),
    ],
)
def test_a_comma_between_whole_numbers_separates_them_unless_they_are_round(read, text, value):
    found, readings = read(text, WHOLE)
    assert numbers(found) == value
    assert (value is None) == (readings != [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−0.1", -0.1),
        ("ー0.1", -0.1),
        ("－０．１", -0.1),
        ("–0.1", -0.1),
        ("ｰ5", -5),
        ("＋５", 5),
        ("0。1", 0.1),
        ("１ｅ−３", 0.001),
        ("0.1,0.01", [0.1, 0.01]),
        ("0.1，　0.01", [0.1, 0.01]),
        ("0.001〜1", [0.001, 0.01, 0.1, 1]),
        ("0.001～1", [0.001, 0.01, 0.1, 1]),
        ("0.1…10", [0.1, 1, 10]),
        ("", None),
    ],
)
def test_signs_of_another_width_or_script_are_read_as_what_they_mean(read, text, value):
    found, readings = read(text)
    assert (found["values"] if isinstance(found, dict) else found) == value
    assert readings == []


@pytest.mark.parametrize(
    "text", ["10²", "½", "0x10", "1_000", "Infinity", "1 2", "1-5", "٣", "abc", "1e999", ";", "5..1"]
)
def test_what_cannot_be_read_stays_a_text_which_the_server_refuses(read, text):
    assert read(text) == [text, []]


TYPED = st.floats(1e-9, 1e9).map(lambda value: float(f"{value:.4g}")) | st.integers(0, 10**6).map(float)


def wide(text):
    """As a Japanese keyboard writes it."""
    signs = {"-": "−", " ": "　"}
    return "".join(signs.get(sign, chr(ord(sign) + 0xFEE0)) for sign in text)


@PROPERTY
@given(
    st.lists(st.tuples(TYPED, st.booleans(), st.booleans()), min_size=1, max_size=6),
    st.sampled_from([", ", "; ", ";", "，　", "、 "]),
)
def test_a_list_gives_its_numbers_in_whatever_signs_it_is_written(read, given_numbers, separator):
    wanted = [-value if negative else value for value, negative, _ in given_numbers]
    written = [
        wide(repr(value)) if is_wide else repr(value)
        for value, (_, _, is_wide) in zip(wanted, given_numbers, strict=True)
    ]
    value, readings = read(separator.join(written))
    assert readings == []
    assert numbers(value) == list(dict.fromkeys(wanted))


@PROPERTY
@given(
    st.integers(0, 99999), st.integers(0, 99999), st.sampled_from(",，、・"), st.sampled_from(["", "-", "−"])
)
def test_no_comma_between_digits_is_ever_a_number_or_two_by_itself(read, whole, part, comma, sign):
    text = f"{sign}{whole}{comma}{part}"
    value, readings = read(text)
    assert value == text
    assert f"{sign.replace('−', '-')}{whole}.{part}" in readings


SIGNS = st.text("0123456789.,;: -−ー、，．・〜e５", max_size=12)


@PROPERTY
@given(SIGNS, st.sampled_from([NUMBER, WHOLE]))
def test_every_reading_is_clear_and_what_is_shown_is_read_as_the_same(read, text, field):
    value, readings = read(text, field)
    for reading in readings:
        assert read(reading, field)[1] == []
    found = [] if value is None else numbers(value)
    if readings:
        assert isinstance(value, str)
    elif found:
        assert all(math.isfinite(one) for one in found)
        assert numbers(read(", ".join(json.dumps(one) for one in found), field)[0]) == found
        narrow = unicodedata.normalize("NFKC", text).replace("−", "-").replace("ー", "-")
        digits = {sign for sign in narrow if sign.isdigit()}
        assert digits, "numbers come from digits only"


def test_the_form_asks_which_is_meant_and_takes_the_one_that_is_pressed(open_page, lab):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.page.get_by_label("L2", exact=True).check()
    before = page.run_ids()
    page.fill(regularization__l2="0,1", optimizer__learning_rate="1,5", training__batch_size="0")
    page.page.click("#launch")

    strength = page.page.locator('[data-field="regularization.l2"] > .error')
    expect(strength).to_contain_text("0,1 can be read in more than one way")
    expect(strength.get_by_role("button")).to_have_text(["0.1", "0, 1"])
    # everything that is wrong is marked, not only what the server has named
    expect(page.page.locator('[data-field="optimizer.learning_rate"] > .error')).to_contain_text("1,5")
    expect(page.page.locator('[data-field="training.batch_size"] > .error')).to_contain_text("at least 1")
    assert page.run_ids() == before

    strength.get_by_role("button", name="0.1", exact=True).click()
    expect(page.page.locator('[name="regularization.l2"]')).to_have_value("0.1")
    expect(strength).to_be_hidden()
    expect(page.page.locator('[data-field="optimizer.learning_rate"] > .error')).to_be_visible()
    page.page.locator('[data-field="optimizer.learning_rate"] .reading').last.click()
    page.fill(training__batch_size="８，１６", training__iterations="２０")
    page.until("!document.querySelector('.field.wrong')")
    assert page.page.inner_text("#launch span") == "Launch 4 runs"


def test_a_range_says_how_many_runs_it_is_before_it_is_refused(open_page, lab):
    page = open_page(lab)
    page.page.click(".further summary")
    page.fill(seed="0..499:500")
    assert page.page.inner_text("#launch span") == "Launch 500 runs"
    expect(page.page.locator(".general .error")).to_contain_text("500")


def test_every_press_of_an_arrow_moves_the_learning_rate_by_one_digit(open_page, lab):
    page = open_page(lab)
    page.fill(optimizer__learning_rate="0.08")
    slider = page.page.locator('[data-field="optimizer.learning_rate"] input[type=range]')
    seen = []
    for _ in range(12):
        slider.press("ArrowRight")
        seen.append(float(page.page.input_value('[name="optimizer.learning_rate"]')))
    assert seen == [0.09, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2]
    for _ in range(12):
        slider.press("ArrowLeft")
    expect(page.page.locator('[name="optimizer.learning_rate"]')).to_have_value("0.08")
