"""The workers of a cluster, and which one takes the next training."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable

from app import __version__
from app.cluster.messages import Member

log = logging.getLogger(__name__)


class Members:
    """The workers of the cluster that can train, as far as is known.

    Attributes:
        are_reached: whether they can be reached; while they cannot, nothing is started.
    """

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._refused: set[str] = set()
        self.are_reached = False

    @property
    def slots(self) -> int:
        """How many trainings they take together."""
        return sum(member["slots"] for member in self._members.values()) if self.are_reached else 0

    def all(self) -> list[Member]:
        return list(self._members.values())

    def set(self, members: Iterable[Member]) -> None:
        """Note which workers there are now, and that they can be reached. A worker with another version of Lossroom is
        left out and named in the log: it may compute differently and send other messages."""
        members = list(members)
        self._members = {member["id"]: member for member in members if member["version"] == __version__}
        self.are_reached = True
        for member in members:
            if member["version"] != __version__ and member["id"] not in self._refused:
                self._refused.add(member["id"])
                log.warning(
                    "the worker on %s has version %s and trains nothing for this lab, which has %s",
                    member["host"],
                    member["version"],
                    __version__,
                )
        self._refused &= {member["id"] for member in members}

    def lose_touch(self) -> None:
        self.are_reached = False

    def has(self, member_id: str) -> bool:
        return member_id in self._members

    def has_free_slot(self, member_id: str, taken: Iterable[str]) -> bool:
        """Whether a member has a free slot."""
        member = self._members.get(member_id)
        return member is not None and Counter(taken)[member_id] < member["slots"]

    def choose(
        self, taken: Iterable[str], arithmetic: str | None = None, *, needs_slot: bool = True
    ) -> Member | None:
        """The member with the most free slots. Members that compute as `arithmetic` come first, if one of them has a
        free slot. None if no member fits: by default, if no slot is free.

        Args:
            taken: the id of a member for each training that runs there now.
            needs_slot: False for a training that begins paused: it may be on a member without a free slot.
        """
        load = Counter(taken)
        takers = [member for member in self._members.values() if member["slots"]] if self.are_reached else []
        free = {member["id"]: member["slots"] - load[member["id"]] for member in takers}
        with_room = [member for member in takers if free[member["id"]] > 0]
        alike = [member for member in with_room if member["arithmetic"] == arithmetic]
        fit = alike or with_room or ([] if needs_slot else takers)
        return max(fit, key=lambda member: free[member["id"]], default=None)
