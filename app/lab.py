"""The lab: the objects that `create_app` made, as routes reach them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.data_sets import DataSets
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.live.hub import Hub
from app.metrics import Metrics
from app.settings import Settings
from app.storage.database import Database


@dataclass(frozen=True, slots=True)
class Lab:
    """One running server. `server_id` differs at every start, so that a page knows of a restart."""

    settings: Settings
    database: Database
    hub: Hub
    register: Register
    scheduler: Scheduler
    data_sets: DataSets
    metrics: Metrics
    server_id: str = field(default_factory=lambda: secrets.token_hex(4))
    #: of the monotonic clock
    started_at: float = field(default_factory=time.monotonic)


def _lab(connection: HTTPConnection) -> Lab:
    lab: Lab = connection.app.state.lab
    return lab


TheLab = Annotated[Lab, Depends(_lab)]
