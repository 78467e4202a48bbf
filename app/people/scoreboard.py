"""The scoreboard of a challenge: what the whole class sees of it, and what each student sees about themselves.

The class gets `{"type": "challenge", "challenge": ChallengeView | null}`; a student gets
`{"type": "standing", ...OwnStanding}`, and the teacher gets one for each student. Only what has changed is sent. Lives
in the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.live.hub import Hub
from app.people.challenge import (
    Challenge,
    ChallengeView,
    Entry,
    OwnStanding,
    Phase,
    Standing,
    Uncounted,
    standings,
    top,
)
from app.people.classroom import Classroom
from app.people.person import Person, Role


class Scoreboard:
    """
    Attributes:
        view: what the whole class may see, as it was published last; None: there is no challenge.
    """

    def __init__(self, classroom: Classroom, hub: Hub) -> None:
        self._classroom = classroom
        self._hub = hub
        self.view: ChallengeView | None = None
        self._own: dict[str, OwnStanding] = {}  # by the student's id
        self._sent: dict[str, Any] = {}  # by the subject under which it is published

    def standing(self, person: Person) -> OwnStanding | None:
        """A student's own standing, which no one else sees; None: they are no student, or there is no challenge."""
        return self._own.get(person.id) if person.role is Role.STUDENT else None

    def all_standings(self) -> list[OwnStanding]:
        """What the teacher sees."""
        return list(self._own.values())

    def publish(
        self, challenge: Challenge, entries: Sequence[Entry], uncounted: Mapping[str, list[Uncounted]]
    ) -> None:
        """Send what has changed.

        Args:
            entries: those of this moment.
            uncounted: the runs that do not count, by the student's id.
        """
        opened = challenge.phase is Phase.OPENED
        all_standings = standings(entries, opened=opened)
        self.view = self._view(challenge, all_standings, opened=opened)
        self._own = {
            student.id: _own(student.id, uncounted=uncounted.get(student.id))
            for student in self._classroom.students
        }
        for standing in all_standings:
            self._own.setdefault(standing["person"], _own(standing["person"]))["entry"] = standing
        self._send("challenge", {"type": "challenge", "challenge": self.view})
        gone = {subject.partition(":")[2] for subject in self._sent} - {""} - self._own.keys()
        for person in gone:  # a student whom the teacher has removed
            self._send_standing(person, _own(person))
        for person, own in self._own.items():
            self._send_standing(person, own)

    def clear(self) -> None:
        """There is no challenge any more: say so to those who have got something of one."""
        self.view, self._own = None, {}
        if "challenge" not in self._sent:
            return
        self._send("challenge", {"type": "challenge", "challenge": None})
        for subject in list(self._sent):
            if person := subject.partition(":")[2]:
                self._send_standing(person, _own(person))

    def _view(self, challenge: Challenge, sorted_standings: list[Standing], *, opened: bool) -> ChallengeView:
        people = () if self._classroom.numbers_only else self._classroom.people
        return {
            "id": challenge.id,
            "name": challenge.name,
            **asdict(challenge.terms),  # type: ignore[typeddict-item]
            "phase": challenge.phase.value,
            "of": len(sorted_standings),
            "measured": sum(entry.is_measured for entry in challenge.entries),
            "top": top(sorted_standings, {person.id: person.nickname for person in people}, opened=opened),
        }

    def _send_standing(self, person: str, standing: OwnStanding) -> None:
        self._send(f"standing:{person}", {"type": "standing", **standing}, person)

    def _send(self, subject: str, message: dict[str, Any], audience: str | None = None) -> None:
        if self._sent.get(subject) != message:
            self._sent[subject] = message
            self._hub.publish(subject, message, audience)


def _own(person: str, *, uncounted: list[Uncounted] | None = None) -> OwnStanding:
    """The standing of a student without an entry."""
    return {"person": person, "entry": None, "uncounted": uncounted or []}
