"""A lesson's text as HTML, with what is known of the reader's runs: figures, claims that hold, links to cards.

HTML in a lesson is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Protocol

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.lessons.evidence import Evidence, card_of
from app.lessons.expressions import Expression

_FIGURE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
#: Japanese punctuation after which a line may end without a space.
_ENDS = tuple("、。）」』：？！")


@dataclass(frozen=True, slots=True)
class TextFigure:
    """`{{ expression | format }}`: a figure in a text; `room(…)` around it: of all runs of the lab with these names."""

    expression: Expression
    form: str
    room: bool

    def show(self, value: float) -> str:
        """A number as the text writes it."""
        return f"{value:{self.form}}".replace("-", "−")


class Known(Protocol):
    """What is known of a person's runs while a text is rendered for them."""

    def figure(self, figure: TextFigure) -> str | None:
        """The measured figure as it is shown; None where it is not known."""

    def holds(self, claim: str) -> bool | None:
        """Whether a claim holds for these runs; None if it says nothing about them."""

    def says(self, claim: str) -> str:
        """The claim in the reader's language."""

    def run(self, name: str) -> str | None:
        """What the page calls the run with this name."""


def render(tokens: Sequence[Token], known: Known | None) -> str:
    """The HTML of some blocks that `markdown` has read and `app.lessons.body` has checked.

    Args:
        known: what is known of the runs; None where there are none yet.
    """
    parser = markdown()
    html: str = parser.renderer.render(_chosen(tokens, known), parser.options, {"known": known})
    return html.strip()


def _chosen(tokens: Sequence[Token], known: Known | None) -> list[Token]:
    """The blocks that are shown for these runs: of a claim that they deny, what is said instead; no paragraph about the
    room as long as there is nothing to say of it."""
    otherwise = {token.meta["claim"] for token in tokens if token.type == "container_otherwise_open"}
    chosen: list[Token] = []
    waiting = iter(tokens)
    for token in waiting:
        if token.type == "paragraph_open":
            inline, close = next(waiting), next(waiting)  # a paragraph always has these three tokens
            if known is None or not _waits_for_the_room(inline, known):
                chosen += [token, inline, close]
            continue
        if token.type not in ("container_claim_open", "container_otherwise_open"):
            chosen.append(token)
            continue
        claim, kind = token.meta["claim"], token.type.removesuffix("_open")
        inner = list(_until(waiting, f"{kind}_close", token.level))
        holds = known.holds(claim) if known else None
        if kind == "container_claim" and holds:
            chosen += _chosen(inner, known)
        elif holds is False and (kind == "container_otherwise" or claim not in otherwise):
            assert known is not None
            begin, end = Token("html_block", "", 0), Token("html_block", "", 0)
            begin.content = f'<section class="denied" data-claim="{escape(claim)}">'
            end.content = "</section>"
            if kind == "container_claim":
                begin.content += f"<p>{escape(known.says(claim))}</p>"
            chosen += [begin, *(_chosen(inner, known) if kind == "container_otherwise" else ()), end]
    return chosen


def _waits_for_the_room(paragraph: Token, known: Known) -> bool:
    """Whether all figures of a paragraph are of the room, and none of them is known yet."""
    figures = [child.meta["figure"] for child in paragraph.children or [] if child.type == "figure"]
    return bool(figures) and all(figure.room and known.figure(figure) is None for figure in figures)


def _until(tokens: Iterator[Token], kind: str, level: int) -> Iterator[Token]:
    for token in tokens:
        if token.type == kind and token.level == level:
            return
        yield token


@cache
def markdown() -> MarkdownIt:
    """The parser and renderer of lessons: CommonMark with tables, formulas, figures, and blocks for claims."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, allow_digits=False)
    container_plugin(parser, "claim")
    container_plugin(parser, "otherwise")
    parser.inline.ruler.before("escape", "figure", _read_figure)
    parser.add_render_rule("figure", _show_figure)
    parser.add_render_rule("link_open", _show_link)
    parser.add_render_rule("softbreak", _show_break)
    for kind in ("math_inline", "math_block"):
        parser.add_render_rule(kind, _show_formula)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # _link refuses, and says why
    return parser


def _read_figure(state: StateInline, silent: bool) -> bool:
    match = _FIGURE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("figure", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _show_figure(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    figure: TextFigure = tokens[index].meta["figure"]
    known: Known | None = env["known"]
    shown = known.figure(figure) if known else None
    if shown is None:
        return '<b class="figure">–</b>'
    return f'<b class="figure"{_attributes(card_of(figure.expression), known)}>{escape(shown)}</b>'


def _show_link(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    card: Evidence | None = tokens[index].meta["card"]
    if card is None:
        address = escape(str(tokens[index].attrs["href"]))
        return f'<a href="{address}" target="_blank" rel="noopener noreferrer">'
    return f"<a{_attributes(card, env['known'])}>"


def _show_break(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """The end of a line in the file: a space, but nothing between Japanese characters."""
    before, after = tokens[index - 1].content[-1:], tokens[index + 1].content[:1]
    return "" if before in _ENDS or (before >= "\u3000" and after >= "\u3000") else "\n"


def _show_formula(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    shown: str = tokens[index].meta["html"]
    return shown


def _attributes(evidence: Evidence | None, known: Known | None) -> str:
    if evidence is None:
        return ""
    run = known.run(evidence.run) if known and evidence.run is not None else None
    values = {"card": evidence.card, "run": run, "moment": evidence.at}
    return "".join(
        f' data-{name}="{escape(str(value))}"' for name, value in values.items() if value is not None
    )
