"""Found files: what lies in the folder `own` of the data folder becomes data sets that all people see, without anybody
who brings it. The folder is looked at while the lab runs; a file that is gone takes its data set with it."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app.errors import LabError
from app.own_data import process
from app.own_data.choices import Choices
from app.own_data.library import OwnData
from app.own_data.limits import Limits
from app.people.person import ANYONE
from engine.datasets import own
from engine.datasets.own_about import MAX_TITLE
from engine.errors import DatasetError
from engine.reasons import reason_of

log = logging.getLogger(__name__)

#: At most this many files and folders are read.
MAX_FILES = 500
#: Folders in a folder of images whose times tell whether it has changed: there is one for each class.
CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a file: the data set's name, or why it was refused. `stamp`: how the file was then."""

    stamp: str
    name: str | None = None
    problem: str | None = None


class FoundFiles:
    """Reads the files one after the other. A file is read when two looks have found it the same: until then it may
    still be written.

    Args:
        folder: `own` in the data folder; it need not exist.
    """

    def __init__(self, folder: Path, own_data: OwnData, limits: Limits) -> None:
        self._folder = folder
        self._own_data = own_data
        self._limits = limits
        self._seen: dict[str, str] = {}

    async def look(self) -> None:
        """Read what is new or has changed, and delete what is gone."""
        before = read_found(self._own_data.folder)
        stamps = stamps_of(self._folder)
        results = {file: before[file] for file in stamps if file in before}
        for file, stamp in stamps.items():
            is_settled = self._seen.get(file) == stamp
            if is_settled and (file not in results or results[file].stamp != stamp):
                results[file] = await self._read(file, stamp)
                self._write({**before, **results})
        self._seen = stamps
        names = {file.name for file in results.values()}
        for name in {file.name for file in before.values() if file.name is not None} - names:
            await self._own_data.withdraw(name)
        if results != before:
            self._write(results)

    async def _read(self, file: str, stamp: str) -> Found:
        temporary = Path(tempfile.mkdtemp(prefix=".own-", dir=self._own_data.folder))
        title = Path(file).stem.strip()[:MAX_TITLE].strip() or file[:MAX_TITLE]
        try:
            about = await process.decode(
                self._folder / file, file, Choices(title=title), self._limits, temporary
            )
            name = await self._own_data.keep(temporary / own.name_of(about), ANYONE, title, shared=True)
        except (DatasetError, LabError, ValueError) as error:
            problem = str(reason_of(error))
            log.warning("%s does not become a data set: %s", self._folder / file, problem)
            return Found(stamp, problem=problem)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        log.info("%s is the data set %s", self._folder / file, name)
        return Found(stamp, name=name)

    def _write(self, results: dict[str, Found]) -> None:
        with suppress(OSError):  # then they are read once more after a restart
            text = json.dumps({file: asdict(one) for file, one in results.items()}, ensure_ascii=False)
            _list_in(self._own_data.folder).write_text(text, "utf-8")


def _list_in(folder: Path) -> Path:
    return folder / "found.json"


def read_found(folder: Path) -> dict[str, Found]:
    """What became of the files at the last look, by their names.

    Args:
        folder: that of own data sets.
    """
    try:
        stored = json.loads(_list_in(folder).read_text("utf-8"))
        return {str(file): Found(**one) for file, one in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def stamps_of(folder: Path) -> dict[str, str]:
    """The files and folders to read, each with what changes when it does."""
    stamps = {}
    with suppress(OSError):
        for path in sorted(folder.iterdir())[:MAX_FILES]:
            if not path.name.startswith(".") and path.name.isprintable():
                with suppress(OSError):
                    stamps[path.name] = _stamp(path)
    return stamps


def _stamp(path: Path) -> str:
    state = path.stat()
    if not path.is_dir():
        return f"{state.st_mtime_ns} {state.st_size}"
    inner = sorted(folder for folder in path.iterdir() if folder.is_dir())[:CLASSES]
    newest = max([state.st_mtime_ns, *(folder.stat().st_mtime_ns for folder in inner)])
    return f"{newest} {len(inner)}"
