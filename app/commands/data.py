"""lossroom data: makes, lists and deletes own data sets, whether or not a lab is running."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.table import Table

from app.commands.terminal import complain, console, visible
from app.folders import PRIVATE_FOLDER, make_writable
from app.mistake import Mistake
from app.own_data import cards, entries, process
from app.own_data.choices import Choices
from app.own_data.preview import Preview
from app.settings import Settings
from engine import DatasetError, datasets
from engine.datasets import own


def add(
    file: Path, settings: Settings, *, name: str, new_class_names: Sequence[str], options: dict[str, Any]
) -> int:
    """Make a data set from a file, or from a folder of images. Returns the exit code: 0, or 2 if the file is refused.

    Args:
        file: the table, the archive or the folder.
        name: the title of the data set.
        new_class_names: a text OLD=NEW for each class that gets another name, such as "0=cat".
        options: the fields of `app.own_data.choices.Choices`; None: as the file is understood.

    Raises:
        Mistake: an argument is wrong, or the folder cannot be written.
    """
    choices = _choices(name, new_class_names, options)
    title = choices.title or name
    make_writable(settings.state_dir, "the state folder", mode=PRIVATE_FOLDER)
    make_writable(settings.own_dir, "the folder of own data sets", mode=PRIVATE_FOLDER)
    if not file.exists():
        raise Mistake(f"there is no file {file}")
    limits = settings.data_limits
    temporary_folder = Path(tempfile.mkdtemp(prefix=".own-", dir=settings.own_dir))
    try:
        preview = asyncio.run(process.preview(file, file.name, choices, limits))
        about = asyncio.run(process.decode(file, file.name, choices, limits, temporary_folder))
        unpacked = temporary_folder / own.name_of(about)
        folder = settings.own_dir / unpacked.name
        card = cards.kept(entries.scan(settings.own_dir, {}).get(folder.name), None, title, shared=True)
        # Written before the move, so that a new data set is never seen without its title; and again after it, because
        # `move_in` keeps the card of a data set that was there already.
        own.write_card(unpacked, card)
        own.write_card(own.move_in(unpacked, settings.own_dir), card)
    except DatasetError as error:
        complain(error)
        return 2
    finally:
        shutil.rmtree(temporary_folder, ignore_errors=True)
    _print(preview)
    print(visible(f"{title} is kept as {folder.name}"))
    return 0


def _choices(name: str, new_class_names: Sequence[str], options: dict[str, Any]) -> Choices:
    """The arguments of `add`, checked. An error names the option of the command line."""
    classes = {}
    for pair in new_class_names:
        old, equals, new = pair.partition("=")
        if not equals:
            raise Mistake(f"--class must be OLD=NEW, such as 0=cat, not {pair!r}")
        classes[old] = new
    try:
        return Choices(title=name, classes=classes or None, **options)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        option = {"title": "--name", "classes": "--class"}.get(field, f"--{field.replace('_', '-')}")
        message = str(first["msg"]).removeprefix("Value error, ")
        raise Mistake(f"{option}: {message} (got {str(first['input'])[:60]!r})") from None


def _print(preview: Preview) -> None:
    """Print how the file was read, and what was left out."""
    shape = " × ".join(map(str, preview["shape"]))
    sizes = f"{preview['train_size']:,} for training and {preview['test_size']:,} for the test"
    print(visible(f"{preview['kind']} of {shape}: {sizes}"))
    for class_preview in preview["classes"]:
        new_name = f"→ {class_preview['shown']} " if class_preview["shown"] != class_preview["name"] else ""
        print(visible(f"  {class_preview['name']} {new_name}{class_preview['count']:,}"))
    for note in preview["notes"]:
        print(visible(f"note: {note['text']}"))
    for left_out in preview["dropped"]:
        examples = ", ".join(left_out["examples"])
        print(visible(f"left out: {left_out['count']:,} × {left_out['why']['text']} ({examples})"))


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
        counts = (len(source.class_names), source.train_size, source.test_size)
        row = [source.title, name, kind, *(f"{count:,}" for count in counts), f"{size:,.1f}"]
        table.add_row(*map(visible, row))
    console().print(table)
    return 0


def remove(name_or_title: str, settings: Settings) -> int:
    """Delete an own data set; its runs keep their curves.

    Raises:
        Mistake: there is none, there are several with this title, or its files cannot be deleted.
    """
    datasets.own.look_in(settings.own_dir)
    name = find_own(name_or_title)
    if name is None:
        raise Mistake(f"there is no own data set {name_or_title!r}; `lossroom data list` names them")
    title = datasets.source(name).title
    try:
        own.remove_arrays(settings.own_dir / name)
    except OSError as error:
        raise Mistake(f"{settings.own_dir / name} cannot be written: {error.strerror}") from None
    print(visible(f"{title} is deleted; its runs keep their curves"))
    return 0


def find_own(name_or_title: str) -> str | None:
    """The name of an own data set that can be trained on, by its name or its title; None if there is none.

    Raises:
        Mistake: there are several with this title.
    """
    names = own.names()
    if name_or_title in names:
        return name_or_title
    matching = [name for name in names if datasets.source(name).title == name_or_title]
    if len(matching) > 1:
        raise Mistake(
            f"{len(matching)} own data sets are called {name_or_title!r}: {', '.join(matching)}; give the name"
        )
    return matching[0] if matching else None


def find_dataset(name_or_title: str) -> str:
    """The name of a data set, found by its name or, for an own one, also by its title.

    Raises:
        Mistake: there is none, or several own ones have this title; the message names all data sets.
    """
    if name_or_title in datasets.catalog():
        return name_or_title
    own_name = find_own(name_or_title)
    if own_name is None:
        own_titles = [datasets.source(name).title for name in own.names()]
        names = ", ".join([*datasets.catalog(), *own_titles])
        raise Mistake(f"there is no data set {name_or_title!r}; there are {names}")
    return own_name
