"""Settings: one typed object, filled from LOSSROOM_* environment variables or the command line."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import lab_name, machine
from app.mistake import Mistake
from app.own_data.limits import Limits as DataLimits
from app.security.authority import Origin, network
from app.security.prefix import clean_prefix
from engine.limits import Limits
from engine.replay import KEPT_BYTES

PREFIX = "LOSSROOM_"
#: Variables that are no settings: mirrors of data sets, and what Docker Compose, tests and benchmarks read.
OTHER_VARIABLES = {
    "LOSSROOM_MIRRORS",
    "LOSSROOM_BIND",
    "LOSSROOM_PUBLISHED_PORT",
    "LOSSROOM_USER",
    "LOSSROOM_CHROMIUM",
    "LOSSROOM_BENCH_TIMES",
    "LOSSROOM_PEERS_PYTHON",
    "LOSSROOM_TORCH_PYTHON",
}
#: The setting whose variable has another name: a keyword of Python.
_RENAMED = {"class_name": "class"}
MAX_CLASS_NAME = 60
#: Memory that the server itself takes.
SERVER_BYTES = 256 << 20
#: One run may hold this much memory at most, however much the machine has.
RUN_BYTES = 5 << 30
#: The arrays of a data set may take one sixth of what one run may hold: two files are read at a time, and reading takes
#: three times the size of the arrays.
DATA_SHARE = 6


class SettingsError(Mistake):
    """A setting that is unknown or cannot be used; the message names it, and is one line."""


def _run_bytes() -> int:
    """Half of the memory that the server leaves, so that two large runs can train at the same time."""
    return min(RUN_BYTES, max(1 << 20, (machine.memory_bytes() - SERVER_BYTES) // 2))


def _words(given: object) -> object:
    """A list as people write it: `a b`, `a, b` or JSON."""
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("["):
        try:
            return json.loads(given)
        except ValueError:
            raise ValueError("is no JSON list; words separated by spaces or commas will do as well") from None
    return given.replace(",", " ").split()


#: Several words in one variable.
Words = Annotated[list[str], NoDecode, BeforeValidator(_words)]


def _origins(words: list[str]) -> list[str]:
    origins = {word: Origin.parse(word.removesuffix("/")) for word in words}
    for word, origin in origins.items():
        if origin is None:
            raise ValueError(
                "must be origins such as https://lab.example or http://10.0.0.2:8000,"
                f" not {_without_passwords(word)}"
            )
    return list(map(str, origins.values()))


def _networks(words: list[str]) -> list[str]:
    return [str(network(word)) for word in words]


def _class_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > MAX_CLASS_NAME or not name.isprintable():
        raise ValueError(f"must be at most {MAX_CLASS_NAME} characters in one line")
    return name


def _executor(text: str) -> str:
    if text == "local":
        return text
    kind, separator, address = text.partition("://")
    host, _, port = address.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) < 65_536
    if kind not in ("dask", "dask+tls") or not (separator and host and is_port):
        raise ValueError("must be local, dask://host:8786 or dask+tls://host:8786")
    return text


def _checkpoints(text: str) -> str:
    protocol, separator, rest = text.partition("://")
    if not text:
        return ""
    if not separator or not protocol.isalnum() or not rest.strip("/") or "::" in text or "?" in text:
        raise ValueError(
            "must be an address such as file:///shared/lossroom, s3://bucket/folder or ftp://host/folder"
        )
    if protocol in ("file", "local") and not rest.startswith("/"):
        raise ValueError(
            "must begin at the root, as file:///shared/lossroom does: other machines look there as well"
        )
    if ":" in rest.rpartition("@")[0]:
        raise ValueError(
            "must have no password: give it to fsspec on each machine, as docs/configuration.md says"
        )
    return text


def _folder(given: object) -> object:
    if given == "":
        raise ValueError("must be a folder; . is the working folder")
    return given


#: A folder; an empty text is none, while `Path` would take it for the working folder.
Folder = Annotated[Path, BeforeValidator(_folder)]
#: A folder, or none where the text is empty.
FolderOrNone = Annotated[Path | None, BeforeValidator(lambda given: given or None)]


def _without_passwords(given: object) -> str:
    """What was given, for a message: in addresses without the user and password."""
    return re.sub(r"://.*@", "://…@", repr(given))


def _host(given: dict[str, Any]) -> str:
    """The default address to listen on: other machines reach the lab only if it has a class, or is open."""
    return "0.0.0.0" if given.get("class_name") or given.get("open") else "127.0.0.1"


def clean_url(text: str) -> str:
    """The address of a lab as it is stored: `https://lab.example/lab`, without a slash at the end.

    Raises:
        ValueError: for anything else; it says what is wrong.
    """
    if not text:
        return ""
    origin = Origin.of(text)
    if origin is None:
        raise ValueError("must be an address such as https://lab.example or http://10.0.0.2:8000/lab")
    return f"{origin}{clean_prefix(''.join(f'/{part}' for part in text.split('/')[3:]))}"


class Settings(BaseSettings):
    """All settings of the server; README and docs/configuration.md list the same names (a test compares)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", populate_by_name=True)

    class_name: Annotated[str, AfterValidator(_class_name)] = Field(
        "",
        validation_alias=f"{PREFIX}CLASS",
        description="name of a class, whose people join; without one, anyone may do everything",
    )
    open: bool = Field(
        False,
        description="without a class, whoever reaches the lab may do everything: listen for all machines",
    )
    host: str = Field(default_factory=_host, min_length=1, description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    data_dir: Folder = Field(Path("data"), description="where data sets lie (may be read-only)")
    state_dir: Folder = Field(Path("state"), description="database, checkpoints, decoded data sets")
    lessons_dir: FolderOrNone = Field(
        None, description="folder with lessons of your own; they are found while the lab runs"
    )
    max_people: int = Field(500, ge=1, le=10_000, description="students of a class; one more cannot join")
    class_days: float = Field(
        90.0,
        gt=0,
        le=3650,
        description="days after which a class ends: its names are deleted, its curves stay",
    )
    workers: int = Field(
        default_factory=machine.cores,
        ge=1,
        le=256,
        description="runs that train at the same time (default: cores)",
    )
    executor: Annotated[str, AfterValidator(_executor)] = Field(
        "local",
        description="where runs train: `local`, or a cluster of Dask: `dask://host:8786`, `dask+tls://host:8786`",
    )
    cluster_certs: FolderOrNone = Field(
        None,
        description="for `dask+tls://`: folder with ca.pem, cert.pem and key.pem (`lossroom cluster certs` makes one)",
    )
    max_queued: int = Field(
        2000, ge=1, le=100_000, description="runs that may wait; one more is refused with 503"
    )
    max_paused: int = Field(
        64, ge=1, le=10_000, description="paused runs that may hold a process; one more is refused with 409"
    )
    max_running_per_person: int = Field(
        256, ge=1, le=256, description="runs of one student that train at the same time; more wait"
    )
    max_queued_per_person: int = Field(
        200, ge=1, le=100_000, description="runs of one student that may wait; one more is refused with 409"
    )
    max_runs_per_person: int = Field(
        2000, ge=1, le=100_000, description="runs that one student may have; one more is refused with 409"
    )
    max_paused_per_person: int = Field(
        8, ge=1, le=10_000, description="paused runs of one student; one more is refused with 409"
    )
    max_iterations_per_person: int = Field(
        1_000_000, ge=1, description="iterations of a student's run; a longer one is refused"
    )
    max_parameters_per_person: int = Field(
        10_000_000, ge=1, description="parameters of a student's run; a larger one is refused"
    )
    max_memory_bytes_per_person: int = Field(
        2 << 30, ge=1 << 20, description="what a student's run may hold; a larger one is refused"
    )
    max_seconds_per_person: int = Field(
        3600,
        ge=1,
        description="seconds that a student's run is expected to train here; a longer one is refused",
    )
    checkpoint_seconds: float = Field(
        3.0,
        ge=0.05,
        le=3600,
        description="a run that trains is saved this often, to go on from there after a crash",
    )
    checkpoints: Annotated[str, AfterValidator(_checkpoints)] = Field(
        "",
        description="where checkpoints are: an address of fsspec that the workers of a cluster reach, such as"
        " `s3://bucket/folder`; empty: the state folder",
    )
    kept_bytes: int = Field(
        KEPT_BYTES, ge=0, description="checkpoints that one training keeps after its end; 0: none"
    )
    kept_lab_bytes: int = Field(
        2 << 30, ge=0, description="checkpoints that all trainings keep; the oldest lose theirs first"
    )
    replay_seconds: float = Field(
        10.0, ge=0.1, le=3600, description="a moment that takes longer to train again is refused with 409"
    )
    max_viewers: int = Field(
        2000, ge=1, le=100_000, description="open WebSockets; one more is closed with 1013"
    )
    max_body_bytes: int = Field(
        262_144, ge=1024, description="longest request body; a longer one is refused with 413"
    )
    max_memory_bytes: int = Field(
        default_factory=_run_bytes,
        ge=1 << 20,
        description="what one run may hold; a larger one is refused with the estimate",
    )
    max_multiply_adds: int = Field(
        6_000_000_000, ge=1000, description="of one image's forward pass; a larger network is refused"
    )
    log_format: Literal["text", "json"] = Field("text", description="log lines for people, or for machines")
    max_import_bytes: int = Field(
        1_073_741_824, ge=1024, description="longest file of exported runs that can be imported"
    )
    max_data_bytes: int = Field(
        256 << 20, ge=1024, description="longest file of own data; a longer one is refused with 413"
    )
    max_data_sets_per_person: int = Field(
        20, ge=0, le=1000, description="own data sets that one student may keep; 0: students bring none"
    )
    max_data_bytes_per_person: int = Field(
        512 << 20, ge=0, description="what the own data sets of one student may take on the disk"
    )
    max_data_bytes_of_all: int = Field(
        8 << 30, ge=0, description="what all own data sets may take on the disk; one more is refused with 409"
    )
    allowed_origins: Annotated[Words, AfterValidator(_origins)] = Field(
        [], description="addresses by which people open the lab through a proxy, such as https://lab.example"
    )
    trusted_proxies: Annotated[Words, AfterValidator(_networks)] = Field(
        [], description="proxies whose X-Forwarded headers count: addresses and networks"
    )
    public_url: Annotated[str, AfterValidator(clean_url)] = Field(
        "", description="the address by which people open the lab, such as https://lab.example/lab"
    )
    root_path: Annotated[str, AfterValidator(clean_prefix)] = Field(
        "", description="path below which a proxy shows the lab, such as /lossroom"
    )

    @property
    def limits(self) -> Limits:
        """What one run may cost."""
        return Limits(memory_bytes=self.max_memory_bytes, multiply_adds=self.max_multiply_adds)

    @property
    def data_limits(self) -> DataLimits:
        """What a file of own data may hold; on a machine with little memory, less."""
        defaults = DataLimits()
        decoded = min(defaults.decoded_bytes, self.max_memory_bytes // DATA_SHARE)
        return replace(defaults, bytes=self.max_data_bytes, decoded_bytes=decoded, memory_bytes=3 * decoded)

    @property
    def origins(self) -> list[str]:
        """The origins of the lab's pages behind a proxy that may change their names."""
        public = Origin.of(self.public_url)
        return [*([str(public)] if public else []), *self.allowed_origins]

    @property
    def database_path(self) -> Path:
        return self.state_dir / "lossroom.sqlite3"

    @property
    def checkpoint_dir(self) -> Path:
        """Where runs that train are saved, so that they go on after a crash; see `app.jobs.checkpoints`. Weights that
        are exported lie there for a moment as well, also where checkpoints have an address."""
        return self.state_dir / "checkpoints"

    @property
    def lab_name_file(self) -> Path:
        """Has the name by which a cluster and a store of checkpoints know this lab."""
        return self.state_dir / lab_name.FILE

    @property
    def socket_dir(self) -> Path:
        """Where the server reaches the process that starts workers; see `app.jobs.processes`."""
        return self.state_dir / "sockets"

    @property
    def cache_dir(self) -> Path:
        """Decoded data sets, memory-mapped by all workers; safe to delete while the lab is down."""
        return self.state_dir / "cache"

    @property
    def own_dir(self) -> Path:
        """Data sets that people brought; see `engine.datasets.own`."""
        return self.state_dir / "own-data"


def read_settings(**given: Any) -> Settings:
    """The settings from the environment and the command line, where what is None was not given.

    Raises:
        SettingsError: for a value that cannot be used, and for a variable `LOSSROOM_*` that is no setting.
    """
    _refuse_unknown(os.environ)
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).removeprefix(PREFIX).lower()
        name = _RENAMED.get(name, name)
        given_as = {_RENAMED.get(name, name) for name in chosen}
        shown = f"--{name.replace('_', '-')}" if name in given_as else f"{PREFIX}{name.upper()}"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{shown}: {message} (got {_without_passwords(first['input'])})") from None


def variables() -> set[str]:
    """The names of all settings as variables, without their prefix."""
    return {_RENAMED.get(name, name).upper() for name in Settings.model_fields}


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse variables `LOSSROOM_*` that are no settings: a misspelt one would be ignored without a word."""
    settings = variables()
    names = settings | {name.removeprefix(PREFIX) for name in OTHER_VARIABLES}
    for variable in sorted(environment):
        name = variable.upper().removeprefix(PREFIX)
        if variable.upper().startswith(PREFIX) and name not in names:
            like = difflib.get_close_matches(name, settings, n=1)
            hint = f"did you mean {PREFIX}{like[0]}?" if like else "see docs/configuration.md"
            raise SettingsError(f"there is no setting {variable}; {hint}")
