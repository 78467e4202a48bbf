"""Reasons in the language of a file that is exported: what `static/js/words/reasons.js` does in the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal

#: Values that are words of the lab: their texts' keys begin so.
WORDS = {"initializer": "initializer.", "status": "status.", "metric": "early_stopping.metric."}
#: From here on a number is written in thousands, millions or 万, 億.
LONG = 1e7


def worded(why: Mapping[str, Any] | None, fallback: str, texts: Mapping[str, str], language: str) -> str:
    """A reason in words, or `fallback` where there is none that the catalog knows."""
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
        return worded(value, "", texts, language) if "code" in value else ""
    return texts.get(f"{WORDS.get(name, '-')}{value}", str(value))
