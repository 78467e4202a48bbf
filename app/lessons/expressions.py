"""Expressions of lessons, such as `test("ReLU") - test("sigmoid") > 0.5`: what a claim states, and what is measured.

They have Python's syntax. Only what is named here is allowed: numbers, `True` and `False`, names of runs in quotation
marks, arithmetic, comparisons, `and`, `or`, `not`, and the functions of `app.lessons.functions`. Nothing else of Python
can be reached: an expression is read as a tree and computed by this file, never by Python's own evaluation.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.lessons import functions
from app.lessons.functions import Kind
from app.lessons.outcome import Figures, Numbers

#: Bounds of one expression.
MAX_LENGTH = 500
MAX_DEPTH = 25
MAX_NUMBER = 1e12

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class ExpressionError(ValueError):
    """A text is not an expression, or not one that a lesson may have. The message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was checked.

    Attributes:
        kind: whether it gives truths or numbers.
        runs: the runs that it names, in order, each once.
        functions: the functions that it uses, in order, each once.
        layers: where a layer is given as a number: function, run and layer.
    """

    text: str
    tree: ast.expr
    kind: Kind
    runs: tuple[str, ...]
    functions: tuple[str, ...]
    layers: tuple[tuple[str, str, int], ...] = ()

    @property
    def needs_layers(self) -> bool:
        """Whether it can be computed only where figures of the layers were measured."""
        return any(name in functions.NEEDING_LAYERS for name in self.functions)

    @property
    def needs_curves(self) -> bool:
        """Whether it can be computed only where the curves of the runs are known."""
        return any(name in functions.OF_CURVES for name in self.functions)


def parse(text: str, runs: Collection[str], *, kind: Kind | None = None, curves: bool = True) -> Expression:
    """Check an expression.

    Args:
        runs: the names of runs that it may use.
        kind: what it must give: "truth" for a statement, "number" for a figure. None: either.
        curves: whether it may ask for what was measured during a run, and not only at its end.

    Raises:
        ExpressionError: the text is not an expression, or does not give what it must.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters, not {len(text)}")
    try:
        with warnings.catch_warnings():
            # Python warns of what its programmers should not write, which means nothing to the author of a lesson
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"{text!r} is no expression: {getattr(error, 'msg', error)}") from None
    reader = _Reader(runs, curves)
    given = reader.read(tree, 1)
    if kind is not None and given != kind:
        asked = "a statement, such as test(…) > 50" if kind == "truth" else "a number, such as test(…)"
        raise ExpressionError(f"{text!r} must be {asked}")
    return Expression(text, tree, given, tuple(reader.runs), tuple(reader.functions), tuple(reader.layers))


class _Reader:
    """Goes through a tree, refuses what is not on the list, and notes what is used. Dictionaries keep the order."""

    def __init__(self, run_names: Collection[str], curves: bool) -> None:
        self.runs: dict[str, None] = {}
        self.functions: dict[str, None] = {}
        self.layers: dict[tuple[str, str, int], None] = {}
        self._run_names = run_names
        self._curves = curves

    def read(self, node: ast.expr, depth: int) -> Kind:
        """What a part of an expression gives."""
        if depth > MAX_DEPTH:
            raise ExpressionError(f"an expression is at most {MAX_DEPTH} levels deep")
        match node:
            case ast.Constant(value=bool()):
                return "truth"
            case ast.Constant(value=int() | float() as number):
                if not abs(number) <= MAX_NUMBER:
                    raise ExpressionError(f"numbers are at most {MAX_NUMBER:g} in size")
                return "number"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                self._demand("number", [left, right], depth)
                return "number"
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._demand("number", [operand], depth)
                return "number"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._demand("truth", [operand], depth)
                return "truth"
            case ast.BoolOp(values=values):
                self._demand("truth", values, depth)
                return "truth"
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                type(op) in _COMPARISONS for op in ops
            ):
                self._demand("number", [left, *others], depth)
                return "truth"
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments, depth)
        raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in an expression")

    def _demand(self, kind: Kind, nodes: list[ast.expr], depth: int) -> None:
        for node in nodes:
            if self.read(node, depth + 1) != kind:
                what = "true or false" if kind == "truth" else "a number"
                raise ExpressionError(f"{ast.unparse(node)!r} must be {what}")

    def _call(self, name: str, arguments: list[ast.expr], depth: int) -> Kind:
        self.functions.setdefault(name)
        if name in functions.OF_RUNS:
            _demand_count(name, arguments, 1, 1)
            self._run(name, arguments[0])
            return "number"
        if name in functions.OF_CURVES or name in functions.OF_LAYERS:
            if name in functions.OF_CURVES and not self._curves:
                raise ExpressionError(f"{name}(…) needs the curves of a run, and only its end is known here")
            count = len(functions.OF_CURVES[name][1]) if name in functions.OF_CURVES else 1
            _demand_count(name, arguments, 1 + count, 1 + count)
            self._run(name, arguments[0])
            self._demand("number", arguments[1:], depth)
            if name in functions.BY_LAYER:
                self._layer(name, arguments)
            return "number"
        if name == "chosen":
            _demand_count(name, arguments, 2, 2)
            for argument, choices in zip(arguments, (functions.CHOOSERS, functions.CHOSEN_ON), strict=True):
                if not isinstance(argument, ast.Constant) or argument.value not in choices:
                    raise ExpressionError(f"{ast.unparse(argument)} must be one of {', '.join(choices)}")
            return "number"
        if name not in functions.OF_VALUES:
            names = [
                *functions.OF_RUNS,
                *functions.OF_LAYERS,
                *functions.OF_CURVES,
                "chosen",
                *functions.OF_VALUES,
            ]
            raise ExpressionError(f"there is no function {name!r}; there are {', '.join(names)}")
        _, takes, gives, most = functions.OF_VALUES[name]
        _demand_count(name, arguments, 1, most)
        self._demand(takes, arguments, depth)
        return gives

    def _run(self, function: str, node: ast.expr) -> None:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise ExpressionError(f"{function}(…) needs the name of a run in quotation marks")
        if node.value not in self._run_names:
            raise ExpressionError(no_run(node.value, self._run_names))
        self.runs.setdefault(node.value)

    def _layer(self, function: str, arguments: list[ast.expr]) -> None:
        """Note the layer, if it is given as a number: whether a run has it is known to the lesson."""
        node = arguments[1]
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            node, sign = node.operand, -1
        if not isinstance(node, ast.Constant):
            return
        if not isinstance(node.value, int) or not node.value:
            raise ExpressionError(
                f"{function}(…) needs a layer: 1, 2, … from the input, or −1, −2, … from the output"
            )
        self.layers.setdefault((function, _string(arguments[0]), sign * node.value))


def no_run(name: str, names: Collection[str]) -> str:
    """Why a name is refused that no run has.

    Args:
        names: of the runs that there are.
    """
    return f"there is no run {name!r}; there are {', '.join(map(repr, names)) or 'none'}"


def _demand_count(name: str, arguments: list[ast.expr], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(f"{name}(…) takes {wanted} arguments, not {len(arguments)}")


def evaluate(expression: Expression, figures: Figures) -> Any:
    """Compute an expression: a number or a truth, or an array with one for each seed.

    Raises:
        Unmeasured: a run that it needs is not among the figures.
    """
    with np.errstate(all="ignore"):
        return _compute(expression.tree, figures)


def holds(expression: Expression, figures: Figures) -> bool:
    """Whether a statement is true for every seed. A comparison with a number that is not known (NaN) is false.

    Raises:
        Unmeasured: a run that it needs is not among the figures.
    """
    return bool(np.all(evaluate(expression, figures)))


def value_of(expression: Expression, figures: Figures) -> float:
    """A number; the mean over the seeds if there are several.

    Raises:
        Unmeasured: a run that it needs is not among the figures.
    """
    return float(np.mean(evaluate(expression, figures)))


def _compute(node: ast.expr, figures: Figures) -> Any:
    match node:
        case ast.Constant(value=bool() as truth):
            return np.bool_(truth)
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_compute(left, figures), _compute(right, figures))
        case ast.UnaryOp(op=op, operand=operand):
            value = _compute(operand, figures)
            return (
                np.logical_not(value)
                if isinstance(op, ast.Not)
                else -value
                if isinstance(op, ast.USub)
                else value
            )
        case ast.BoolOp(op=op, values=values):
            join = np.logical_and if isinstance(op, ast.And) else np.logical_or
            truth = _compute(values[0], figures)
            for value in values[1:]:
                truth = join(truth, _compute(value, figures))
            return truth
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_compute(side, figures) for side in (left, *others)]
            compared: Any = np.True_
            for compare, a, b in zip(ops, sides[:-1], sides[1:], strict=True):
                compared = np.logical_and(compared, _COMPARISONS[type(compare)](a, b))
            return compared
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _apply(name, arguments, figures)
    raise AssertionError(f"{ast.unparse(node)} was not refused")


def _apply(name: str, arguments: list[ast.expr], figures: Figures) -> Any:
    if name in functions.OF_RUNS:
        return functions.of_run(figures, name, _string(arguments[0]))
    if name in functions.OF_LAYERS:
        return functions.of_layer(figures, name, _string(arguments[0]), _compute(arguments[1], figures))
    if name in functions.OF_CURVES:
        numbers = [_compute(argument, figures) for argument in arguments[1:]]
        return functions.of_curve(figures, name, _string(arguments[0]), numbers)
    if name == "chosen":
        by, on = (_string(argument) for argument in arguments)
        return functions.chosen(figures, by, on)
    apply, *_ = functions.OF_VALUES[name]
    return apply(*(_compute(argument, figures) for argument in arguments))


def _string(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


__all__ = ["Expression", "ExpressionError", "Numbers", "evaluate", "holds", "no_run", "parse", "value_of"]
