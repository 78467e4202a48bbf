"""YAML of lessons and courses: values together with the lines where they were written.

It is YAML 1.2 as most people know it: `on`, `off`, `yes` and `no` are texts, `1e-7` is a number. Keys are texts. Tags,
anchors and aliases are refused, so a short file stays short in memory.
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

#: The place of a value: keys and numbers of items, from the outside to the inside.
Place = tuple[str | int, ...]

#: Written in C where PyYAML has it; it resolves no types.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBERS = re.compile(r"[-+]?(\d{1,18}|(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?)$")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class FrontMatterError(ValueError):
    """The YAML is wrong. `line` counts from 1 in the text that was given."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A mapping, and the line of each of its values and keys."""

    values: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a value, or of the innermost that there is on the way to it.

        Parts of the place that are not in the document, such as the kind of a question, are passed over.
        """
        here: Place = ()
        for part in place:
            here = (*here, part) if (*here, part) in self.lines else here
        return self.lines.get(here, 1)


def split(text: str) -> tuple[str, str, int]:
    """Front matter and body of a file, and the number of the body's first line.

    Raises:
        FrontMatterError: the file does not begin with front matter, or it has no end.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise FrontMatterError(1, f"a lesson begins with a line {FENCE}, then its settings in YAML")
    for place, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return "\n".join(["", *lines[1:place]]), "\n".join(lines[place + 1 :]), place + 2
    raise FrontMatterError(1, f"the settings must end with a line {FENCE}")


def read(text: str) -> FrontMatter:
    """Read a YAML mapping.

    Raises:
        FrontMatterError: it is none, or uses what is refused here.
    """
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        why = " ".join(filter(None, (error.context, error.problem)))
        raise FrontMatterError(place.line + 1 if place else 1, f"this is no YAML: {why}") from None
    except yaml.YAMLError as error:
        raise FrontMatterError(1, f"this is no YAML: {' '.join(str(error).split())}") from None


class _Reader:
    """Turns the events of PyYAML's parser into values, and notes their lines. No object is made that is not made here,
    and the depth is bounded while the text is read."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._lines: dict[Place, int] = {}

    def document(self) -> FrontMatter:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise FrontMatterError(1, "there must be settings, such as title: …")
        return FrontMatter(self._mapping(()), self._lines)

    def _value(self, event: yaml.Event, place: Place) -> Any:
        line = event.start_mark.line + 1
        self._lines.setdefault(place, line)
        if len(place) > MAX_DEPTH:
            raise FrontMatterError(line, f"this is more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise FrontMatterError(line, "& and * are not used here: write it out, or put a text in quotes")
        if event.tag is not None:
            raise FrontMatterError(line, f"the tag {event.tag} is not used here")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        assert isinstance(event, yaml.ScalarEvent)
        return event.value if event.style else _plain(event.value)

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
            name: str = event.value
            if name in values:
                raise FrontMatterError(line, f"{name!r} stands here twice")
            self._lines[*place, name] = line
            values[name] = self._value(next(self._events), (*place, name))
        return values


def _plain(text: str) -> Any:
    """A text without quotation marks: words and numbers are what they look like."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBERS.match(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    return text
