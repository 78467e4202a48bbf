"""Settings: one typed object, filled from LOSSROOM_* environment variables or the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.limits import LIMITS


def _cores() -> int:
    """Cores this process may use: a container's CPU set counts, not the machine's."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS and Windows
        return max(1, os.cpu_count() or 1)


class Settings(BaseSettings):
    """Every knob of the server; README and docs/configuration.md list the same names (a test compares)."""

    model_config = SettingsConfigDict(env_prefix="LOSSROOM_", extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    data_dir: Path = Field(Path("data"), description="where data sets lie (may be read-only)")
    state_dir: Path = Field(Path("state"), description="database, checkpoints, decoded data sets")
    workers: int = Field(
        default_factory=_cores, ge=1, le=256, description="runs that train at the same time (default: cores)"
    )
    max_queued: int = Field(
        2000, ge=1, le=100_000, description="runs that may wait; one more is refused with 503"
    )
    max_paused: int = Field(
        64, ge=1, le=10_000, description="paused runs that may hold a process; one more is refused with 409"
    )
    checkpoint_seconds: float = Field(
        3.0,
        ge=0.05,
        le=3600,
        description="a run that trains is saved this often, to go on from there after a crash",
    )
    max_viewers: int = Field(
        2000, ge=1, le=100_000, description="open WebSockets; one more is closed with 1013"
    )
    max_body_bytes: int = Field(
        262_144, ge=1024, description="longest request body; a longer one is refused with 413"
    )
    max_memory_bytes: int = Field(
        4_294_967_296,
        ge=1 << 20,
        description="what one run may hold; a larger one is refused with the estimate",
    )
    max_multiply_adds: int = Field(
        6_000_000_000, ge=1000, description="of one image's forward pass; a larger network is refused"
    )
    log_format: Literal["text", "json"] = Field("text", description="log lines for people, or for machines")
    max_import_bytes: int = Field(
        33_554_432, ge=1024, description="longest file of exported runs that can be imported"
    )
    allowed_origins: list[str] = Field(
        [], description='other origins whose pages may open the WebSocket, as JSON: ["https://lab.example"]'
    )

    def apply_limits(self) -> None:
        """Let this process refuse what is larger; the engine checks every experiment where it is read."""
        LIMITS.memory_bytes = self.max_memory_bytes
        LIMITS.multiply_adds = self.max_multiply_adds

    @property
    def database_path(self) -> Path:
        return self.state_dir / "lossroom.sqlite3"

    @property
    def checkpoint_dir(self) -> Path:
        """Where runs that train are saved, so that they go on after a crash; see `app.jobs.checkpoints`."""
        return self.state_dir / "checkpoints"

    @property
    def socket_dir(self) -> Path:
        """Where the server reaches the process that starts workers; see `app.jobs.processes`."""
        return self.state_dir / "sockets"

    @property
    def cache_dir(self) -> Path:
        """Decoded data sets, memory-mapped by all workers; safe to delete while the lab is down."""
        return self.state_dir / "cache"
