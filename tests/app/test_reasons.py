"""Every error and refusal of the engine and the lab has a text in every language of the page."""

import ast
import re
from pathlib import Path

import pytest

import app.errors  # declares the lab's own reasons
import app.own_data.reasons  # and those of files that people bring
import app.own_data.refusals  # those of what is not taken of it
import app.people.refusals  # and those of a class
import app.security.questions  # and the one of long questions
import app.texts  # and the ones of texts
from app.exports.wording import reason_text
from app.i18n import LANGUAGES, Messages
from engine import ConfigError, ExperimentConfig
from engine.datasets import DatasetError
from engine.limits import Limits
from engine.reasons import PLACEHOLDERS, Reason, reason_of, restored
from engine.summary import summarize
from tests.support.reasons import reason_in

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for room in ("engine", "app") for path in (ROOT / room).rglob("*.py"))
#: Reasons that only the page gives.
OF_THE_PAGE = {
    "offline",
    "bad_answer",
    "too_many",
    "study_choices",
    "unclear",
    "page_fault",
    "fork_one",
    "at",
    "and",
}
MESSAGES = Messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_text_with_its_values_in_every_language(language):
    catalog = MESSAGES.catalog(language)
    texts = {key.removeprefix("why."): text for key, text in catalog.items() if key.startswith("why.")}
    assert texts.keys() == PLACEHOLDERS.keys() | OF_THE_PAGE
    for code, blanks in PLACEHOLDERS.items():
        assert set(re.findall(r"\{(\w+)\}", texts[code])) == set(blanks), code


def calls(tree, *names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def is_plain_text(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_nothing_is_refused_without_a_reason_that_can_be_translated():
    seen = 0
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        for call in calls(tree, "ConfigError"):
            seen += 1
            if is_plain_text(call.args[2]):
                blanks = PLACEHOLDERS[call.args[0].value]
                assert blanks == () or (blanks == ("bounds",) and len(call.args) == 4), (path, call.lineno)
        for call in calls(tree, "Invalid", "Conflict", "NotFound", "QueueFull", "StoreUnavailable"):
            seen += 1
            said = {keyword.arg: keyword.value for keyword in call.keywords}
            if is_plain_text(call.args[0]):
                own = getattr(app.errors, call.func.id).code
                blanks = PLACEHOLDERS[said["code"].value if "code" in said else own]
                assert blanks == () or (blanks == ("bounds",) and "bounds" in said), (path, call.lineno)
        for call in calls(tree, "DatasetError", "Refused"):
            seen += 1
            assert not is_plain_text(call.args[0]), (path, call.lineno)
        for call in calls(tree, "Reason"):
            seen += 1
            if isinstance(call.args[0], ast.Constant):
                assert call.args[0].value in PLACEHOLDERS, (path, call.lineno)
    assert seen > 80


def test_every_declared_reason_is_used():
    words = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add((path.name, node.value))
    tables = {"reasons.py", "errors.py"}
    given = {word for name, word in words if name not in tables}
    # codes that only the tables name: those of system errors, and the codes of error classes
    own = {error.code for error in vars(app.errors).values() if isinstance(getattr(error, "code", None), str)}
    own |= {"disk_full", "not_permitted", "file_missing", "out_of_memory", "unexpected", "file_unreadable"}
    own |= {"folder_unwritable"}
    own |= {"type.integer", "type.integers", "type.number"}
    assert PLACEHOLDERS.keys() - given - own == set()


def misfit(*layers, dataset="digits", limits=None):
    document = {"dataset": {"name": dataset}, "network": {"layers": list(layers)}}
    with pytest.raises(ConfigError) as refused:
        (limits or Limits()).check(summarize(ExperimentConfig.from_dict(document)))
    return refused.value


DENSE = {"type": "dense", "units": 10}
POOL = {"type": "max_pool2d", "size": 2}


@pytest.mark.parametrize(
    ("layers", "field", "why"),
    [
        ([DENSE, POOL, DENSE], "network.layers.1", {"code": "needs_images", "values": {"shape": [10]}}),
        (
            [POOL, POOL, POOL, POOL, DENSE],
            "network.layers.3",
            {"code": "window_too_large", "values": {"size": 2, "height": 1, "width": 1}},
        ),
        (
            [{"type": "conv2d", "filters": 2, "kernel_size": 4, "padding": "same"}, DENSE],
            "network.layers.0",
            {"code": "same_needs_odd", "values": {"kernel_size": 4}},
        ),
        (
            [POOL, {"type": "residual", "layers": [POOL, POOL, POOL]}, DENSE],
            "network.layers.1.layers.2",
            {"code": "window_too_large", "values": {"size": 2, "height": 1, "width": 1}},
        ),
        (
            [{"type": "residual", "layers": [{"type": "flatten"}]}, DENSE],
            "network.layers.0",
            {"code": "block_changes_kind", "values": {"source": [1, 8, 8], "target": [64]}},
        ),
        (
            [DENSE, {"type": "dense", "units": 7}],
            "network.layers.1",
            {"code": "last_layer", "values": {"units": 10, "shape": [7]}},
        ),
    ],
)
def test_a_layer_that_does_not_fit_says_where_and_why_with_its_numbers(layers, field, why):
    error = misfit(*layers)
    assert (error.code, error.field, error.message.why) == ("shape", field, why)


def test_an_experiment_that_costs_too_much_says_how_much():
    error = misfit({"type": "dense", "units": 60_000}, DENSE, limits=Limits(memory_bytes=10**6))
    assert error.message.why["code"] == "too_much_memory"
    assert error.message.why["values"]["most"] == 1
    assert error.message.why["values"]["megabytes"] > 10
    error = misfit(DENSE, limits=Limits(multiply_adds=600))
    assert error.message.why == {
        "code": "too_many_multiply_adds",
        "values": {"multiply_adds": 640, "most": 600},
    }


def test_a_reason_comes_back_whole_and_an_unknown_one_as_its_text():
    inner = Reason("worker_exit", "the worker process ended unexpectedly (exit status 3)", status=3)
    reason = Reason("going_on", f"{inner}; going on from iteration 7", why=inner, iteration=7)
    again = reason_in(restored(str(reason), reason.why))
    assert again == reason
    assert again.why == reason.why
    unknown: list[object] = [
        None,
        [],
        {"code": "of_tomorrow", "values": {}},
        {"code": "of_tomorrow", "values": {"?": 1}},
        {"code": "going_on", "values": {"why": 1}},
    ]
    for strange in unknown:
        assert type(restored("some text", strange)) is str


def test_errors_of_the_operating_system_are_identified_by_their_number():
    assert reason_of(OSError(28, "No space left on device")).code == "disk_full"
    assert reason_of(DatasetError(Reason("dataset_unknown", "there is none"))).code == "dataset_unknown"
    assert reason_of(RuntimeError()).why == {"code": "unexpected", "values": {"error": "RuntimeError"}}


def test_a_reason_is_worded_in_the_language_of_a_report():
    best = Reason("best_at", "…", metric="test_loss", iteration=12_000, value=0.1234)
    reason = Reason("brought_back", "…", why=Reason("stopped_early", "…", why=best))
    words = {
        language: reason_text(reason.why, "", MESSAGES.catalog(language), language) for language in LANGUAGES
    }
    assert words["en"] == (
        "stopped early: test loss was best at iteration 12,000 (0.1234); the weights of that iteration were restored"
    )
    assert words["ja"] == "早期終了：テスト損失は 12,000 回目が最良（0.1234）。そのときの重みに戻しました"
    strange = {"code": "going_on", "values": {"why": {"code": "diverged", "values": 7}, "iteration": [[]]}}
    assert "{why}" in reason_text(strange, "", MESSAGES.catalog("en"), "en")  # as it may be in an import
    column = Reason("read_no_number", "…", column="{line}", line=7, there="{column}")
    assert reason_text(column.why, "", MESSAGES.catalog("en"), "en").startswith(
        "{line} cannot be an input: line 7 has {column}"
    )
    assert reason_text(None, "an older text", MESSAGES.catalog("ja"), "ja") == "an older text"
