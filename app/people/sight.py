"""Sight: who sees a run, who may change it, and what each sees of it.

Everything that gives out or takes a run asks here: routes, the stream, polling, exports, comparisons, moments, forks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from app.answers.runs import ListedRun, Origin, Owner, RunAnswer
from app.live.lanes import RunState
from app.people.classroom import Classroom
from app.people.person import Person, Role
from app.people.refusals import Forbidden
from app.runs import Run, no_run


class Sight:
    """In a lab without a class, anyone sees and may change everything.

    Args:
        find: the run of an id, None where it is deleted.
    """

    def __init__(self, classroom: Classroom | None, find: Callable[[str], Run | None]) -> None:
        self._classroom = classroom
        self._find = find

    def may_see(self, person: Person, run: Run) -> bool:
        """Its owner and the teacher do, and where it is shared with the class, all people."""
        return self.may_change(person, run) or self.is_open(run)

    def may_change(self, person: Person, run: Run) -> bool:
        """Its owner and the teacher may."""
        return person.is_teacher or (person.role is Role.STUDENT and run.owner == person.id)

    def demand(self, person: Person, run: Run, *, change: bool = False) -> None:
        """Refuse what a person may not see, or change.

        Raises:
            NotFound: for those who may not see the run, it is as if there were none.
            Forbidden: they see it, but cannot change it.
        """
        if not self.may_see(person, run):
            raise no_run(run.id)
        if change and not self.may_change(person, run):
            raise Forbidden("this run belongs to another person", code="not_yours", field="id")

    def is_open(self, run: Run) -> bool:
        """Whether the whole class sees the run: it is shared, alone or in a view, or shown to all now."""
        if self._classroom is None:
            return True
        return run.shared or run.id in self._classroom.shown_runs or self._classroom.views.opens(run)

    def is_student(self, owner: str | None) -> bool:
        """Whether runs of this owner are a student's of this class."""
        person = None if self._classroom is None else self._classroom.find(owner)
        return person is not None and person.role is Role.STUDENT

    def comes_first(self, run: Run, *, again: bool) -> bool:
        """Whether a run is the teacher's, or of the lesson that the teacher shows to the class: these need no turn.

        Args:
            again: whether it trains what is trained anyway, or was changed by hand: the class does not wait for that.
        """
        # a study takes long, and no one waits for it alone
        if self._classroom is None or run.study is not None:
            return False
        owner, shown = self._classroom.find(run.owner), self._classroom.shown or {}
        is_lesson = shown.get("kind") == "lesson" and run.lesson is not None
        return bool(owner and owner.is_teacher) or (
            not again and is_lesson and run.lesson == shown.get("lesson")
        )

    def knows(self, owner: str | None) -> bool:
        """Whether an owner is a person of this class."""
        return self._classroom is not None and self._classroom.find(owner) is not None

    def payer(self, owner: str | None) -> str | None:
        """Whose turn the runs of an owner take; people of another class have none, and share one."""
        return owner if self.knows(owner) else None

    def is_held(self, person_id: str | None) -> bool:
        """Whether a person can launch nothing now."""
        return self._classroom is not None and self._classroom.held and self.is_student(person_id)

    # -- what they see -----------------------------------------------------------------------------

    def listed(self, person: Person, run: Run) -> ListedRun:
        """The run object of lists as a person sees it."""
        return self._seen(run.listed(), run, person.role)

    def view(self, person: Person, run: Run) -> RunAnswer:
        """The run object as a person sees it."""
        return cast(RunAnswer, self._seen(run.view(), run, person.role))

    def state(self, run: Run) -> RunState:
        """The run object for the viewers."""
        view = run.listed()
        if self._classroom is None:
            return RunState(view)
        return RunState(
            self._seen(view, run, Role.TEACHER),
            owner=run.owner if self._classroom.find(run.owner) else None,
            open=self.is_open(run),
            others=self._seen(view, run, Role.STUDENT),
            screens=self._seen(view, run, Role.PROJECTOR),
        )

    def origin(self, person: Person, run: Run) -> Origin | None:
        """What a run was forked from, as a person sees it."""
        return self._origin(run, person.role)

    def _seen(self, view: ListedRun, run: Run, role: Role) -> ListedRun:
        if self._classroom is None:
            return view
        return {**view, "owner": self._owner(run, role), "origin": self._origin(run, role)}

    def _owner(self, run: Run, role: Role) -> Owner | None:
        """Who launched it. Only the teacher sees nicknames, and the projector where it shows them."""
        return self.owner_seen(run.owner, role)

    def owner_seen(self, owner: str | None, role: Role) -> Owner | None:
        """Whose something is, as a role sees it; None: no person of this class owns it."""
        person = None if self._classroom is None else self._classroom.find(owner)
        if self._classroom is None or person is None:
            return None
        sees_names = role is Role.TEACHER or (role is Role.PROJECTOR and not self._classroom.numbers_only)
        return {
            "id": person.id,
            "number": person.number,
            "nickname": (person.nickname or None) if sees_names else None,
        }

    def _origin(self, run: Run, role: Role) -> Origin | None:
        """The name of another person's run is seen only where the run itself is."""
        if run.origin is None or self._classroom is None or role is Role.TEACHER:
            return run.origin
        origin = self._find(run.origin["run"])
        if origin is not None and (origin.owner == run.owner or self.is_open(origin)):
            return run.origin
        return {**run.origin, "name": ""}
