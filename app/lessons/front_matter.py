"""YAML of lessons and courses: values together with the lines where they were written.

As in YAML 1.2, `on`, `off`, `yes` and `no` are texts, and `1e-7` is a number. Keys are texts. Tags, anchors and aliases
are refused: with aliases, a short file could take much memory. A file has one mapping, and nothing after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

#: The line that begins and ends the front matter.
FENCE = "---"
MAX_DEPTH = 20

#: Where a value is: the keys and the indices of items that lead to it, the outermost first.
Place = tuple[str | int, ...]

#: The loader written in C, if PyYAML was built with it. It leaves all values texts.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBERS = re.compile(r"[-+]?(\d{1,18}|(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?)$")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class FrontMatterError(ValueError):
    """The YAML is wrong. `line` is the line of the given text, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A mapping, and the line of each value: that of its key, or of its item in a list."""

    values: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a value. If the document does not have it, the line of the innermost value around it.

        Args:
            place: as validation names it. Parts that are not in the document, such as the kind of a question, are
                skipped.
        """
        nearest: Place = ()
        for part in place:
            nearest = (*nearest, part) if (*nearest, part) in self.lines else nearest
        return self.lines.get(nearest, 1)


def split(text: str) -> tuple[str, str, int]:
    """Front matter and body of a file, and the line at which the body begins, counted from 1.

    The front matter begins with an empty line in place of the fence, so that its lines have the numbers of the file.

    Raises:
        FrontMatterError: the file does not begin with front matter, or it has no end.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise FrontMatterError(1, f"a lesson begins with a line {FENCE}, then its settings in YAML")
    for index, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return "\n".join(["", *lines[1:index]]), "\n".join(lines[index + 1 :]), index + 2
    raise FrontMatterError(1, f"the settings must end with a line {FENCE}")


def read(text: str) -> FrontMatter:
    """Read a YAML mapping.

    Raises:
        FrontMatterError: the text is no YAML mapping, or uses what is refused here.
    """
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = " ".join(filter(None, (error.context, error.problem)))
        raise FrontMatterError(mark.line + 1 if mark else 1, f"this is no YAML: {why}") from None
    except yaml.YAMLError as error:
        raise FrontMatterError(1, f"this is no YAML: {' '.join(str(error).split())}") from None


class _Reader:
    """Turns the events of PyYAML's parser into values, and notes their lines.

    PyYAML's own constructors are not used. So all values are dictionaries, lists, texts, numbers, booleans and None,
    and the depth is checked while the text is read."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._lines: dict[Place, int] = {}

    def document(self) -> FrontMatter:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise FrontMatterError(1, "there must be settings, such as title: …")
        _demand_plain(event)
        values = self._mapping(())
        following = next(self._events)
        if isinstance(following, yaml.DocumentEndEvent):
            following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise FrontMatterError(
                following.start_mark.line + 1, "there is more text after the end of the settings"
            )
        return FrontMatter(values, self._lines)

    def _value(self, event: yaml.Event, place: Place) -> Any:
        line = event.start_mark.line + 1
        self._lines.setdefault(place, line)
        if len(place) > MAX_DEPTH:
            raise FrontMatterError(line, f"this is more than {MAX_DEPTH} levels deep")
        _demand_plain(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        assert isinstance(event, yaml.ScalarEvent)
        return event.value if event.style else _unquoted(event.value)

    def _sequence(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*place, len(items))))
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise FrontMatterError(line, "a key must be a text")
            _demand_plain(event)
            name: str = event.value
            if name in values:
                raise FrontMatterError(line, f"{name!r} stands here twice")
            self._lines[*place, name] = line
            values[name] = self._value(next(self._events), (*place, name))
        return values


def _demand_plain(event: yaml.Event) -> None:
    """Refuse aliases, anchors and tags.

    Raises:
        FrontMatterError: with the line of the event.
    """
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise FrontMatterError(line, "& and * are not used here: write it out, or put a text in quotes")
    if event.tag is not None:
        raise FrontMatterError(line, f"the tag {event.tag} is not used here")


def _unquoted(text: str) -> Any:
    """The value of a text without quotation marks: a boolean, None or a number if it is written like one.

    A number that is too large for a float becomes infinite; the fields of a lesson refuse that.
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBERS.match(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    return text
