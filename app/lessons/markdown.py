"""The text of a lesson: Markdown, with formulas, measured figures, claims and links to cards, as HTML.

It is read once (`read_body`), when everything wrong in it is found, and rendered for each person, with the figures of
this person's runs (`Body.render`). HTML in it is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any, Protocol
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.lessons import expressions
from app.lessons.evidence import Evidence, card_of
from app.lessons.expressions import Expression, ExpressionError
from app.lessons.mathml import FormulaError, mathml

#: The headings of a lesson's text, in their order; they are the same words in every language.
STEPS = ("predict", "run", "see", "explain", "transfer")
#: Steps that are shown before there are runs to measure.
BEFORE = ("predict", "run")
#: How a figure is written: a sign, commas, decimal places.
_FORMAT = re.compile(r"\+?,?(\.\d)?[fg%]?$")
_FIGURE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROOM = re.compile(r"room\((.*)\)$", re.DOTALL)
#: Japanese punctuation after which a line may end without a space.
_ENDS = tuple("、。）」』：？！")
_CARD = re.compile(r"card:([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?::[A-Za-z0-9_=,./-]+)?)(?:\?(.*))?$")


class BodyError(ValueError):
    """The text is wrong. `line` counts from 1 in the text that was given."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class TextFigure:
    """`{{ expression | format }}`: a figure in a text; `room(…)` around it: of all runs of the lab with these names."""

    expression: Expression
    form: str
    room: bool

    def show(self, value: float) -> str:
        """A number as the text writes it."""
        return f"{value:{self.form}}".replace("-", "−")


class Told(Protocol):
    """What is known of a person's runs while a text is rendered for them."""

    def figure(self, figure: TextFigure) -> str | None:
        """The measured figure as it is shown; None where it is not known."""

    def holds(self, claim: str) -> bool | None:
        """Whether a claim holds for these runs; None if it says nothing about them."""

    def says(self, claim: str) -> str:
        """The claim in the reader's language."""

    def run(self, name: str) -> str | None:
        """What the page calls the run with this name."""


@dataclass(frozen=True, slots=True)
class Part:
    """The text of a step, and what follows a line `---`: it is shown with the answer to the step's question."""

    text: list[Token] = field(default_factory=list)
    answer: list[Token] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Body:
    """A lesson's text in one language, by its steps.

    Attributes:
        claims: the claims that it states, each with its line.
    """

    parts: Mapping[str, Part]
    claims: Mapping[str, int]

    def render(self, step: str, told: Told | None = None, *, answer: bool = False) -> str:
        """The HTML of a step.

        Args:
            told: what is known of the runs; None where there are none yet.
            answer: what is shown with the answer to the step's question, instead of what stands above it.
        """
        part = self.parts.get(step, Part())
        tokens = part.answer if answer else part.text
        markdown = _markdown()
        html: str = markdown.renderer.render(_chosen(tokens, told), markdown.options, {"told": told})
        return html.strip()


def read_body(text: str, *, runs: Collection[str] = ()) -> Body:
    """Read a lesson's text.

    Args:
        runs: the names of its runs.

    Raises:
        BodyError: the first thing that is wrong, with its line.
    """
    tokens = _markdown().parse(text)
    parts: dict[str, Part] = {}
    claims: dict[str, int] = {}
    part: Part | None = None
    step = ""
    into: list[Token] = []
    waiting = iter(tokens)
    for token in waiting:
        line = token.map[0] + 1 if token.map else 1
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            step = next(waiting).content.strip().lower()
            next(waiting)
            if step not in STEPS:
                raise BodyError(line, f"a heading # must be one of {', '.join(map(str.capitalize, STEPS))}")
            if step in parts:
                raise BodyError(line, f"# {step.capitalize()} stands here twice")
            parts[step] = part = Part()
            into = part.text
            continue
        if part is None:
            raise BodyError(line, "a text must stand below a heading, such as # Predict")
        if token.type == "hr" and token.level == 0 and into is part.text and step in ("see", "transfer"):
            into = part.answer
            continue
        _check(token, line, step, runs, claims)
        into.append(token)
    return Body(parts, claims)


def _check(token: Token, line: int, step: str, runs: Collection[str], claims: dict[str, int]) -> None:
    """Refuse what is wrong in a block, and prepare what is shown otherwise than Markdown does."""
    if token.type in ("container_claim_open", "container_otherwise_open"):
        words = token.info.split()
        if len(words) != 2:
            raise BodyError(line, "a claim needs its id: ::: claim chance")
        if step in BEFORE:
            raise BodyError(line, f"# {step.capitalize()} is shown before anything was measured: no claims")
        if token.type == "container_claim_open":
            claims.setdefault(words[1], line)
        token.meta["claim"] = words[1]
    elif token.type == "math_block":
        token.meta["html"] = _formula(token.content, line, block=True)
    elif token.type == "paragraph_open" or not token.children:
        return
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "image":
            raise BodyError(line, "a lesson has no pictures: its charts and cards are what is looked at")
        elif child.type == "math_inline":
            child.meta["html"] = _formula(child.content, line)
        elif child.type == "figure":
            if step in BEFORE:
                raise BodyError(
                    line, f"# {step.capitalize()} is shown before anything was measured: no figures"
                )
            child.meta["figure"] = _figure(child.content, line, runs)
        elif child.type == "link_open":
            child.meta["card"] = _link(str(child.attrs["href"]), line, runs)


def _formula(latex: str, line: int, *, block: bool = False) -> str:
    try:
        return mathml(latex.strip(), block=block)
    except FormulaError as error:
        raise BodyError(line, str(error)) from None


def _figure(text: str, line: int, runs: Collection[str]) -> TextFigure:
    written, separator, form = text.rpartition("|")
    if not separator:
        written, form = text, ".1f"
    form = form.strip()
    if not _FORMAT.match(form):
        raise BodyError(line, f"a figure is written like .1f, +.2f, .0f or ,.0f, not {form!r}")
    written = " ".join(written.split())
    room = _ROOM.match(written)
    try:
        expression = expressions.parse(room[1] if room else written, runs, kind="number")
    except ExpressionError as error:
        raise BodyError(line, str(error)) from None
    return TextFigure(expression, form, bool(room))


def _link(address: str, line: int, runs: Collection[str]) -> Evidence | None:
    """A card that a link opens, or None for an address in the web."""
    if re.match(r"https?://", address):
        return None
    found = _CARD.match(address)
    if found is None:
        raise BodyError(
            line,
            f"a link goes to a card, such as card:view.gradients?at=50, or to https://…, not to {address!r}",
        )
    card, query = found[1], found[2] or ""
    given = {key: unquote(value) for key, _, value in (part.partition("=") for part in query.split("&"))}
    if unknown := given.keys() - {"run", "at", ""}:
        raise BodyError(line, f"a link to a card has run= and at=, not {min(unknown)}=")
    run, at = given.get("run"), given.get("at")
    if run is not None and run not in runs:
        raise BodyError(line, f"there is no run {run!r}; there are {', '.join(map(repr, runs))}")
    if at is not None and not re.fullmatch(r"\d{1,9}", at):
        raise BodyError(line, f"at= is an iteration, not {at!r}")
    return Evidence(card, run, None if at is None else int(at))


def _chosen(tokens: Sequence[Token], told: Told | None) -> list[Token]:
    """The blocks that are shown for these runs: of a claim that they deny, what is said instead; no paragraph about the
    room as long as there is nothing to say of it."""
    otherwise = {token.meta["claim"] for token in tokens if token.type == "container_otherwise_open"}
    chosen: list[Token] = []
    waiting = iter(tokens)
    for token in waiting:
        if token.type == "paragraph_open":
            inline, close = next(waiting), next(waiting)  # of a paragraph there are always these three
            if told is None or not _waits_for_the_room(inline, told):
                chosen += [token, inline, close]
            continue
        if token.type not in ("container_claim_open", "container_otherwise_open"):
            chosen.append(token)
            continue
        claim, kind = token.meta["claim"], token.type.removesuffix("_open")
        inner = list(_until(waiting, f"{kind}_close", token.level))
        holds = told.holds(claim) if told else None
        if kind == "container_claim" and holds:
            chosen += _chosen(inner, told)
        elif holds is False and (kind == "container_otherwise" or claim not in otherwise):
            assert told is not None
            begin, end = Token("html_block", "", 0), Token("html_block", "", 0)
            begin.content = f'<section class="denied" data-claim="{escape(claim)}">'
            end.content = "</section>"
            if kind == "container_claim":
                begin.content += f"<p>{escape(told.says(claim))}</p>"
            chosen += [begin, *(_chosen(inner, told) if kind == "container_otherwise" else ()), end]
    return chosen


def _waits_for_the_room(paragraph: Token, told: Told) -> bool:
    """Whether all figures of a paragraph are of the room, and none of them is known yet."""
    figures = [child.meta["figure"] for child in paragraph.children or [] if child.type == "figure"]
    return bool(figures) and all(figure.room and told.figure(figure) is None for figure in figures)


def _until(tokens: Iterator[Token], kind: str, level: int) -> Iterator[Token]:
    for token in tokens:
        if token.type == kind and token.level == level:
            return
        yield token


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(markdown, allow_labels=False, allow_space=False, allow_digits=False)
    container_plugin(markdown, "claim")
    container_plugin(markdown, "otherwise")
    markdown.inline.ruler.before("escape", "figure", _read_figure)
    markdown.add_render_rule("figure", _show_figure)
    markdown.add_render_rule("link_open", _show_link)
    markdown.add_render_rule("softbreak", _show_break)
    for kind in ("math_inline", "math_block"):
        markdown.add_render_rule(kind, _show_formula)
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # _link refuses, and says why
    return markdown


def _read_figure(state: StateInline, silent: bool) -> bool:
    found = _FIGURE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("figure", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _show_figure(_: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    figure: TextFigure = tokens[place].meta["figure"]
    told: Told | None = env["told"]
    shown = told.figure(figure) if told else None
    if shown is None:
        return '<b class="figure">–</b>'
    return f'<b class="figure"{_attributes(card_of(figure.expression), told)}>{escape(shown)}</b>'


def _show_link(_: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    card: Evidence | None = tokens[place].meta["card"]
    if card is None:
        address = escape(str(tokens[place].attrs["href"]))
        return f'<a href="{address}" target="_blank" rel="noopener noreferrer">'
    return f"<a{_attributes(card, env['told'])}>"


def _show_break(_: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """The end of a line in the file: a space, but nothing between Japanese characters."""
    before, after = tokens[place - 1].content[-1:], tokens[place + 1].content[:1]
    return "" if before in _ENDS or (before >= "\u3000" and after >= "\u3000") else "\n"


def _show_formula(_: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    shown: str = tokens[place].meta["html"]
    return shown


def _attributes(evidence: Evidence | None, told: Told | None) -> str:
    if evidence is None:
        return ""
    run = told.run(evidence.run) if told and evidence.run is not None else None
    values = {"card": evidence.card, "run": run, "moment": evidence.at}
    return "".join(
        f' data-{name}="{escape(str(value))}"' for name, value in values.items() if value is not None
    )
