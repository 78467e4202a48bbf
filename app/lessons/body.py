"""The text of a lesson: Markdown, with formulas, measured figures, claims and links to cards, as HTML.

It is read once (`read_body`), when everything wrong in it is found, and rendered for each person, with the figures of
this person's runs (`Body.render`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it.token import Token

from app.lessons import expressions
from app.lessons.evidence import Evidence
from app.lessons.expressions import Expression, ExpressionError
from app.lessons.mathml import FormulaError, mathml
from app.lessons.rendering import Known, TextFigure, markdown, render

#: The headings of a lesson's text, in their order; they are the same words in every language.
STEPS = ("predict", "run", "see", "explain", "transfer")
#: Steps that are shown before there are runs to measure.
BEFORE = ("predict", "run")
#: How a figure is written: a sign, commas, decimal places.
_FORMAT = re.compile(r"\+?,?(\.\d)?[fg%]?$")
_ROOM = re.compile(r"room\((.*)\)$", re.DOTALL)
_CARD = re.compile(r"card:([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*(?::[A-Za-z0-9_=,./-]+)?)(?:\?(.*))?$")


class BodyError(ValueError):
    """The text is wrong. `line` counts from 1 in the text that was given."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


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
        figures: the expressions of its figures, each with the line of its paragraph.
        otherwise: the claims of which it says something where they do not hold, each with its line.
    """

    parts: Mapping[str, Part]
    claims: Mapping[str, int]
    figures: Sequence[tuple[Expression, int]] = ()
    otherwise: Mapping[str, int] = field(default_factory=dict)

    def render(self, step: str, known: Known | None = None, *, answer: bool = False) -> str:
        """The HTML of a step.

        Args:
            known: what is known of the runs; None where there are none yet.
            answer: what is shown with the answer to the step's question, instead of what stands above it.
        """
        part = self.parts.get(step, Part())
        return render(part.answer if answer else part.text, known)


def read_body(text: str, *, runs: Collection[str] = ()) -> Body:
    """Read a lesson's text.

    Args:
        runs: the names of its runs.

    Raises:
        BodyError: the first thing that is wrong, with its line.
    """
    tokens = markdown().parse(text)
    parts: dict[str, Part] = {}
    claims: dict[str, int] = {}
    otherwise: dict[str, int] = {}
    figures: list[tuple[Expression, int]] = []
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
        _check(token, line, step, runs, claims, otherwise)
        shown = (child.meta["figure"] for child in token.children or [] if child.type == "figure")
        figures += [(figure.expression, line) for figure in shown]
        into.append(token)
    return Body(parts, claims, figures, otherwise)


def _check(
    token: Token,
    line: int,
    step: str,
    runs: Collection[str],
    claims: dict[str, int],
    otherwise: dict[str, int],
) -> None:
    """Refuse what is wrong in a block, and prepare what is shown otherwise than Markdown does."""
    if token.type in ("container_claim_open", "container_otherwise_open"):
        words = token.info.split()
        if len(words) != 2:
            raise BodyError(line, "a claim needs its id: ::: claim chance")
        if step in BEFORE:
            raise BodyError(line, f"# {step.capitalize()} is shown before anything was measured: no claims")
        stated = claims if token.type == "container_claim_open" else otherwise
        stated.setdefault(words[1], line)
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
    card_link = _CARD.match(address)
    if card_link is None:
        raise BodyError(
            line,
            f"a link goes to a card, such as card:view.gradients?at=50, or to https://…, not to {address!r}",
        )
    card, query = card_link[1], card_link[2] or ""
    given = {key: unquote(value) for key, _, value in (part.partition("=") for part in query.split("&"))}
    if unknown := given.keys() - {"run", "at", ""}:
        raise BodyError(line, f"a link to a card has run= and at=, not {min(unknown)}=")
    run, iteration = given.get("run"), given.get("at")
    if run is not None and run not in runs:
        raise BodyError(line, expressions.no_run(run, runs))
    if iteration is not None and not re.fullmatch(r"\d{1,9}", iteration):
        raise BodyError(line, f"at= is an iteration, not {iteration!r}")
    return Evidence(card, run, None if iteration is None else int(iteration))
