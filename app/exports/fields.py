"""Fields: a config as one flat row of a table, and what differs between configs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import layers

#: Not a choice of the experiment's: two runs that differ in these are twins.
_SKIPPED = {"name", "version"}
Fields = dict[str, Any]


def flatten(config: Mapping[str, Any]) -> Fields:
    """Dotted name → number, text, boolean or None, such as `{"optimizer.learning_rate": 0.1}`.

    The layers are one field, written out as a line: layers at the same index in two networks need not correspond.
    """
    fields: Fields = {}
    _put(fields, "", {name: value for name, value in config.items() if name not in _SKIPPED})
    return fields


def difference(configs: Sequence[Fields]) -> dict[str, list[Any]]:
    """Field → its value in each config, for the fields that are not the same in all; None where it is missing."""
    names = list(dict.fromkeys(name for fields in configs for name in fields))
    rows = {name: [fields.get(name) for fields in configs] for name in names}
    return {name: row for name, row in rows.items() if any(value != row[0] for value in row)}


def describe_layers(described: Sequence[Mapping[str, Any]]) -> str:
    """Layers in a line, such as "dense 40 → relu → dropout 0.5 → dense 10"; equal lines mean equal layers."""
    return " → ".join(_describe(layer) for layer in described)


def _put(fields: Fields, path: str, value: Any) -> None:
    if path == "network.layers":
        fields[path] = describe_layers(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _put(fields, f"{path}.{name}" if path else name, inner)
    else:
        fields[path] = value


def _describe(layer: Mapping[str, Any]) -> str:
    kind = layer["type"]
    rest = {name: value for name, value in layer.items() if name != "type"}
    match kind:
        case "dense":
            text = f"dense {rest.pop('units')}"
        case "activation":
            text = str(rest.pop("name"))
        case "conv2d":
            text = f"conv {rest.pop('filters')} × {rest['kernel_size']}×{rest.pop('kernel_size')}"
        case "dropout":
            text = f"dropout {rest.pop('rate'):g}"
        case "residual":
            text = f"[{describe_layers(rest.pop('layers'))}]"
        case _:
            text = kind.replace("2d", "").replace("_", " ")
    defaults = {field.name: field.default for field in layers.FIELDS[kind]}
    special = [
        f"not {name}" if value is False else f"{name} {value}"
        for name, value in rest.items()
        if value != defaults.get(name)
    ]
    return f"{text} ({', '.join(special)})" if special else text
