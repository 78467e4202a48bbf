"""A hub without a server: a stand-in for the store, and what a viewer gets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np

from app.live import frames
from app.live.hub import Hub
from app.live.lanes import RunState
from app.live.viewer import Viewer
from app.rows import Rows
from tests.support import event_loop

COLUMNS = ("iteration", "loss")


def rows(first: int, count: int) -> np.ndarray:
    """Values (columns, rows): the loss is half of the iteration."""
    iterations = np.arange(first, first + count, dtype=np.float32)
    return np.stack([iterations, iterations / 2])


class HubLab:
    """A hub, and a stand-in for the store that keeps all rows."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], np.ndarray] = {}
        self.reads = 0
        self.hub = Hub(self)

    async def rows(self, training_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        self.reads += 1
        await asyncio.sleep(0)
        values = self.stored.get((training_id, stream))
        return None if values is None else Rows(COLUMNS, first, values[:, first:until][:, : size // 8], [])

    async def overview(self, training_id: str, stream: str, until: int, bins: int) -> Rows | None:
        values = self.stored.get((training_id, stream))
        return None if values is None else Rows(COLUMNS, 0, values[:, : 2 * bins], [])

    def append(self, count: int, run_id: str = "r", stream: str = "train") -> None:
        before = self.stored.get((run_id, stream), np.empty((2, 0), np.float32))
        new = rows(before.shape[1], count)
        self.stored[run_id, stream] = np.concatenate([before, new], axis=1)
        end = before.shape[1] + count
        self.hub.show(run_id, run_id)
        self.hub.append(run_id, stream, Rows(COLUMNS, before.shape[1], new, [(end, end / 10, end / 20)]))

    def publish_run(self, view: Any) -> None:
        """The hub passes a run's state on as it is, and reads its id only."""
        self.hub.publish_runs([RunState(view)])

    def viewer(self, **cursors: int) -> Viewer:
        viewer = self.hub.join()
        if cursors:
            viewer.subscribe("r", cursors)
        return viewer


def drain(viewer: Viewer) -> tuple[list[Any], list[Any]]:
    """Everything that is due, as (rows of the train stream in order, texts)."""

    async def everything() -> tuple[list[Any], list[Any]]:
        received: list[Any] = []
        texts: list[Any] = []
        while messages := await viewer.next_messages():
            for message in messages:
                if isinstance(message, bytes):
                    received.append(frames.decode(message))
                else:
                    texts.append(json.loads(message))
        return received, texts

    return event_loop.run(everything())
