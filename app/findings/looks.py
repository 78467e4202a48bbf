"""Looks: what views said that people looked at, for the rules that need them.

No view is made for a rule. If nobody has opened the card of units or the confusion matrix of a training, the rules
about them find nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

from app.jobs import view_bytes
from engine.findings import Seen

#: The views that rules look at.
VIEWS = ("units", "confusion")
#: Looks at one view of one training that are kept; beyond it, every second one goes.
MAX_LOOKS = 200
#: Trainings whose looks are kept; those that were looked at longest ago go first.
MAX_TRAININGS = 256


@dataclass(slots=True)
class _Looks:
    """Of one training: view and part of the images → looks, by their iterations."""

    seen: dict[tuple[str, str], list[Seen]] = field(default_factory=dict)
    version: int = 0


class Looks:
    """The newest looks at trainings. Lives in the event loop."""

    def __init__(self) -> None:
        self._trainings: OrderedDict[str, _Looks] = OrderedDict()

    def note(self, training_id: str, name: str, view: bytes) -> None:
        """A view was made of a training."""
        if name not in VIEWS:
            return
        iteration, found = view_bytes.decode(view)
        facts = dict(found.facts)
        if name == "confusion":
            facts["counts"] = found.arrays["counts"].tolist()
        looks = self._trainings.setdefault(training_id, _Looks())
        self._trainings.move_to_end(training_id)
        while len(self._trainings) > MAX_TRAININGS:
            self._trainings.popitem(last=False)
        seen = looks.seen.setdefault((name, facts.get("part", "")), [])
        place = bisect_left(seen, iteration, key=lambda look: look.iteration)
        if place < len(seen) and seen[place].iteration == iteration:
            return
        seen.insert(place, Seen(iteration, facts))
        if len(seen) > MAX_LOOKS:
            del seen[1:-1:2]
        looks.version += 1

    def version(self, training_id: str) -> int:
        """Grows with each look at a training."""
        looks = self._trainings.get(training_id)
        return 0 if looks is None else looks.version

    def of(self, training_id: str, name: str, part: str, until: int) -> list[Seen]:
        """The looks at a view of a training up to an iteration, earliest first.

        Args:
            part: of the images, for a view of which there are several.
        """
        looks = self._trainings.get(training_id)
        seen = [] if looks is None else looks.seen.get((name, part), [])
        return seen[: bisect_right(seen, until, key=lambda look: look.iteration)]
