"""Reasons, fields and their values in the language of a file that is exported: what `static/js/words/reasons.js` and
`static/js/words/labels.js` do in the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal

from engine import datasets

#: Values that are words of the lab: their texts' keys begin so.
WORDS = {"initializer": "initializer.", "status": "status.", "metric": "early_stopping.metric."}
#: From here on a number is written in thousands, millions or 万, 億.
LONG = 1e7


def reason_text(why: Mapping[str, Any] | None, fallback: str, texts: Mapping[str, str], language: str) -> str:
    """A reason in words, or `fallback` if the catalog has no text for it."""
    text = texts.get(f"why.{why.get('code')}") if why else None
    if text is None or why is None:
        return fallback
    values = why.get("values")  # an import may bring anything
    for name, value in values.items() if isinstance(values, Mapping) else ():
        text = text.replace(f"{{{name}}}", _written(name, value, texts, language))
    return text


def _written(name: str, value: Any, texts: Mapping[str, str], language: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= LONG:
            return format_compact_decimal(value, locale=language, fraction_digits=1)
        return format_decimal(value, format="#,##0.#########", locale=language)
    if isinstance(value, list):
        numbers = all(isinstance(one, int | float) for one in value)
        separator = " × " if numbers else texts["why.and"]
        return separator.join(_written(name, one, texts, language) for one in value)
    if isinstance(value, dict):
        return reason_text(value, "", texts, language) if "code" in value else ""
    return texts.get(f"{WORDS.get(name, '-')}{value}", str(value))


def label_of(path: str, texts: Mapping[str, str]) -> str:
    """The label of a field of a flat config: "optimizer.beta1" → "β₁"."""
    parts = path.split(".")
    section, part, last = parts[0], parts[min(1, len(parts) - 1)], parts[-1]
    ends = [f"{place}.{last}" for place in (part, section, "preset", "layer")]
    keys = [path, *ends, f"{last}.name", f"{last}.kind"]
    if last == "name":
        keys.insert(1, path.removesuffix(".name"))
    return next((texts[key] for key in keys if key in texts), last.replace("_", " "))


def labels_of(paths: Iterable[str], texts: Mapping[str, str]) -> dict[str, str]:
    """Path → label; fields that would be called the same are called by their paths."""
    labels = {path: label_of(path, texts) for path in paths}
    all_labels = list(labels.values())
    return {path: label if all_labels.count(label) == 1 else path for path, label in labels.items()}


def value_label_of(path: str, value: Any, texts: Mapping[str, str]) -> str:
    """A value in the reader's words: "sgd" of "optimizer.name" → "SGD"; layers in a line, word by word."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return texts[f"boolean.{str(value).lower()}"]
    if isinstance(value, float):
        return f"{value:g}"
    if path == "network.layers":
        return re.sub(
            r"[a-z]\w*", lambda word: value_label_of("network.activation", word[0], texts), str(value)
        )
    if path == "dataset.name":
        known = datasets.find(value)
        return texts.get(f"dataset.title.{value}", str(value) if known is None else known.title)
    parts = re.sub(r"\.(name|kind)$", "", path).split(".")
    keys = (".".join([*parts[place:], str(value)]) for place in range(len(parts)))
    return next((texts[key] for key in keys if key in texts), str(value).replace("_", " "))
