"""States: the newest state of every run, of the lab and of data sets, with the version at which each changed last.

There is one entry for each subject, so its size does not grow with the number of changes. A viewer first gets the list
of all runs, in parts, and then the changes: see `part` and `changes`. What not all may see is in several such
logs; see `app.live.lanes`.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

#: The list of runs is sent in parts; a part ends with the run that makes it this long.
PART_CHARACTERS = 128 * 1024
#: How many of the last deletions are kept for viewers that have not seen them.
DELETED_RUNS = 1000
#: Encoded messages that are kept for other viewers at the same version or place.
SHARED_MESSAGES = 32

_RUN = "run:"
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of runs. Archived runs come last; within each of the two kinds, the last changed come
    first."""

    archived: bool
    #: the runs that changed before this version follow
    before: int
    #: which of the viewer's logs
    lane: int = 0


#: Where a list begins.
START = Place(archived=False, before=2**53)


class State:
    """A subject's state; None: the run was deleted. `kept_by`: a person for whom it was not, as it is theirs."""

    __slots__ = ("_text", "kept_by", "value", "version")

    def __init__(self, version: int, value: Mapping[str, Any] | None, kept_by: str | None = None) -> None:
        self.version = version
        self.value = value
        self.kept_by = kept_by
        self._text: str | None = None

    @property
    def text(self) -> str:
        """As JSON, encoded once."""
        if self._text is None:
            self._text = _dump(self.value)
        return self._text

    @property
    def archived(self) -> bool:
        return self.value is not None and bool(self.value.get("archived"))


class States:
    """A log of states. `version` is that of the newest change; a viewer whose version is not lower has seen them all.

    Args:
        has_more: whether the list of runs goes on in another log.
    """

    def __init__(self, *, has_more: bool = False) -> None:
        self.version = 0
        self._has_more = has_more
        self._states: OrderedDict[str, State] = OrderedDict()  # in the order of their versions
        self._deleted: deque[str] = deque()
        self._forgotten = 0  # the version of the newest deletion that is not among the states any more
        # person → version of the newest deletion that does not count for them
        self._kept: dict[str, int] = {}
        self._changes: _Shared[tuple[int, str], list[str | bytes]] = _Shared()
        self._parts: _Shared[Place, tuple[str, Place | None]] = _Shared()

    # -- publishing ---------------------------------------------------------------------------------

    def put_run(self, run_id: str, view: Mapping[str, Any]) -> None:
        self.put(f"{_RUN}{run_id}", State(self.version + 1, view))

    def delete_run(self, run_id: str, *, version: int | None = None, kept_by: str | None = None) -> None:
        """
        Args:
            kept_by: a person who sees the run in another log all the same.
        """
        version = self.version + 1 if version is None else version
        self.put(f"{_RUN}{run_id}", State(version, None, kept_by))
        if kept_by is not None:
            self._kept[kept_by] = version
        # Only viewers that have the run need to know it; a new one gets the list as it is.
        self._deleted.append(run_id)
        if len(self._deleted) > DELETED_RUNS:
            oldest = f"{_RUN}{self._deleted.popleft()}"
            if oldest in self._states and self._states[oldest].value is None:  # else it has come back
                self._forgotten = self._states.pop(oldest).version

    def put(self, subject: str, state: State) -> None:
        """A newer state, whose version is higher than all before it."""
        self.version = state.version
        self._changes.clear()
        self._parts.clear()
        self._states[subject] = state
        self._states.move_to_end(subject)

    def forget(self, subjects: Iterable[str]) -> None:
        """Leave subjects out from now on; viewers that have them are not notified."""
        for subject in subjects:
            self._states.pop(subject, None)
        self._changes.clear()

    # -- viewers --------------------------------------------------------------------------------

    def remembers(self, version: int) -> bool:
        """Whether all changes after `version` are still here; old deletions are forgotten."""
        return self._forgotten <= version

    def has_run(self, run_id: str) -> bool:
        """Whether the run is there, and not deleted."""
        state = self._states.get(f"{_RUN}{run_id}")
        return state is not None and state.value is not None

    def keeps(self, reader: str, since: int) -> bool:
        """Whether, after version `since`, a run was deleted here that the reader still sees in another log."""
        return self._kept.get(reader, 0) > since

    def changes(self, since: int, reader: str = "") -> list[str | bytes]:
        """The newest state of every subject that changed after version `since`, encoded once for all."""
        if since >= self.version:
            return []
        key = (since, reader if self.keeps(reader, since) else "")
        messages = self._changes.get(key)
        if messages is None:
            changed: list[tuple[str, State]] = []
            for subject in reversed(self._states):
                state = self._states[subject]
                if state.version <= since:
                    break
                if not (state.kept_by and state.kept_by == reader):
                    changed.append((subject, state))
            changed.reverse()
            messages = self._changes.put(key, _messages(changed))
        return messages

    def others(self) -> list[str | bytes]:
        """The states of everything except runs."""
        return [
            state.text
            for subject, state in self._states.items()
            if not subject.startswith(_RUN) and state.value is not None
        ]

    def part(self, place: Place) -> tuple[str, Place | None]:
        """The part of the list of runs that begins at `place`, and where the next one begins; None: it is the last.

        A run that changes while a viewer takes the parts is not in those that follow, but among the changes. So who
        has taken all changes and then the last part knows every run that there is.
        """
        answer = self._parts.get(place)
        if answer is None:
            answer = self._parts.put(place, self._make_part(place))
        return answer

    def _make_part(self, place: Place) -> tuple[str, Place | None]:
        runs: list[str] = []
        size = 0
        before = place.before
        follows: Place | None = None
        has_archived = place.archived
        for subject in reversed(self._states):
            state = self._states[subject]
            if not subject.startswith(_RUN) or state.value is None:
                continue
            has_archived = has_archived or state.archived
            if state.version >= place.before or state.archived != place.archived:
                continue
            if size >= PART_CHARACTERS:
                follows = Place(place.archived, before, place.lane)
                break
            runs.append(state.text)
            size += len(state.text)
            before = state.version
        if follows is None and has_archived and not place.archived:
            follows = Place(archived=True, before=START.before, lane=place.lane)
        more = "false" if follows is None and not self._has_more else "true"
        runs.reverse()
        return f'{{"type":"runs","runs":[{",".join(runs)}],"deleted":[],"more":{more}}}', follows


class _Shared(Generic[K, V]):
    """Some encoded messages, by the place of the viewers who need them."""

    def __init__(self) -> None:
        self._made: dict[K, V] = {}

    def get(self, place: K) -> V | None:
        return self._made.get(place)

    def put(self, place: K, message: V) -> V:
        if len(self._made) >= SHARED_MESSAGES:
            self._made.pop(next(iter(self._made)))
        self._made[place] = message
        return message

    def clear(self) -> None:
        self._made.clear()


def _messages(states: list[tuple[str, State]]) -> list[str | bytes]:
    runs = [state.text for subject, state in states if subject.startswith(_RUN) and state.value is not None]
    deleted = [
        subject.removeprefix(_RUN)
        for subject, state in states
        if subject.startswith(_RUN) and state.value is None
    ]
    others = [
        state.text for subject, state in states if not subject.startswith(_RUN) and state.value is not None
    ]
    if not (runs or deleted):
        return [*others]
    return [f'{{"type":"runs","runs":[{",".join(runs)}],"deleted":{_dump(deleted)}}}', *others]


def _dump(message: Any) -> str:
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
