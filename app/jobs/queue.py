"""The queue: the trainings that wait for a place, and whose turn is next.

Owners take turns, weighted by seconds: next is the owner with the fewest. What a training is expected to take is added
when it starts, and corrected when it has ended. This is start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair
Queuing", SIGCOMM 1996): an owner who comes, or comes back, begins where the last turn began. So no one saves up seconds
by waiting, and no one pays for having trained while the others did not wait.
"""

from __future__ import annotations

import enum
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from app.errors import QueueFull
from engine.reasons import Reason

#: Who waits for a training: a person's id; None: whoever launches in a lab without a class.
Owner = str | None


class Level(enum.IntEnum):
    """A level is served while nothing waits on the one before it; each takes turns of its own."""

    #: the teacher's runs, and those of the lesson that the teacher shows to the class
    FIRST = 0
    CLASS = 1


#: Those who wait for a training, each on a level.
Owners = Mapping[Owner, Level]
ANYBODY: Owners = {None: Level.CLASS}

#: A training that starts at no turn of its owners: right after another one, or before all turns (None).
OutOfTurn = tuple[str, str | None]


@dataclass(slots=True)
class _Line:
    """The trainings that an owner waits for on a level, the next one first.

    `used`: the seconds of its trainings, on the clock of its level. `stamp`: that of its entry in the heap.
    """

    used: float
    waiting: deque[str]
    stamp: int = -1


_Key = tuple[Level, Owner]
#: A line in the heap: its level, its seconds, the number of its first training, its stamp, its key.
_Entry = tuple[Level, float, int, int, _Key]


class Queue:
    """Ids of trainings. Lives in the event loop.

    A training that several wait for is in the line of each, so it starts in the turn of the first; its seconds are
    divided equally between all who wait for it then. Whoever asks for it later pays nothing.
    """

    def __init__(self, most: int, seconds: Callable[[str], float] = lambda training_id: 1.0) -> None:
        """
        Args:
            most: how many may be launched or forked into it; those that lost their worker come back beyond it.
            seconds: how long a training will hold its place.
        """
        self._most = most
        self._seconds = seconds
        self._owners: dict[str, Owners] = {}
        # before everyone's turn; the others are in lines, or follow another
        self._first: deque[str] = deque()
        # training → those that start right after it, in their order
        self._followers: dict[str, list[str]] = {}
        self._leaders: dict[str, str] = {}  # follower → the training that it follows
        self._lines: dict[_Key, _Line] = {}
        self._heap: list[_Entry] = []
        self._now = dict.fromkeys(Level, 0.0)  # where the last turn of each level began
        self._numbers: dict[str, int] = {}  # the order of coming, which decides between equals
        self._counter = 0
        self._stamps = itertools.count()
        self._charged: dict[str, tuple[float, list[_Key]]] = {}  # each owner's seconds of what has started

    def __len__(self) -> int:
        return len(self._owners)

    def __contains__(self, training_id: str) -> bool:
        return training_id in self._owners

    def copy(self) -> Queue:
        """Another queue in the same state."""
        twin = Queue(self._most, self._seconds)
        twin._owners, twin._numbers = dict(self._owners), dict(self._numbers)
        twin._first, twin._heap = self._first.copy(), self._heap.copy()
        twin._leaders = dict(self._leaders)
        twin._followers = {leader: list(followers) for leader, followers in self._followers.items()}
        twin._lines = {key: replace(line, waiting=line.waiting.copy()) for key, line in self._lines.items()}
        twin._now, twin._charged = dict(self._now), dict(self._charged)
        twin._stamps = itertools.count(next(self._stamps) + 1)
        return twin

    def order(self) -> list[str]:
        """All trainings, the next one first, if nothing comes between and each takes what is expected."""
        return list(iter(self.copy().take, None))

    def out_of_turn(self) -> list[OutOfTurn]:
        """The trainings that wait to start at no turn of their owners, in their order."""
        places: list[OutOfTurn] = [(training_id, None) for training_id in self._first]
        for leader, followers in self._followers.items():
            places += [(follower, leader) for follower in followers]
        return places

    def restore(self, places: Iterable[OutOfTurn]) -> None:
        """Let trainings wait out of turn as they did in the queue of an earlier server, of which `out_of_turn` has said
        it: behind those that are put back already. Where the training that one follows does not wait any more, it
        starts before all turns; one that does not wait itself is left out."""
        moved = [place for place in places if place[0] in self._owners and place[0] not in self._first]
        for training_id, _ in moved:  # all of them first: what leaves its place leaves its followers there
            self._leave_place(training_id)
        for training_id, leader in moved:
            if leader is None or leader not in self._owners:
                self._first.append(training_id)
            else:
                self._followers.setdefault(leader, []).append(training_id)
                self._leaders[training_id] = leader

    # -- coming ----------------------------------------------------------------------------------

    def demand_places(self, trainings: int) -> None:
        """Refuse trainings for which there is no place.

        Raises:
            QueueFull: with how many wait, and the bound.
        """
        queued, most = len(self), self._most
        if trainings and queued + trainings > most:
            message = f"{queued} runs are waiting and at most {most} may; try again when some have finished"
            raise QueueFull(Reason("queue_full", message, queued=queued, most=most))

    def add(self, training_id: str, owners: Owners = ANYBODY) -> None:
        """Let a training wait behind the others of each of its owners. One that waits keeps its places, and its owners
        are these from now on."""
        before = self._owners.get(training_id, {})
        self._owners[training_id] = dict(owners)
        self._number(training_id)
        if training_id in self._first or training_id in self._leaders:
            return
        for owner, level in before.items():
            if owners.get(owner) != level:
                self._take_out(training_id, (level, owner))
        for owner, level in owners.items():
            if before.get(owner) != level:
                self._insert(training_id, (level, owner))

    def add_first(self, training_id: str, owners: Owners = ANYBODY) -> None:
        """Let a training wait before the others of its owners, as a resumed one; without a class, before all."""
        if None in owners:
            self.put_back(training_id, owners)
            return
        self._owners[training_id] = dict(owners)
        self._number(training_id, first=True)
        for owner, level in owners.items():
            self._insert(training_id, (level, owner), 0)

    def add_after(self, training_id: str, other_id: str, owners: Owners = ANYBODY) -> None:
        """Let a training wait behind another one in the lines of its owners; as the first if that one does not wait."""
        if other_id in self._first:
            self._owners[training_id] = dict(owners)
            self._number(training_id)
            self._first.insert(self._first.index(other_id) + 1, training_id)
            return
        if not owners.keys() & self._owners.get(other_id, {}).keys():
            self.add_first(training_id, owners)
            return
        self._owners[training_id] = dict(owners)
        self._numbers[training_id] = self._numbers[other_id]
        for owner, level in owners.items():
            line = self._lines.get((level, owner))
            waiting = line.waiting if line else ()
            self._insert(
                training_id, (level, owner), waiting.index(other_id) + 1 if other_id in waiting else 0
            )

    def put_back(self, training_id: str, owners: Owners = ANYBODY) -> None:
        """Let a training that has lost its worker wait before all others, as no turn of its owners."""
        self._owners[training_id] = dict(owners)
        self._number(training_id, first=True)  # it may be moved into the lines
        self._first.appendleft(training_id)

    def move_first(self, training_id: str) -> None:
        """Let a training that waits start before all others, whoever's turn it is; its owners pay as for a turn. One
        that does not wait stays as it is."""
        if training_id in self._owners:
            self._leave_place(training_id)
            self._first.appendleft(training_id)

    def move_behind(self, training_id: str, other_id: str) -> None:
        """Let a training that waits start right after another one, whoever's turn that is; its owners pay as for a
        turn. If the other no longer waits, it is the first. All others keep their turns. One that does not wait stays
        as it is."""
        if training_id == other_id or training_id not in self._owners:
            return
        if other_id not in self._owners:
            self.move_first(training_id)
            return
        self._leave_place(training_id)
        self._followers.setdefault(other_id, []).insert(0, training_id)
        self._leaders[training_id] = other_id

    # -- going -----------------------------------------------------------------------------------

    def take(self, may_run: Callable[[Owner], bool] = lambda owner: True) -> str | None:
        """The next one, which does not wait any more; None: there is none.

        Args:
            may_run: whether an owner may have a turn now.
        """
        if self._first:
            training_id = self._first[0]
        elif (key := self._turn(may_run)) is not None:
            line = self._lines[key]
            training_id = line.waiting[0]
            self._now[key[0]] = max(self._now[key[0]], line.used)
        else:
            return None
        keys = [(level, owner) for owner, level in self._owners[training_id].items()]
        followers = self._followers.pop(training_id, [])
        for follower in followers:
            del self._leaders[follower]
        self.remove(training_id)
        self._first.extendleft(reversed(followers))
        share = self._seconds(training_id) / len(keys)
        self._charged[training_id] = (share, keys)
        self._charge(keys, share)
        return training_id

    def waits_for(self, owner: Owner) -> int:
        """How many trainings an owner waits for."""
        lines = (self._lines.get((level, owner)) for level in Level)
        first = sum(owner in self._owners[training_id] for training_id in (*self._first, *self._leaders))
        return first + sum(len(line.waiting) for line in lines if line is not None)

    def payers(self, training_id: str) -> list[Owner]:
        """Those who waited for a training when it started, until `settle`."""
        return [owner for _, owner in self._charged[training_id][1]] if training_id in self._charged else []

    def remove(self, training_id: str) -> None:
        """Take a training out of the queue, if it is there."""
        if training_id in self._owners:
            self._leave_place(training_id)
            del self._owners[training_id]
            self._numbers.pop(training_id, None)

    def settle(self, training_id: str, seconds: float) -> None:
        """A training has left its place, which it had for these seconds: its owners pay for them, not for the guess."""
        share, keys = self._charged.pop(training_id, (0.0, []))
        if keys:
            self._charge(keys, seconds / len(keys) - share)

    def rest(self) -> None:
        """Nothing waits or runs: no owner owes anything."""
        self._lines.clear()
        self._heap.clear()
        self._charged.clear()
        self._now = dict.fromkeys(Level, 0.0)

    # -- inside ----------------------------------------------------------------------------------

    def _number(self, training_id: str, *, first: bool = False) -> None:
        self._counter += 1
        self._numbers.setdefault(training_id, -self._counter if first else self._counter)

    def _insert(self, training_id: str, key: _Key, place: int | None = None) -> None:
        line = self._lines.setdefault(key, _Line(0.0, deque()))
        if not line.waiting:
            line.used = max(line.used, self._now[key[0]])
        line.waiting.insert(len(line.waiting) if place is None else place, training_id)
        if line.waiting[0] == training_id:
            self._enter(key, line)

    def _leave_place(self, training_id: str) -> None:
        """Take a training out of its place. Those that follow it stay there; if the place is in lines, each of them is
        the next in the lines of its owners."""
        followers = self._followers.pop(training_id, [])
        for follower in followers:
            del self._leaders[follower]
        if training_id in self._first:
            index = self._first.index(training_id)
            self._first.remove(training_id)
            for follower in reversed(followers):
                self._first.insert(index, follower)
        elif (leader := self._leaders.pop(training_id, None)) is not None:
            beside = self._followers[leader]
            index = beside.index(training_id)
            beside[index : index + 1] = followers
            self._leaders |= dict.fromkeys(followers, leader)
            if not beside:
                del self._followers[leader]
        else:
            for owner, level in self._owners[training_id].items():
                self._take_out(training_id, (level, owner))
            for follower in reversed(followers):
                for owner, level in self._owners[follower].items():
                    self._insert(follower, (level, owner), 0)

    def _take_out(self, training_id: str, key: _Key) -> None:
        self._lines[key].waiting.remove(training_id)

    def _charge(self, keys: Iterable[_Key], seconds: float) -> None:
        for key in keys:
            line = self._lines.setdefault(key, _Line(self._now[key[0]], deque()))
            line.used = max(line.used + seconds, self._now[key[0]])
            if seconds < 0 and line.waiting:
                self._enter(key, line)

    def _enter(self, key: _Key, line: _Line) -> None:
        """Enter a line into the heap whose turn has come nearer. Its entry from before is void. Of one whose turn has
        gone farther away, the entry stays until it is found; a training that many wait for would change them all."""
        line.stamp = next(self._stamps)
        heapq.heappush(self._heap, self._entry(key, line))
        if len(self._heap) > 2 * len(self._lines) + 64:
            self._heap = [
                self._entry(training_id, entered)
                for training_id, entered in self._lines.items()
                if entered.waiting
            ]
            heapq.heapify(self._heap)

    def _entry(self, key: _Key, line: _Line) -> _Entry:
        return key[0], line.used, self._numbers[line.waiting[0]], line.stamp, key

    def _turn(self, may_run: Callable[[Owner], bool]) -> _Key | None:
        """The line whose turn it is."""
        passed: list[_Entry] = []
        chosen = None
        while self._heap and chosen is None:
            entry = self._heap[0]
            key, line = entry[4], self._lines[entry[4]]
            if line.stamp != entry[3] or not line.waiting:
                heapq.heappop(self._heap)
            elif (now := self._entry(key, line)) != entry:
                heapq.heapreplace(self._heap, now)
            elif may_run(key[1]):
                chosen = key
            else:
                passed.append(heapq.heappop(self._heap))
        for entry in passed:
            heapq.heappush(self._heap, entry)
        return chosen
