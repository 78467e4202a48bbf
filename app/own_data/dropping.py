"""What is left out of a data set: how often for which reason, with the first places by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.own_data.preview import MAX_EXAMPLES, Dropped, with_text
from app.own_data.reasons import shorten
from engine.reasons import Reason

#: Different reasons that are kept apart; the others are counted with the last one.
MAX_REASONS = 50


@dataclass(slots=True)
class _Entry:
    reason: Reason
    count: int = 0
    examples: list[str] = field(default_factory=list)


class Dropping:
    """Collects what is left out."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def add(self, reason: Reason, example: str = "", count: int = 1) -> None:
        """Something more is left out; `example` says where: "line 17" or "leaf/3.png"."""
        entry = self._entries.get(reason)
        if entry is None:
            if len(self._entries) >= MAX_REASONS:
                entry = list(self._entries.values())[-1]
            else:
                entry = self._entries[reason] = _Entry(reason)
        entry.count += count
        if example and len(entry.examples) < MAX_EXAMPLES:
            entry.examples.append(shorten(example, 100))

    def __len__(self) -> int:
        return sum(entry.count for entry in self._entries.values())

    def listed(self) -> list[Dropped]:
        """The most frequent first."""
        entries = sorted(self._entries.values(), key=lambda entry: -entry.count)
        return [
            {"why": with_text(entry.reason), "count": entry.count, "examples": entry.examples}
            for entry in entries
        ]
