"""Viewing: what pages watch inside of trainings, live.

A worker makes a view only while a page shows it, and at most four times a second. All its views together, also those
of a class that draws digits, take at most 5 % of its training's time. All who watch a view get the same one. A training
without a worker has ended, waits or is paused: it is replayed to its newest iteration, and its view is made once. Runs
in the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import Conflict, LabError, error_body, is_transient
from app.jobs.executor import Executor
from app.jobs.messages import NotSeen, See
from app.jobs.register import Register
from app.live.protocol import wrap
from app.live.view_frames import Key, encode, encode_refusal, key_of
from app.live.viewer import Viewer
from app.trainings import Status, Training
from engine import ConfigError, ExperimentConfig, views
from engine.reasons import restored

log = logging.getLogger(__name__)

#: A view is made at most this often.
EVERY_SECONDS = 0.25
#: The share of a training's time that its views may take.
MAX_SHARE = 0.05
#: A worker that has not answered after this time is asked again: it may have paused, or ended.
PATIENCE_SECONDS = 10.0
#: The time between two checks whether a view is due.
TICK_SECONDS = 0.05
#: A page watches at most this many views: four runs in each of its cards.
MAX_WATCHED = 64
#: A view that could not be made because too many wait is asked for again after this many seconds.
BUSY_SECONDS = 1.0

#: Replays a training to an iteration and makes a view of it, with these options.
Replayed = Callable[[Training, int, str, Mapping[str, Any]], Awaitable[bytes]]


@dataclass
class _Watched:
    """A view of a training that at least one page shows.

    Attributes:
        keys: for each run that shows the training, who watches it there.
        ticket: the number of the request that the worker has not answered yet; 0: there is none.
        due: when the next look is due, and `asked` when the last one was asked for, in seconds of the monotonic clock.
        iteration: to which the newest view was replayed; -1: there is none, or a worker made it.
        newest: the newest view, or the body of the error in its place.
    """

    training: str
    view: str
    options: dict[str, Any]
    keys: dict[Key, set[Viewer]] = field(default_factory=dict)
    ticket: int = 0
    due: float = 0.0
    asked: float = 0.0
    iteration: int = -1
    newest: bytes | dict[str, Any] | None = None
    replaying: asyncio.Task[None] | None = None


class Viewing:
    """What is watched, and by whom."""

    def __init__(self, register: Register, executor: Executor, replayed: Replayed) -> None:
        self._register = register
        self._executor = executor
        self._replayed = replayed
        #: (training, view, options) → what is watched
        self._watched: dict[tuple[str, str, str], _Watched] = {}
        self._tickets: dict[int, _Watched] = {}
        #: (training, view) → when the next one may be asked for, so that all stay within their share of time
        self._used_until: dict[tuple[str, str], float] = {}
        #: (training, view) → how long one took
        self._took: dict[tuple[str, str], float] = {}
        self._last_ticket = 0
        self._of_viewers: dict[Viewer, dict[Key, _Watched]] = {}
        self._ticker: asyncio.Task[None] | None = None

    # -- viewers -----------------------------------------------------------------------------------

    def watch(self, viewer: Viewer, run_id: str, view: str, options: Mapping[str, Any]) -> None:
        """Show a viewer a view of a run until `unwatch`. If it may not see the run, or watches too much, nothing
        happens; if the view does not fit the run, it gets the reason."""
        key = key_of(run_id, view, options)
        run = self._register.find_run(run_id)
        own = self._of_viewers.setdefault(viewer, {})
        if run is None or not viewer.may_see(run_id) or key in own or len(own) >= MAX_WATCHED:
            return
        try:
            checked = views.check(view, options, ExperimentConfig.from_dict(run.training.config, stored=True))
        except ConfigError as error:
            body = error_body(error.code, error.message, error.field, error.bounds)
            refusal = encode_refusal(key, body)
            viewer.offer_view(key, refusal, wrap(refusal))
            return
        place = (run.training.id, view, key.options)
        watched = self._watched.get(place)
        if watched is None:
            watched = self._watched[place] = _Watched(run.training.id, view, checked)
        watched.keys.setdefault(key, set()).add(viewer)
        own[key] = watched
        if watched.newest is not None:
            self._give(key, watched.newest, [viewer])
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        self._look(watched, time.monotonic())

    def unwatch(self, viewer: Viewer, key: Key) -> None:
        watched = self._of_viewers.get(viewer, {}).pop(key, None)
        if watched is None:
            return
        viewer.forget_view(key)
        watched.keys[key].discard(viewer)
        if not watched.keys[key]:
            del watched.keys[key]
        if not watched.keys:
            self._end(watched)

    def leave(self, viewer: Viewer) -> None:
        """The viewer is gone."""
        for key in list(self._of_viewers.get(viewer, ())):
            self.unwatch(viewer, key)
        self._of_viewers.pop(viewer, None)

    def close(self) -> None:
        for watched in list(self._watched.values()):
            self._end(watched)
        if self._ticker is not None:
            self._ticker.cancel()

    # -- workers -----------------------------------------------------------------------------------

    def on_view(self, ticket: int, seconds: float, view: bytes) -> None:
        """A worker has made the view of a ticket in some seconds."""
        watched = self._answered(ticket)
        if watched is not None:
            self._took[watched.training, watched.view] = seconds
            self._show(watched, view)

    def on_not_seen(self, answer: NotSeen) -> None:
        """A worker could not make a view."""
        watched = self._answered(answer.ticket)
        if watched is not None and answer.reason is not None:
            refused = Conflict(restored(answer.reason, answer.why), code="view_failed")
            self._show(watched, refused.body())

    def on_exit(self, training_id: str) -> None:
        """A worker is gone: what it was asked for is asked again."""
        for watched in self._of(training_id):
            self._answered(watched.ticket)
            watched.due = 0.0
        for by_kind in (self._used_until, self._took):
            for kind in [kind for kind in by_kind if kind[0] == training_id]:
                del by_kind[kind]

    def _answered(self, ticket: int) -> _Watched | None:
        watched = self._tickets.pop(ticket, None)
        if watched is not None:
            watched.ticket = 0
        return watched

    # -- looking -----------------------------------------------------------------------------------

    async def _tick(self) -> None:
        try:
            while self._watched:
                await asyncio.sleep(TICK_SECONDS)
                now = time.monotonic()
                # that which was asked for longest ago comes first, and before it what was never asked for
                for watched in sorted(self._watched.values(), key=lambda watched_view: watched_view.asked):
                    self._look(watched, now)
        finally:
            self._ticker = None  # whoever watches next begins anew

    def _look(self, watched: _Watched, now: float) -> None:
        """Ask for the view if it is due and may have changed."""
        self._follow_separated(watched)
        training = self._register.find(watched.training)
        if not watched.keys or training is None or now < watched.due or watched.replaying is not None:
            return
        if watched.ticket and now < watched.asked + PATIENCE_SECONDS:
            return
        if training.status is Status.RUNNING:
            kind = (training.id, watched.view)
            used = self._used_until.get(kind, 0.0)
            if used > now + TICK_SECONDS:
                return
            # each kind has its part: a drawn digit does not wait for what takes long
            share = MAX_SHARE / len({other.view for other in self._of(training.id)})
            self._used_until[kind] = max(used, now) + self._took.get(kind, 0.0) / share
            self._answered(watched.ticket)
            self._last_ticket += 1
            watched.ticket = self._last_ticket
            self._tickets[watched.ticket] = watched
            watched.asked = now
            watched.due = now + EVERY_SECONDS
            self._executor.send(training.id, See(watched.ticket, watched.view, watched.options))
        elif watched.iteration != training.iteration:
            watched.replaying = asyncio.create_task(self._replay(watched, training))

    async def _replay(self, watched: _Watched, training: Training) -> None:
        iteration = training.iteration
        answer: bytes | dict[str, Any]
        try:
            answer = await self._replayed(training, iteration, watched.view, watched.options)
        except LabError as error:
            if is_transient(error):  # too many others wait for views
                watched.replaying, watched.due = None, time.monotonic() + BUSY_SECONDS
                return
            answer = error.body()
        except ConfigError as error:  # such as a run of a larger lab
            answer = error_body(error.code, error.message, error.field, error.bounds)
        watched.replaying = None
        watched.due = time.monotonic() + EVERY_SECONDS
        self._show(watched, answer, iteration)

    def _show(self, watched: _Watched, content: bytes | dict[str, Any], iteration: int = -1) -> None:
        watched.newest, watched.iteration = content, iteration
        for key, viewers in watched.keys.items():
            self._give(key, content, viewers)

    def _give(self, key: Key, content: bytes | dict[str, Any], viewers: Iterable[Viewer]) -> None:
        frame = encode_refusal(key, content) if isinstance(content, dict) else encode(key, content)
        shared = wrap(frame)
        for viewer in viewers:
            if viewer.may_see(key.run):  # it may have lost sight of the run meanwhile
                viewer.offer_view(key, frame, shared)

    def _follow_separated(self, watched: _Watched) -> None:
        """A run that got a training of its own is watched in that one from now on."""
        for key in list(watched.keys):
            run = self._register.find_run(key.run)
            if run is None or run.training.id == watched.training:
                continue
            place = (run.training.id, key.view, key.options)
            other = self._watched.setdefault(place, _Watched(run.training.id, key.view, watched.options))
            viewers = watched.keys.pop(key)
            other.keys.setdefault(key, set()).update(viewers)
            if other.newest is not None:
                self._give(key, other.newest, viewers)
            for viewer in viewers:
                self._of_viewers[viewer][key] = other
        if not watched.keys:
            self._end(watched)

    def _end(self, watched: _Watched) -> None:
        self._answered(watched.ticket)
        if watched.replaying is not None:
            watched.replaying.cancel()
        for place, other in list(self._watched.items()):
            if other is watched:
                del self._watched[place]

    def _of(self, training_id: str) -> list[_Watched]:
        return [watched for watched in self._watched.values() if watched.training == training_id]
