"""lossroom fetch: download data sets, with a progress bar."""

from __future__ import annotations

from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from app.commands.terminal import complain, console
from app.folders import make_writable
from engine import datasets


def fetch(names: list[str], data_dir: Path) -> int:
    """Download each missing data set; returns 1 if a download failed, 2 for an unknown name.

    Raises:
        FolderError: the folder cannot be made or written.
    """
    for name in names:
        if name not in datasets.catalog():
            existing = ", ".join(datasets.catalog())
            complain(f"there is no data set {name!r}; there are {existing}")
            return 2
    for name in names:
        if datasets.status(name, data_dir)["available"]:
            print(f"{name} is already there")
            continue
        make_writable(data_dir, "the data folder")
        bar = Progress(
            TextColumn(name),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console(),
            transient=True,
        )
        task = bar.add_task(name, total=None)

        def show(received: int, total: int, bar: Progress = bar, task: TaskID = task) -> None:
            bar.update(task, completed=received, total=total)

        try:
            with bar:
                datasets.fetch(name, data_dir, progress=show)
        except datasets.DatasetError as error:
            complain(error)
            return 1
        print(f"{name} is there")
    return 0
