"""Locks: fields of the form that a lesson fixes until the person has launched it.

The runs of a lesson are made from its file, and cannot differ. What a person launches from the form meanwhile has to
agree with these runs in the locked fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Invalid
from app.lessons.lesson import Lesson
from engine import ExperimentConfig
from engine.described_layers import at_any_depth

#: A field of the form that stands for one of two fields of an experiment.
LENGTH = "training.length"
#: Fields of the form that an experiment no longer has, as its network is a list of layers.
OF_LAYERS = ("network.activation", "network.preset")

_MISSING = object()


def is_lockable(field: str, configs: Sequence[ExperimentConfig]) -> bool:
    """Whether the experiments of a lesson have a field, so that it can be compared."""
    return all(_value(config.to_dict(), field) is not _MISSING for config in configs)


def demand(lesson: Lesson, dataset: str, launched: Sequence[ExperimentConfig]) -> None:
    """Refuse experiments that differ from all runs of a lesson in a field that it locks.

    Args:
        dataset: the data set that the runs use: the lesson's own, or its stand-in.
        launched: what a person launches together.

    Raises:
        Invalid: naming the field, what it must be, and what it is.
    """
    configs = lesson.configs(dataset=dataset) or [lesson.experiment(dataset=dataset)]
    documents = [config.to_dict() for config in configs]
    for index, config in enumerate(launched):
        given = config.to_dict()
        for field in lesson.settings.locked:
            value = _value(given, field)
            allowed = [_value(document, field) for document in documents]
            if value in allowed or _MISSING in allowed:
                continue
            wanted = " or ".join(dict.fromkeys(_shown(value) for value in allowed))
            raise Invalid(
                f"{field} must be {wanted}, as the lesson {lesson.slug!r} fixes it until it is launched; here"
                f" it is {_shown(value)}",
                code="lesson_locked",
                field=f"experiments.{index}.{field}",
            )


def _value(document: Mapping[str, Any], field: str) -> Any:
    """What an experiment has in a field of the form; `_MISSING`: it has no such field."""
    if field == LENGTH:
        return [document["training"].get(name) for name in ("iterations", "epochs")]
    if field in OF_LAYERS:
        layers = list(at_any_depth(document["network"]["layers"]))
        if field == "network.activation":
            return sorted({layer["name"] for layer in layers if layer["type"] == "activation"})
        return sorted({layer["type"] for layer in layers})
    part: Any = document
    for name in field.split("."):
        if not isinstance(part, Mapping):
            return _MISSING
        part = part.get(name, _MISSING)
    return part


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value if item is not None)
    return "not set" if value is None or value is _MISSING else repr(value)[:60]
