"""Forking: stores what goes on from an iteration of a run with other settings.

The new training gets the rows up to there at once, and needs nothing of its origin any more: its stretches say what to
train again, should there be no checkpoint from which its worker can go on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from app.answers.runs import Origin
from app.data_sets import DataSets
from app.errors import Invalid
from app.estimate import expected_seconds
from app.jobs.checkpoint_files import CheckpointFiles
from app.jobs.first_rows import FirstRows
from app.jobs.fork import Fork, Wish, plan
from app.jobs.places import Places
from app.jobs.register import Register
from app.jobs.sharing import Sharing
from app.live.hub import Hub
from app.people.allowance import Allowance
from app.runs import Run
from app.settings import Settings
from app.storage import measurement_store
from app.storage.database import Database
from app.trainings import Training, fingerprint_of, new_id
from engine.reasons import Reason
from engine.stretches import parse_stretches
from engine.trainer import columns_of


class Forking:
    """Makes forks of runs. Lives in the event loop."""

    def __init__(
        self,
        settings: Settings,
        register: Register,
        database: Database,
        hub: Hub,
        data_sets: DataSets,
        files: CheckpointFiles,
        sharing: Sharing,
        places: Places,
        allowance: Allowance,
    ) -> None:
        self._settings = settings
        self._register = register
        self._database = database
        self._hub = hub
        self._data_sets = data_sets
        self._files = files
        self._sharing = sharing
        self._places = places
        self._allowance = allowance

    async def check(self, run_id: str, wish: Wish) -> Fork:
        """What a fork would be; nothing is stored.

        Raises:
            Invalid, ConfigError: it cannot be made; see `plan`.
        """
        fork, _ = await self._plan(run_id, wish)
        return fork

    async def _plan(self, run_id: str, wish: Wish) -> tuple[Fork, dict[str, FirstRows]]:
        fork = plan(self._register.get(run_id), wish)
        await asyncio.to_thread(self._demand_limits, fork)
        self._data_sets.demand(fork.config.dataset.name)
        return fork, await asyncio.to_thread(self._rows, fork)

    def _demand_limits(self, fork: Fork) -> None:
        """It reads the experiment of each stretch, of which there may be many: call it in a thread."""
        self._settings.limits.check_all(fork.config, parse_stretches(fork.stretches, fork.config))

    async def fork(
        self, run_id: str, wish: Wish, *, fresh: bool, owner: str | None = None
    ) -> tuple[Run, bool]:
        """Store a run that shows the fork, and say whether its training is a new one, which waits then.

        Args:
            fresh: train it also where the same fork is trained already.
            owner: the person who forks it, in a class.
        """
        async with self._sharing.order:
            fork, rows = await self._plan(run_id, wish)
            self._allowance.demand_runs(owner, self._register.count_of(owner), 1)
            self._allowance.demand_terms(owner, [fork.config.to_dict()])
            digest = await asyncio.to_thread(self._data_sets.digest, fork.config.dataset.name)
            training = self._training(fork, rows, digest)
            if not fresh and (existing := self._known(fork, training)) is not None:
                run = self._run(fork, existing, owner)
                await self._register.add([run])
                self._places.let_wait(existing)
                return run, False
            self._allowance.demand_costs(owner, [self._places.cost(fork.summary, training)])
            self._places.demand(owner, 1)
            run = self._run(fork, training, owner)
            await self._add(fork, run, rows)
        return run, True

    async def _add(self, fork: Fork, run: Run, rows: dict[str, FirstRows]) -> None:
        """Store a run with its new training, and let that wait for a place."""
        training = run.training
        # one that was made since the rows were read may count an evaluation that is not among them
        evaluations = rows["evaluation"].count if rows else 0
        usable = [checkpoint for checkpoint in fork.checkpoints() if checkpoint["evaluations"] <= evaluations]
        training.checkpoints = await self._files.copy(usable, training.id)
        try:
            await self._register.add([run], {training.id: rows})
        except BaseException:
            self._files.remove(training.checkpoints)
            raise
        if rows:
            origin, until = fork.origin.id, fork.wish.iteration
            await self._database.write(lambda c: measurement_store.copy(c, origin, training.id, until))
        for stream, first in rows.items():
            self._hub.set_total(training.id, stream, first.count)
        self._places.let_wait(training)

    def _rows(self, fork: Fork) -> dict[str, FirstRows]:
        """The rows up to the fork, by stream. It reads the store.

        Raises:
            Invalid: some are missing, as may be in an imported run.
        """
        until, origin = fork.wish.iteration, fork.origin.id
        if not until:
            return {}
        rows = {}
        # the network, and so what is measured in each iteration, is that of the origin
        for stream, columns in (("train", None), ("evaluation", columns_of(fork.config)["evaluation"])):
            total = self._hub.recorded(origin, stream)
            whole = FirstRows(self._database, origin, stream, total, columns)
            rows[stream] = whole.until(until)
        recorded = rows["train"].count
        if recorded != until:
            text = f"iteration: of the {until:,} iterations up to there, {recorded:,} are recorded"
            reason = Reason("fork_unrecorded", text, iteration=until, recorded=recorded)
            raise Invalid(reason, code="range", field="iteration")
        return rows

    def _training(self, fork: Fork, rows: Mapping[str, FirstRows], digest: str | None) -> Training:
        training = Training(
            id=new_id(),
            config=fork.config.to_dict(),
            iterations=fork.config.iterations,
            created_at=time.time(),
            annotations=fork.annotations(),
            expected_seconds=expected_seconds(fork.config, fork.summary),
            stretches=fork.stretches,
            machines=fork.machines(),
        )
        for first in rows.values():
            if first.last is not None:
                training.remember(first.last)
        training.fingerprint = self._fingerprint(fork, training, digest)
        return training

    def _fingerprint(self, fork: Fork, training: Training, digest: str | None) -> str | None:
        """Of the new training; None if it is not known what its origin has computed."""
        origin = fork.origin
        if digest is None or origin.fingerprint is None:
            return None
        fingerprint = fingerprint_of(origin.config, origin.stretches, origin.annotations, data=digest)
        if fingerprint != origin.fingerprint:  # trained with other files, or on another machine
            return None
        return fingerprint_of(training.config, training.stretches, training.annotations, data=digest)

    def _known(self, fork: Fork, training: Training) -> Training | None:
        """A training that is what the new one would be."""
        origin = fork.origin
        is_origin = fork.changes_nothing and training.annotations == origin.annotations
        if is_origin and self._sharing.can_be_shown(origin):
            return origin
        return self._sharing.find(training.fingerprint)

    def _run(self, fork: Fork, training: Training, owner: str | None) -> Run:
        origin: Origin = fork.wish.origin or {
            "run": fork.run.id,
            "number": fork.run.number,
            "name": fork.run.name,
            "iteration": fork.wish.iteration,
            "seed": fork.wish.seed,
        }
        return Run(
            id=new_id(),
            number=0,  # the store gives it
            name=fork.name,
            training=training,
            launched_at=time.time(),
            group_id=fork.run.group_id,
            origin=origin,
            owner=owner,
        )
