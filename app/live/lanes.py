"""Lanes: logs of states by who may read them.

In a lab without a class there is one, which all viewers read. In a class:

- the teacher reads one with everything,
- the projector one with what all and what the screens may see,
- a student two: one with what all may see, and an own one.

A page that shows the wall reads two other lanes. The first has what is made for the wall (`app.people.wall`) and what
all may see. The second is the teacher's or the projector's: what only the teacher may see, or the form in which the
projector sees it. There are no runs in these.

Versions count through all of them, so a viewer has one number. A state that several lanes have is encoded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.answers.runs import ListedRun
from app.live.states import State, States
from app.people.person import Person, Role

#: Names of those for whom something is published. A single person is named by id; None: all.
TEACHER, SCREENS = "teacher", "screens"
_PROJECTOR, _STUDENTS = "projector", "students"
_WALL, _TEACHERS_WALL, _PROJECTORS_WALL = "wall", "teacher's wall", "projector's wall"


@dataclass(frozen=True, slots=True)
class RunState:
    """The state of a run, and in a class who sees it: the teacher and its owner; if it is `open`, all people.

    Attributes:
        view: as the teacher sees it.
        others: as the students see it.
        screens: as the projector sees it.
    """

    view: ListedRun
    owner: str | None = None
    open: bool = False
    others: ListedRun | None = None
    screens: ListedRun | None = None


class Lanes:
    """The logs of states of one lab."""

    def __init__(self, *, in_class: bool = False) -> None:
        self.version = 0
        self._in_class = in_class
        self._teacher = States()
        self._lanes: dict[str, States] = {TEACHER: self._teacher}
        if in_class:
            self._lanes |= {_PROJECTOR: States(), _STUDENTS: States(has_more=True)}
            self._lanes |= {_WALL: States(has_more=True), _TEACHERS_WALL: States()}
            self._lanes |= {_PROJECTORS_WALL: States()}
        # lane → its version before the changes that are not offered yet
        self._changed: dict[States, int] = {}

    def of(self, reader: Person, *, wall: bool = False) -> tuple[States, ...]:
        """The lanes that a person reads, in their order.

        Args:
            wall: whether for a page that shows the wall, which only the teacher and the projector have.
        """
        if wall and self._in_class and reader.role is not Role.STUDENT:
            return self._lanes[_WALL], self._lanes[_TEACHERS_WALL if reader.is_teacher else _PROJECTORS_WALL]
        if reader.is_teacher:
            return (self._teacher,)
        if reader.role is Role.PROJECTOR:
            return (self._lanes[_PROJECTOR],)
        return (self._lanes[_STUDENTS], self._lane(reader.id))

    def take_changed(self) -> list[tuple[States, int]]:
        """The lanes that have changed since the last call, each with its version before."""
        changed = list(self._changed.items())
        self._changed.clear()
        return changed

    # -- publishing ---------------------------------------------------------------------------------

    def put(self, subject: str, message: Mapping[str, Any], audience: str | None = None) -> None:
        """A newer state for an audience: all (None), a person, `TEACHER` or `SCREENS`."""
        if not self._in_class:
            self._put([TEACHER], subject, message)
        elif audience is None:
            self._put([TEACHER, _PROJECTOR, _STUDENTS, _WALL], subject, message)
        elif audience == SCREENS:
            self._put([TEACHER, _PROJECTOR, _WALL], subject, message)
        else:
            self._put(dict.fromkeys([TEACHER, audience, _TEACHERS_WALL]), subject, message)

    def forget(self, subjects: Iterable[str]) -> None:
        """Leave subjects out of all lanes from now on; viewers that have them are not notified."""
        subjects = list(subjects)
        for lane in self._lanes.values():
            lane.forget(subjects)

    def put_wall(
        self,
        messages: Mapping[str, Mapping[str, Any]],
        gone: Iterable[str],
        projected: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Newer states for pages that show the wall, by subject; those that are gone are left out for pages to come.

        Args:
            projected: what the projector gets instead. A subject has such a message always, or never.
        """
        gone = list(gone)
        for name in (_WALL, _TEACHERS_WALL, _PROJECTORS_WALL):
            self._lanes[name].forget(gone)
        for subject, message in messages.items():
            if subject in projected:
                self._put([_TEACHERS_WALL], subject, message)
                self._put([_PROJECTORS_WALL], subject, projected[subject])
            else:
                self._put([_WALL], subject, message)

    def put_cloud(self, messages: Mapping[str, Mapping[str, Any]], gone: Iterable[str]) -> None:
        """Newer states for all students, by subject; those that are gone are left out for pages to come."""
        self._lanes[_STUDENTS].forget(gone)
        for subject, message in messages.items():
            self._put([_STUDENTS], subject, message)

    def put_run(self, run: RunState) -> list[States]:
        """A newer state of a run; returns the lanes whose readers do not see it any more."""
        run_id, subject = run.view["id"], f"run:{run.view['id']}"
        self._put([TEACHER], subject, run.view)
        if not self._in_class:
            return []
        own = [run.owner] if run.owner is not None else []
        self._put([*own, *([_STUDENTS] if run.open else [])], subject, run.others or run.view)
        if run.open:
            self._put([_PROJECTOR], subject, run.screens or run.view)
            return []
        closed = [self._lanes[name] for name in (_PROJECTOR, _STUDENTS) if self._lanes[name].has_run(run_id)]
        self._delete(closed, run_id, run.owner)
        return closed

    def delete_run(self, run_id: str) -> None:
        """The run is deleted, for all who saw it."""
        self._delete([lane for lane in self._lanes.values() if lane.has_run(run_id)], run_id, None)

    def _put(self, names: Iterable[str], subject: str, value: Mapping[str, Any]) -> None:
        self.version += 1
        state = State(self.version, value)
        for name in names:
            lane = self._lane(name)
            self._changed.setdefault(lane, lane.version)
            lane.put(subject, state)

    def _delete(self, lanes: Iterable[States], run_id: str, kept_by: str | None) -> None:
        self.version += 1
        for lane in lanes:
            self._changed.setdefault(lane, lane.version)
            lane.delete_run(run_id, version=self.version, kept_by=kept_by)

    def _lane(self, name: str) -> States:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = States()
        return lane
