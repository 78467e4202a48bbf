"""Reasons: English sentences with a code and values, from which the page makes a sentence in its reader's language.

A `Reason` is a string with the English sentence: the message of an error, or why a run ended. It also has a code and
the values in the sentence; `reason.why` gives both as JSON. The catalogs have a text for each code
(`why.window_too_large`), with exactly the placeholders that `PLACEHOLDERS` lists.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any, TypedDict

#: code → the placeholders of its texts. Modules outside the engine add their reasons with `declare`.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    # a field of an experiment
    "range": ("bounds",),
    "not_finite": (),
    "too_long": ("most",),
    "type": (),
    "type.integer": (),
    "type.integers": (),
    "type.number": (),
    "unknown_key": (),
    "unknown_name": (),
    "missing": (),
    "augmentation": ("dataset",),
    "augments_images": ("dataset",),
    "both_lengths": (),
    "batch_of_epochs": ("most",),
    "batch_of_one": (),
    "last_batch_of_one": ("size", "images"),
    "fold_index": ("most",),
    "fold_validates": (),
    "fold_of_one": (),
    "train_leaves_none": ("most", "images", "validation"),
    "validation_too_large": ("most", "images", "train"),
    "validation_leaves_none": ("most", "images"),
    "no_validation": (),
    "test_closed": (),
    "nothing_to_watch": (),
    "no_dropout": (),
    "fork_fixed": (),
    "fork_over": ("iteration",),
    "fork_diverged": ("iteration",),
    "replay_other": ("iteration",),
    "too_many_forks": ("most",),
    # a layer, and the whole network
    "no_layers": (),
    "too_many_layers": ("most",),
    "block_size": ("most", "deepest"),
    "needs_images": ("shape",),
    "window_too_large": ("size", "height", "width"),
    "kernel_too_large": ("kernel_size", "height", "width"),
    "same_needs_odd": ("kernel_size",),
    "padding_too_large": ("padding", "kernel_size"),
    "size_needs_odd": ("size",),
    "block_changes_kind": ("source", "target"),
    "block_changes_size": ("source", "target"),
    "last_layer": ("units", "shape"),
    "too_much_memory": ("megabytes", "most"),
    "too_many_multiply_adds": ("multiply_adds", "most"),
    # studies
    "study_fixed": (),
    "study_path": (),
    "study_twice": (),
    "study_few_combinations": ("most",),
    "study_too_many": ("trials", "most"),
    "optuna_missing": (),
    # landscapes
    "landscape_other": (),
    "landscape_still": (),
    "landscape_infinite": ("iteration",),
    # how a run ended
    "diverged": ("iteration", "why"),
    "diverged_evaluated": ("iteration", "why"),
    "first_weights": ("initializer",),
    "first_weights_std": ("initializer", "std"),
    "activity_penalty": ("l1", "l2"),
    "penalty_too_strong": ("learning_rate", "l2"),
    "learning_rate_too_large": ("learning_rate",),
    "weights_grown": ("norm",),
    "not_clipped": (),
    "numbers_too_large": ("dtype",),
    "dead": ("iteration",),
    "best_at": ("metric", "iteration", "value"),
    "best_at_by_test": ("metric", "iteration", "value"),
    "stopped_early": ("why",),
    "completed": ("why",),
    "brought_back": ("why",),
    "out_of_memory": (),
    # data sets and files
    "too_few_images": ("dataset", "there", "asked"),
    "dataset_unknown": (),
    "dataset_missing": ("dataset",),
    "own_data_unknown": ("dataset",),
    "own_data_deleted": ("dataset",),
    "own_data_damaged": ("dataset",),
    "dataset_not_fetchable": ("dataset",),
    "dataset_mixed": ("dataset",),
    "dataset_changing": ("dataset",),
    "data_changed": ("dataset",),
    "cache_damaged": ("dataset", "folder"),
    "file_unreadable": ("file", "why"),
    "file_other": ("file",),
    "file_length": ("file", "wanted", "there"),
    "folder_unwritable": ("folder", "why"),
    "download_failed": ("file", "why"),
    "mirror_unreachable": ("address",),
    "mirror_slow": ("address",),
    "mirror_status": ("address", "status"),
    "mirror_other_file": ("address",),
    "mirror_failed": ("address", "why"),
    "disk_full": (),
    "not_permitted": (),
    "file_missing": (),
    "unexpected": ("error",),
}

_SYSTEM_CODES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.EROFS: "not_permitted",
    errno.ENOENT: "file_missing",
}


def declare(placeholders: Mapping[str, tuple[str, ...]]) -> None:
    """Add codes, each with the placeholders of its texts."""
    PLACEHOLDERS.update(placeholders)


class Why(TypedDict):
    """A reason as JSON."""

    code: str
    values: dict[str, Any]


class Reason(str):
    """A sentence with its code and its values.

    Values can be stored as JSON: numbers, texts, shapes, bounds (`{"minimum": ...}`), a reason, or a list of reasons.
    """

    __slots__ = ("code", "values")
    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, text: str, **values: Any) -> Reason:
        if set(values) != set(PLACEHOLDERS[code]):
            raise TypeError(f"a reason {code!r} takes {', '.join(PLACEHOLDERS[code]) or 'nothing'}")
        reason = super().__new__(cls, text)
        reason.code = code
        reason.values = values
        return reason

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (str(self), self.code, self.values)

    @property
    def why(self) -> Why:
        """`{"code", "values"}`, as JSON."""
        return {"code": self.code, "values": {name: _plain(value) for name, value in self.values.items()}}


def why(text: str | None) -> Why | None:
    """The code and values from which a page words the reason; None for a text without a code."""
    return text.why if isinstance(text, Reason) else None


def reworded(reason: str, text: str) -> str:
    """The same reason in other words."""
    return Reason(reason.code, text, **reason.values) if isinstance(reason, Reason) else text


def restored(text: str, stored: Any) -> str:
    """The reason from its stored text and the stored JSON of `why`; the plain text if this version does not know the
    code."""
    is_object = isinstance(stored, Mapping)
    code, values = (stored.get("code"), stored.get("values")) if is_object else (None, None)
    if not isinstance(code, str) or not isinstance(values, Mapping) or code not in PLACEHOLDERS:
        return text
    return _restore(text, code, dict(values)) if set(values) == set(PLACEHOLDERS[code]) else text


def reason_of(error: BaseException) -> Reason:
    """The reason that an exception carries; the reason "unexpected" if it has none."""
    if error.args and isinstance(error.args[0], Reason):
        return error.args[0]
    text = str(error) or type(error).__name__
    if isinstance(error, MemoryError):
        return Reason("out_of_memory", text)
    code = _SYSTEM_CODES.get(error.errno or 0) if isinstance(error, OSError) else None
    return Reason(code, text) if code else Reason("unexpected", text, error=text)


def _restore(text: str, code: str, values: dict[str, Any]) -> Reason:
    return Reason(code, text, **values)


def _plain(value: Any) -> Any:
    if isinstance(value, Reason):
        return value.why
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
