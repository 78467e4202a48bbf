"""The guide: docs/guide.md and docs/guide.ja.md as sections of HTML, for the page's help.

The text is the project's own, and no markup passes through from it: what looks like HTML in it is shown as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Where the guide's pictures are, from the page.
PICTURES = "guide/images"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the guide below one of its headings."""

    title: str
    html: str


class Guide:
    """The guide in each language, from a folder with its texts and a folder `images` in it."""

    def __init__(self, folder: Path) -> None:
        self.pictures = folder / "images"
        self.sections = cache(self._sections)  # read when it is first asked for
        self._folder = folder

    def _sections(self, language: str) -> list[Section]:
        name = "guide.md" if language == "en" else f"guide.{language}.md"
        return sections_of((self._folder / name).read_text("utf-8"))


def sections_of(text: str) -> list[Section]:
    """The sections of a guide by its headings of the second level; what comes before the first is left out."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    sections = []
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        body = tokens[start + 3 : end]  # after the heading's beginning, its text and its end
        for token in body:
            _adapt(token)
        html = markdown.renderer.render(body, markdown.options, {})
        sections.append(Section(title=tokens[start + 1].content, html=html))
    return sections


def _adapt(token: Token) -> None:
    """Change the addresses of pictures to those on the page, and replace links to other documents by their words."""
    kept: list[Token] = []
    for child in token.children or []:
        if child.type == "image":
            source = str(child.attrs["src"])
            child.attrs.update(src=f"{PICTURES}/{Path(source).name}", loading="lazy")
        if child.type not in ("link_open", "link_close"):
            kept.append(child)
    if token.children is not None:
        token.children = kept
