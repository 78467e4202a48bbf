"""lossroom data: own data sets from files; beside a running lab too, whose pages show them within seconds."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.table import Table

from app.commands.terminal import complain, console, visible
from app.folders import PRIVATE_FOLDER, make_writable
from app.mistake import Mistake
from app.own_data import process
from app.own_data.choices import Choices
from app.own_data.preview import Preview
from app.settings import Settings
from engine import DatasetError, datasets
from engine.datasets import own
from engine.datasets.own import Card


def add(file: Path, settings: Settings, *, name: str, renamed: Sequence[str], choices: dict[str, Any]) -> int:
    """Make a data set of a file or a folder of images; 0, or 2 if it is refused.

    Args:
        name: what people call it.
        renamed: names of classes, such as "0=cat".
        choices: as in `app.own_data.choices`; what is None is as it was understood.

    Raises:
        Mistake: an argument is wrong, or the folder cannot be written.
    """
    chosen = _choices(name, renamed, choices)
    make_writable(settings.own_dir, "the folder of own data sets", mode=PRIVATE_FOLDER)
    if not file.exists():
        raise Mistake(f"there is no file {file}")
    limits = settings.data_limits
    folder = Path(tempfile.mkdtemp(prefix=".own-", dir=settings.own_dir))
    try:
        preview = asyncio.run(process.preview(file, file.name, chosen, limits))
        about = asyncio.run(process.decode(file, file.name, chosen, limits, folder))
        made = folder / own.name_of(about)
        there = settings.own_dir / made.name
        before = own.read_card(there) if own.is_there(there) else Card(title=name, made_at=time.time())
        card = Card(title=name, shared=True, owner=before.owner, made_at=before.made_at, others=before.others)
        own.write_card(made, card)
        own.write_card(own.move_in(made, settings.own_dir), card)
    except DatasetError as error:
        complain(error)
        return 2
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _print(preview)
    print(visible(f"{name} is kept as {made.name}"))
    return 0


def _choices(name: str, renamed: Sequence[str], choices: dict[str, Any]) -> Choices:
    classes = {}
    for pair in renamed:
        given, equals, shown = pair.partition("=")
        if not equals:
            raise Mistake(f"--class must be OLD=NEW, such as 0=cat, not {pair!r}")
        classes[given] = shown
    try:
        return Choices(title=name, classes=classes or None, **choices)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        option = {"title": "--name", "classes": "--class"}.get(field, f"--{field.replace('_', '-')}")
        message = str(first["msg"]).removeprefix("Value error, ")
        raise Mistake(f"{option}: {message} (got {str(first['input'])[:60]!r})") from None


def _print(preview: Preview) -> None:
    """What was understood, and what was left out."""
    shape = " × ".join(map(str, preview["shape"]))
    sizes = f"{preview['train_size']:,} for training and {preview['test_size']:,} for the test"
    print(visible(f"{preview['kind']} of {shape}: {sizes}"))
    for one in preview["classes"]:
        shown = one["shown"] if one["shown"] != one["name"] else ""
        print(visible(f"  {one['name']} {'→ ' + shown + ' ' if shown else ''}{one['count']:,}"))
    for note in preview["notes"]:
        print(visible(f"note: {note['text']}"))
    for dropped in preview["dropped"]:
        where = ", ".join(dropped["examples"])
        print(visible(f"left out: {dropped['count']:,} × {dropped['why']['text']} ({where})"))


def print_list(settings: Settings) -> int:
    """Print all own data sets of a lab."""
    datasets.own.look_in(settings.own_dir)
    table = Table(box=None)
    for column in ("title", "name", "kind", "classes", "training", "test", "MB"):
        table.add_column(column, justify="left" if column in ("title", "name", "kind") else "right")
    for name in own.names():
        source = datasets.source(name)
        size = own.size_of(settings.own_dir / name) / 1e6
        kind = "images" if source.levels else "table"
        sizes = (len(source.class_names), source.train_size, source.test_size)
        row = [source.title, name, kind, *(f"{one:,}" for one in sizes), f"{size:,.1f}"]
        table.add_row(*map(visible, row))
    console().print(table)
    return 0


def remove(which: str, settings: Settings) -> int:
    """Delete an own data set; its runs keep their curves.

    Args:
        which: its name or its title.

    Raises:
        Mistake: there is none, or there are several with this title.
    """
    datasets.own.look_in(settings.own_dir)
    name = find_own(which)
    if name is None:
        raise Mistake(f"there is no own data set {which!r}; `lossroom data list` names them")
    title = datasets.source(name).title
    try:
        own.remove_arrays(settings.own_dir / name)
    except OSError as error:
        raise Mistake(f"{settings.own_dir / name} cannot be written: {error.strerror}") from None
    print(visible(f"{title} is deleted; its runs keep their curves"))
    return 0


def find_own(which: str) -> str | None:
    """The name of an own data set that can be trained on, by its name or its title; None if there is none.

    Raises:
        Mistake: there are several with this title.
    """
    known = own.names()
    if which in known:
        return which
    found = [name for name in known if datasets.source(name).title == which]
    if len(found) > 1:
        raise Mistake(f"{len(found)} own data sets are called {which!r}: {', '.join(found)}; give the name")
    return found[0] if found else None


def find_dataset(which: str) -> str:
    """The name of a data set that was given by its name, or an own one by its title.

    Raises:
        Mistake: there is none; it names those that there are.
    """
    if which in datasets.catalog():
        return which
    found = find_own(which)
    if found is None:
        own_titles = [datasets.source(name).title for name in own.names()]
        known = ", ".join([*datasets.catalog(), *own_titles])
        raise Mistake(f"there is no data set {which!r}; there are {known}")
    return found
