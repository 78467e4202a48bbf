"""What the pages hear of studies: the newest state of each, for those who may see it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from app.answers.studies import ListedStudy
from app.live.hub import Hub
from app.live.lanes import TEACHER
from app.people.person import Role
from app.people.sight import Sight
from app.runs import next_revision
from app.studies import views
from app.studies.study import Study

log = logging.getLogger(__name__)

#: A study that trains is published this often at most.
PERIOD_SECONDS = 0.5
#: A page that comes back hears of at most this many deleted studies.
MAX_GONE = 100


class Publishing:
    """Lives in the event loop."""

    def __init__(
        self, hub: Hub, sight: Sight, places: Callable[[], int], slowness: Callable[[], float]
    ) -> None:
        """
        Args:
            places: how many trainings may run at the same time.
            slowness: how much longer trainings take on this machine than is estimated.
        """
        self._hub = hub
        self._sight = sight
        self._places = places
        self._slowness = slowness
        self._published: dict[str, float] = {}  # study → when
        self._due: dict[str, Study] = {}
        self._gone: deque[str] = deque()

    def listed(self, study: Study, role: Role) -> ListedStudy:
        """A study as a role sees it."""
        return views.listed(study, self._sight, role, slowness=self._slowness(), places=self._places())

    def soon(self, study: Study) -> None:
        """A study has changed; its pages hear of it in a moment."""
        self._due[study.id] = study

    def publish_due(self, *, all_of_them: bool = False) -> None:
        """Publish what has changed, and was not published a moment ago.

        Args:
            all_of_them: also publish studies that were published a moment ago: no later call may come to do it.
        """
        now = time.monotonic()
        for study in list(self._due.values()):
            if all_of_them or now - self._published.get(study.id, 0.0) >= PERIOD_SECONDS:
                try:
                    self.now(study)
                except Exception:  # the others are published, and go on
                    log.exception("study %d is not published", study.number)

    def now(self, study: Study) -> None:
        """Publish the state of a study."""
        self._due.pop(study.id, None)
        self._published[study.id] = time.monotonic()
        subject = _subject(study.id)
        others = _message(study.id, self.listed(study, Role.STUDENT))
        if study.shared:
            self._hub.publish(subject, others)
        if study.owner is not None and self._sight.knows(study.owner):
            self._hub.publish(subject, others, study.owner)
        # last, as the teacher's has the nickname
        self._hub.publish(subject, _message(study.id, self.listed(study, Role.TEACHER)), TEACHER)

    def unshared(self, study: Study) -> None:
        """A study is not shared any more: those who saw it only for that do not see it now."""
        self._hub.publish(_subject(study.id), _message(study.id, None))
        self.now(study)

    def gone(self, study: Study) -> None:
        """A study is deleted."""
        subject = _subject(study.id)
        self._due.pop(study.id, None)
        self._published.pop(study.id, None)
        self._hub.publish(subject, _message(study.id, None))
        if study.owner is not None and self._sight.knows(study.owner):
            self._hub.publish(subject, _message(study.id, None), study.owner)
        self._gone.append(subject)
        if len(self._gone) > MAX_GONE:
            self._hub.forget([self._gone.popleft()])


def _subject(study_id: str) -> str:
    return f"study:{study_id}"


def _message(study_id: str, study: ListedStudy | None) -> dict[str, object]:
    revision = next_revision() if study is None else study["revision"]
    return {"type": "study", "id": study_id, "revision": revision, "study": study}
