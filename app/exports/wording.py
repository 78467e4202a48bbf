"""Reasons, fields and values in the language of an exported file, as `static/js/words/reasons.js` and
`static/js/words/labels.js` word them in the page. `texts` is a catalog: key → text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal

from engine import datasets

#: A value of a reason that has a text in the catalog: its name → how the key of that text begins.
WORDS = {"initializer": "initializer.", "status": "status.", "metric": "early_stopping.metric."}
#: Numbers of at least this size are written in millions or 万, 億.
LONG = 1e7
#: Numbers of at least this size are written with a power of ten, such as 1.5e+20.
HUGE = 1e15
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def reason_text(why: Mapping[str, Any] | None, fallback: str, texts: Mapping[str, str], language: str) -> str:
    """The sentence for a reason.

    Args:
        why: the reason's `code` and `values`, perhaps from an imported file; None: there is no reason.
        fallback: what to return if the catalog has no text for the code.
        language: decides how numbers are written.
    """
    text = texts.get(f"why.{why.get('code')}") if why else None
    if text is None or why is None:
        return fallback
    values = why.get("values")
    if not isinstance(values, Mapping):  # an import may bring anything
        return text
    # in one pass, so that a value with braces, such as the name of a column, stays as it is
    return PLACEHOLDER.sub(
        lambda match: (
            _written(match[1], values[match[1]], texts, language) if match[1] in values else match[0]
        ),
        text,
    )


def _written(name: str, value: Any, texts: Mapping[str, str], language: str) -> str:
    """A value of a reason as text; a value may be a reason itself."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= HUGE:
            return f"{value:.3g}"
        if abs(value) >= LONG:
            return format_compact_decimal(value, locale=language, fraction_digits=1)
        return format_decimal(value, format="#,##0.#########", locale=language)
    if isinstance(value, list):
        are_numbers = all(isinstance(item, int | float) for item in value)
        separator = " × " if are_numbers else texts["why.and"]
        return separator.join(_written(name, item, texts, language) for item in value)
    if isinstance(value, dict):
        return reason_text(value, "", texts, language) if "code" in value else ""
    return texts.get(f"{WORDS.get(name, '-')}{value}", str(value))


def label_of(path: str, texts: Mapping[str, str]) -> str:
    """The label of a field of a flat config: "optimizer.beta1" → "β₁"."""
    parts = path.split(".")
    section, part, last = parts[0], parts[min(1, len(parts) - 1)], parts[-1]
    shorter = [f"{prefix}.{last}" for prefix in (part, section, "preset", "layer")]
    keys = [path, *shorter, f"{last}.name", f"{last}.kind"]  # the first that has a text counts
    if last == "name":
        keys.insert(1, path.removesuffix(".name"))
    return next((texts[key] for key in keys if key in texts), last.replace("_", " "))


def labels_of(paths: Iterable[str], texts: Mapping[str, str]) -> dict[str, str]:
    """Path → label. Fields that share a label get their paths instead."""
    labels = {path: label_of(path, texts) for path in paths}
    all_labels = list(labels.values())
    return {path: label if all_labels.count(label) == 1 else path for path, label in labels.items()}


def value_label_of(path: str, value: Any, texts: Mapping[str, str]) -> str:
    """The text for a value of a field: "sgd" of "optimizer.name" → "SGD". In layers, each word becomes its text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return texts[f"boolean.{str(value).lower()}"]
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list):
        return " ".join(value_label_of(path, item, texts) for item in value)
    if path == "network.layers":
        return re.sub(
            r"[a-z]\w*", lambda word: value_label_of("network.activation", word[0], texts), str(value)
        )
    if path == "dataset.name":
        source = datasets.find(value)  # titles of own ones are among the texts: people have different ones
        title = str(value) if source is None or source.about is not None else source.title
        return texts.get(f"dataset.title.{value}", title)
    parts = re.sub(r"\.(name|kind)$", "", path).split(".")
    keys = (".".join([*parts[place:], str(value)]) for place in range(len(parts)))
    return next((texts[key] for key in keys if key in texts), str(value).replace("_", " "))
