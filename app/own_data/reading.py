"""Reads a file that a person brought: what it holds, or the data set that it becomes.

Both read the whole file, so a preview is exact: what it counts is what is kept.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import MAX_TITLE, TEST_SHARE, VALIDATION_SHARE, Choices
from app.own_data.contents import opened
from app.own_data.dropping import Dropping
from app.own_data.finding import material_of
from app.own_data.labels import Classes, choose_classes
from app.own_data.limits import Limits
from app.own_data.material import TEST, Material
from app.own_data.preview import MAX_SAMPLES, ClassPreview, Preview, Samples, with_text
from app.own_data.reasons import make_reason, shorten
from app.own_data.split import Split, keep_parts, split
from app.own_data.standardizing import standardize
from engine.datasets import own
from engine.reasons import Reason

#: A class with fewer examples is mentioned, and one that has this share of all of them.
_FEW = 10
_IMBALANCED = 0.6


def preview(path: Path, file_name: str, choices: Choices, limits: Limits) -> Preview:
    """What a file or folder becomes when it is read with these choices.

    Args:
        file_name: its name for people; `path` may have another one.

    Raises:
        DatasetError: it is refused; the reason names file, line or member, what was expected and what was there.
    """
    return _read(path, file_name, choices, limits).preview()


def decode(path: Path, file_name: str, choices: Choices, limits: Limits, out: Path) -> own.About:
    """Make a data set of a file or folder, in a folder of its own in `out`.

    Raises:
        DatasetError: as `preview`, or `out` cannot be written. Nothing of it stays there.
    """
    read = _read(path, file_name, choices, limits)
    about, arrays = read.data_set()
    own.write(out, about, arrays)
    return about


def _read(path: Path, file_name: str, choices: Choices, limits: Limits) -> _Reading:
    file, dropping = shorten(file_name, 100), Dropping()
    with opened(path, file, limits, dropping) as contents:
        material = material_of(contents, choices, limits, dropping)
        size = contents.size
    if choices.own_test is not False and not _has_test_examples(material, choices):
        material.parts = material.validation_size = None
    parts = material.parts if choices.own_test is not False else None
    classes = choose_classes(material.classes, material.codes, parts, choices.classes, dropping)
    labels = classes.index[material.codes]
    share = VALIDATION_SHARE if choices.validation_share is None else choices.validation_share
    seed = choices.seed or 0
    if parts is None:
        test_share = TEST_SHARE if choices.test_share is None else choices.test_share
        divided = split(labels, test_share=test_share, validation_share=share, seed=seed)
    else:
        given = material.validation_size if choices.validation_share is None else None
        divided = keep_parts(labels, parts, validation_share=share, seed=seed, validation_size=given)
    return _Reading(file, size, material, choices, classes, labels, divided)


def _has_test_examples(material: Material, choices: Choices) -> bool:
    """Whether the file has a test part of which examples are left with these classes."""
    if material.parts is None:
        return False
    classes = choose_classes(material.classes, material.codes, material.parts, choices.classes, Dropping())
    return bool((classes.index[material.codes[material.parts == TEST]] >= 0).any())


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file with its classes and parts. `labels`: of each example its index in the data set, -1 if it is left out."""

    file: str
    size: int
    material: Material
    choices: Choices
    classes: Classes
    labels: NDArray[np.int32]
    split: Split

    def data_set(self) -> tuple[own.About, own.Arrays]:
        """The data set. The material's values are given up for it."""
        material, parts = self.material, (self.split.train, self.split.test)
        units = material.units
        train, test = (material.values[part] for part in parts)
        material.values = material.values[:0]
        if material.is_table and self._standardizes:
            fitted = train[: len(train) - self.split.validation_size]
            units = standardize([train, test], fitted, material.offsets)
        train_labels, test_labels = (self.labels[part].astype(np.intp) for part in parts)
        arrays = own.Arrays(
            train_images=train, train_labels=train_labels, test_images=test, test_labels=test_labels
        )
        about = own.About(
            shape=train.shape[1:],
            class_names=tuple(self.classes.names),
            columns=tuple(material.inputs),
            units=units,
            train_size=len(train),
            test_size=len(test),
            validation_size=self.split.validation_size,
            flippable=self._is_flippable,
            origin=material.origin,
            digest=own.digest_of(arrays, self.classes.names, material.inputs),
        )
        return about, arrays

    @property
    def _standardizes(self) -> bool:
        return self.choices.standardize is not False and not self.material.units

    @property
    def _is_flippable(self) -> bool:
        chosen = self.choices.flippable
        return not self.material.is_table and (self.material.flippable if chosen is None else chosen)

    def preview(self) -> Preview:
        material = self.material
        shape = list(material.values.shape[1:])
        items = len(self.split.train) + len(self.split.test)
        return {
            "kind": "table" if material.is_table else "images",
            "format": material.format,
            "file": self.file,
            "bytes": self.size,
            "decoded_bytes": items
            * (int(np.prod(shape)) * material.values.itemsize + np.dtype(np.intp).itemsize),
            "choices": self._choices(),
            "columns": material.columns,
            "classes": self._classes(),
            "shape": shape,
            "train_size": len(self.split.train),
            "test_size": len(self.split.test),
            "validation_size": self.split.validation_size,
            "samples": self._samples(),
            "dropped": material.dropping.listed(),
            "notes": [with_text(note) for note in [*material.notes, *self._notes()]],
        }

    def _choices(self) -> dict[str, Any]:
        material, given = self.material, self.choices
        train, validation = len(self.split.train), self.split.validation_size
        filled: dict[str, Any] = {
            "title": given.title or title_of(self.file),
            "own_test": None if material.parts is None else given.own_test is not False,
            "test_share": TEST_SHARE if given.test_share is None else given.test_share,
            "validation_share": _share(given.validation_share, material.validation_size, validation, train),
            "seed": given.seed or 0,
            "classes": self.classes.shown,
        }
        if material.is_table:
            filled |= {
                "label": material.label,
                "columns": material.inputs,
                "standardize": self._standardizes,
            }
        else:
            filled |= {**material.image_choices, "flippable": self._is_flippable}
        return Choices.model_validate(filled).model_dump()

    def _classes(self) -> list[ClassPreview]:
        names = self.material.classes
        train, test = (
            np.bincount(self.material.codes[part], minlength=len(names))
            for part in (self.split.train, self.split.test)
        )
        return [
            {
                "name": name,
                "shown": self.classes.shown[name] if self.classes.index[index] >= 0 else "",
                "count": int(self.classes.counts[index]),
                "train": int(train[index]),
                "test": int(test[index]),
            }
            for index, name in enumerate(names)
            if self.classes.counts[index]
        ]

    def _samples(self) -> Samples:
        """Some training examples of each class: one of each, then a second one, until there are enough."""
        material = self.material
        candidates = np.sort(self.split.train)
        if material.is_table:
            candidates = np.intersect1d(candidates, list(material.samples))
        of_class = [
            candidates[self.labels[candidates] == label][:MAX_SAMPLES]
            for label in range(len(self.classes.names))
        ]
        rounds = [
            int(positions[turn])
            for turn in range(MAX_SAMPLES)
            for positions in of_class
            if turn < len(positions)
        ]
        chosen = sorted(rounds[:MAX_SAMPLES], key=lambda index: (int(self.labels[index]), index))
        labels = [int(self.labels[index]) for index in chosen]
        shape = [len(chosen), *material.values.shape[1:]]
        if material.is_table:
            rows = [material.samples[index] for index in chosen]
            return {"pixels": None, "shape": shape, "rows": rows, "labels": labels}
        pixels = base64.b64encode(material.values[chosen].tobytes()).decode("ascii")
        return {"pixels": pixels, "shape": shape, "rows": None, "labels": labels}

    def _notes(self) -> list[Reason]:
        """What is noteworthy about the classes."""
        counts = np.bincount(self.labels[self.labels >= 0], minlength=len(self.classes.names))
        notes = []
        if self.material.parts is not None and self.choices.own_test is not False:
            notes.append(make_reason("read_note_own_test"))
        largest = int(counts.argmax())
        share = counts[largest] / counts.sum()
        if share >= _IMBALANCED:
            name = self.classes.names[largest]
            notes.append(make_reason("read_note_imbalance", name=name, percent=round(100 * float(share))))
        for place in np.argsort(counts, kind="stable")[:3].tolist():
            if counts[place] < _FEW:
                notes.append(
                    make_reason("read_note_few", name=self.classes.names[place], count=int(counts[place]))
                )
        return notes


def title_of(file: str) -> str:
    """A title for a file: its name without the ending."""
    stem = file.rpartition("/")[2]
    while (short := stem.rpartition(".")[0]) and len(stem) - len(short) <= 5:
        stem = short
    plain = " ".join(
        "".join(letter if letter.isprintable() else " " for letter in stem).replace("_", " ").split()
    )
    return plain[:MAX_TITLE].strip() or "data"


def _share(chosen: float | None, given: int | None, validation: int, train: int) -> float:
    """The share of the validation part: as chosen, as the file says, or the usual one."""
    if chosen is not None:
        return chosen
    return VALIDATION_SHARE if given is None else min(0.5, validation / train)
