"""Formulas: LaTeX as MathML.

latex2mathml does not escape what stands in `\\text`, and takes links and styles. Therefore what it gives is not sent as
it is: its tree is written again here, with the elements and attributes of presentation MathML alone.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

MAX_LENGTH = 500
#: At most this many elements in a formula, and this many inside of each other.
MAX_ELEMENTS = 2000
MAX_DEPTH = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    """math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup
    msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd"""
)
_ATTRIBUTES = _words(
    """display mathvariant stretchy fence separator form lspace rspace minsize maxsize symmetric movablelimits accent
    accentunder linethickness displaystyle scriptlevel columnalign rowspacing columnspacing columnlines rowlines
    width height depth voffset notation largeop"""
)
#: Definitions of macros: one may double what follows, again and again.
_DEFINITIONS = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|[egx]?def|let)(?![A-Za-z])"
)


class FormulaError(ValueError):
    """This is no formula that can be shown. The message says why."""


@lru_cache(maxsize=512)
def mathml(latex: str, *, block: bool = False) -> str:
    """A formula as a `<math>` element.

    Raises:
        FormulaError: it is none, or too long.
    """
    if len(latex) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, not {len(latex)}")
    if _DEFINITIONS.search(latex):
        raise FormulaError("a formula cannot define commands")
    plain = re.sub(r"\\.", "", latex)
    if plain.count("{") != plain.count("}"):
        raise FormulaError(f"{latex!r} does not have as many {{ as }}")
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(latex)
    except (
        Exception
    ) as error:  # its own errors have no common class, and some inputs end in IndexError and others
        raise FormulaError(f"{latex!r} is no formula: {type(error).__name__}") from None
    return _Writer().write(tree)


class _Writer:
    def __init__(self) -> None:
        self._count = 0

    def write(self, element: Element, depth: int = 0) -> str:
        self._count += 1
        if self._count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise FormulaError("the formula is too large")
        if element.tag not in _ELEMENTS:
            raise FormulaError(f"a formula cannot have <{element.tag}>")
        if re.match(r"\\[A-Za-z]", element.text or ""):
            raise FormulaError(f"there is no command {element.text}")
        attributes = "".join(
            f' {name}="{_escaped(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES
        )
        inner = _escaped(element.text or "") + "".join(self.write(child, depth + 1) for child in element)
        return f"<{element.tag}{attributes}>{inner}</{element.tag}>" + _escaped(element.tail or "")


def _escaped(text: str) -> str:
    """The tree has characters as references already, such as &#x003C3; what they stand for is escaped again."""
    return html.escape(html.unescape(text))
