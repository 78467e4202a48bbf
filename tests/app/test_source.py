"""The page shows the engine's real code, complete, with its formula."""

import ast
import inspect
from pathlib import Path

import pytest

from app.highlight import highlight
from engine import ExperimentConfig
from engine.activations import ACTIVATIONS
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS
from engine.source import source_of
from engine.summary import summarize

ROOT = Path(__file__).resolve().parents[2]
ALL = [
    *(("layer", name) for name in LAYERS),
    *(("optimizer", name) for name in OPTIMIZERS),
    *(("activation", name) for name in ACTIVATIONS),
]


def without_spaces(code):
    return "".join(code.split())


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_all_layers_optimizers_and_activations_have_source_in_the_named_file(kind, name):
    source = source_of(kind, name)
    tree = ast.parse(source.code)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if kind == "layer":
        assert functions == ["forward", "backward"]
    assert len(functions) == len(tree.body) > 0
    text = without_spaces((ROOT / source.file).read_text("utf-8"))
    for node in tree.body:
        assert without_spaces(ast.get_source_segment(source.code, node)) in text
    assert source.formula


def test_an_optimizer_that_extends_another_is_shown_with_it():
    code = source_of("optimizer", "adamw").code
    assert code.count("def update(") == 2
    assert without_spaces(inspect.getsource(OPTIMIZERS["adam"].update)) in without_spaces(code)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_highlighting_changes_no_character_and_finds_the_keywords(kind, name):
    code = source_of(kind, name).code
    pieces = highlight(code)
    assert "".join(text for _, text in pieces) == code
    assert ("keyword", "def") in pieces
    assert {kind for kind, _ in pieces} <= {"", "keyword", "function", "string", "number", "comment"}


def test_the_shapes_beside_the_code_are_those_of_the_network():
    config = ExperimentConfig.from_dict(
        {"dataset": {"name": "digits"}, "network": {"preset": "simple_convnet"}}
    )
    first, *_, last = summarize(config).layers
    assert first.input_shape == [1, 8, 8]
    assert first.shapes == {"W": [30, 1, 5, 5], "b": [30]}
    assert last.shapes["W"] == [100, 10]
