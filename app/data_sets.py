"""Data sets as the lab offers them: which are on this machine, downloads of others, and decoding for all workers."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import cast

from app.answers.datasets import DatasetAnswer, Fetching
from app.errors import Conflict, Invalid, NotFound
from app.live.hub import Hub
from app.settings import Settings
from engine import datasets
from engine.options import dataset_status
from engine.reasons import Reason, reason_of

log = logging.getLogger(__name__)

#: Progress of a download is reported at most this often.
PROGRESS_SECONDS = 0.1
#: A data set that was found is not looked for again in this time.
FOUND_SECONDS = 1.0


class DataSets:
    """The catalog of `engine.datasets` with this lab's folders, and its downloads under way; and whether a data set can
    be trained on, also an own one."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._settings = settings
        self._hub = hub
        self._fetching: dict[str, Fetching] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._there_until: dict[str, float] = {}
        self._recent: list[DatasetAnswer] | None = None
        self._recent_until = 0.0

    def answers(self) -> list[DatasetAnswer]:
        """Every data set of the catalog, with `fetching` (null, or `{"received", "total", "error", "why"}`)."""
        return [self.answer(name) for name in datasets.catalog()]

    def recent_answers(self) -> list[DatasetAnswer]:
        """The same, as they were a moment ago: a class opens its pages at once, and each look is at many files."""
        now = time.monotonic()
        if self._recent is None or now >= self._recent_until:
            self._recent, self._recent_until = self.answers(), now + FOUND_SECONDS
        return self._recent

    def answer(self, name: str) -> DatasetAnswer:
        """A data set of the catalog; own ones are in `app.own_data.library`."""
        if name not in datasets.catalog():
            names = ", ".join(datasets.catalog())
            raise NotFound(f"there is no data set {name[:60]!r}; there are {names}", field="name")
        status = dataset_status(name, self._settings.data_dir)
        # fields that say something only of own data sets
        as_not_own = {"owner": None, "mine": False, "shared": True, "deleted": False, "digest": None}
        return cast(DatasetAnswer, {**status, **as_not_own, "fetching": self._fetching.get(name)})

    def is_available(self, name: str) -> bool:
        """Whether a data set can be trained on. One that was found is not looked for again for a moment: each look
        reads the state of many files, and the list of lessons asks about one data set after another."""
        now = time.monotonic()
        if now < self._there_until.get(name, 0.0):
            return True
        source = datasets.find(name)
        is_there = source is not None and source.is_available(self._settings.data_dir)
        # an own one (with `about`) can be deleted at any moment, and is then refused at once
        if is_there and source is not None and source.about is None:
            self._there_until[name] = now + FOUND_SECONDS
        return is_there

    def demand(self, name: str, *, path: str = "") -> None:
        """Refuse, before anything is queued, an experiment whose data set is not there.

        Args:
            path: where the experiment is in the request, such as "experiments.3.".
        """
        if not self.is_available(name):
            source = datasets.find(name)
            if datasets.own.is_name(name):
                deleted = datasets.own.missing(name, None if source is None else source.title)
                raise Invalid(deleted, code="not_available", field=f"{path}dataset.name")
            message = f"the data set {name} is not on this server; fetch it first, or choose another"
            reason = Reason("not_available", message, dataset=name)
            raise Invalid(reason, code="not_available", field=f"{path}dataset.name")

    def sample(
        self, name: str, *, part: str, first: int, count: int
    ) -> tuple[datasets.Dataset, datasets.Sample]:
        """A data set and some of its images, from the decoded arrays that the workers map too.

        It reads files, and decodes them if they are not decoded yet: call it in a thread.
        """
        if datasets.own.is_name(name):
            self.demand(name)
        elif not self.answer(name)["available"]:
            message = f"the data set {name} is not on this server; fetch it first"
            raise NotFound(Reason("not_available", message, dataset=name), code="not_available", field="name")
        try:
            dataset = datasets.load_dataset(
                name, data_dir=self._settings.data_dir, cache_dir=self._settings.cache_dir
            )
        except datasets.DatasetError as error:
            raise Conflict(reason_of(error), code="unreadable", field="name") from error
        return dataset, datasets.sample(dataset, part=part, first=first, count=count)

    def digest(self, name: str) -> str | None:
        """Identifies the bytes of a data set, None if they cannot be read. It reads files, and decodes them if they are
        not decoded yet: call it in a thread."""
        try:
            return datasets.digest(name, self._settings.data_dir, self._settings.cache_dir)
        except datasets.DatasetError as error:
            log.warning("%s could not be read: %s", name, error)
            return None

    async def prepare_all(self) -> None:
        """Decode all data sets that are on this machine, so that the first launch does not wait for it."""
        for name in datasets.catalog():
            if self.is_available(name):
                await self._prepare(name)

    def fetch(self, name: str) -> DatasetAnswer:
        """Begin to download a data set; its progress is published as `dataset:<name>`."""
        answer = self.answer(name)
        if answer["available"]:
            message = f"{name} is already there"
            raise Conflict(Reason("already_there", message, dataset=name), code="already_there", field="name")
        if not answer["fetchable"]:
            message = f"{name} cannot be downloaded"
            reason = Reason("dataset_not_fetchable", message, dataset=name)
            raise Invalid(reason, code="not_fetchable", field="name")
        under_way = self._fetching.get(name)
        if under_way is None or under_way["error"]:
            self._set(name, {"received": 0, "total": answer["download_bytes"], "error": None, "why": None})
            task = asyncio.create_task(self._fetch(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self.answer(name)

    async def _fetch(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        missing = [other for other in datasets.catalog() if other != name and not self.is_available(other)]
        reported = 0.0

        def progress(received: int, total: int) -> None:
            nonlocal reported
            now = time.monotonic()
            if now - reported >= PROGRESS_SECONDS:
                reported = now
                so_far: Fetching = {"received": received, "total": total, "error": None, "why": None}
                loop.call_soon_threadsafe(self._set, name, so_far)

        try:
            await asyncio.to_thread(datasets.fetch, name, self._settings.data_dir, progress=progress)
            await self._prepare(name)
        except Exception as error:  # whatever went wrong, the page must say it
            log.warning("%s could not be fetched: %s", name, error)
            total = self._fetching[name]["total"]
            reason = reason_of(error)
            self._set(name, {"received": 0, "total": total, "error": reason, "why": reason.why})
        else:
            self._set(name, None)
            for other in filter(self.is_available, missing):  # one archive may hold two
                self._publish(other)

    async def _prepare(self, name: str) -> None:
        try:
            await asyncio.to_thread(datasets.prepare, name, self._settings.data_dir, self._settings.cache_dir)
        except datasets.DatasetError as error:
            log.warning("%s could not be decoded: %s", name, error)

    def _set(self, name: str, fetching: Fetching | None) -> None:
        if fetching is None:
            self._fetching.pop(name, None)
        else:
            self._fetching[name] = fetching
        self._publish(name)

    def _publish(self, name: str) -> None:
        self._recent = None
        self._hub.publish(f"dataset:{name}", {"type": "dataset", "dataset": self.answer(name)})
