"""Messages in the languages of the lab, from the catalogs in `app/locales`.

Catalogs are gettext .po files; a message's id is a key such as `optimizer.learning_rate`, and the English
catalog is the complete one. They are small, so they are read at start and need no compiled files.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

from app.people.refusals import PLACEHOLDERS as REFUSALS
from engine.views.reasons import PLACEHOLDERS as OF_VIEWS

LANGUAGES = ("en", "ja")
#: How much a language is wanted, in an Accept-Language header.
QUALITY = re.compile(r"q=([01](?:\.\d*)?)", re.IGNORECASE)
#: What only exported reports say.
OF_REPORTS = "report."
#: What pages get only if they need it: part → the beginnings of its keys.
PARTS = {
    "categories": ("category.",),
    "class": ("class.", *(f"why.{code}" for code in REFUSALS)),
    "data": (
        "own.",
        "import.",
        "why.not_an_export",
        "why.too_many_iterations",
        "why.columns",
        "why.row_length",
        "why.iterations_ascend",
        "why.other_version",
        "why.not_as_exported",
        "why.no_number",
        "why.too_many_runs",
        "why.was_exported",
        "why.read_",
        "why.upload_",
    ),
    "look": (
        "look.part",
        "look.test",
        "look.train",
        "look.position",
        "look.previous",
        "look.next",
        "look.points",
        "look.rows",
        "look.class",
        "look.missing",
        "look.layer",
        "look.shape",
        "look.code",
        "look.total",
    ),
    "tools": (
        "keys.",
        "sweep.",
        "diff.",
        "same.",
        "color.",
        "machine.",
        "difference.",
        "live.",
        "help.search",
        "help.none",
    ),
    "views": (
        "views.",
        "findings.",
        "moment.",
        "rates.",
        "why.rate_",
        "why.landscape_",
        "why.replay_",
        "why.too_many_questions",
        *(f"why.{code}" for code in OF_VIEWS),
    ),
    "lessons": ("lesson.", "why.lesson_"),
    "studies": (
        "study.",
        "why.study_",
        "why.optuna_missing",
        "why.too_many_studies",
        "why.trial_waits",
        "why.fold_validates",
    ),
}


class Messages:
    """Key → text, for each language."""

    languages = LANGUAGES

    def __init__(self) -> None:
        self._catalogs = {language: _read(language) for language in LANGUAGES}
        self._of_page = {language: _json(self.of_page(language)) for language in LANGUAGES}
        self._of_part = {
            (part, language): _json(self.of_part(part, language)) for part in PARTS for language in LANGUAGES
        }

    def catalog(self, language: str) -> dict[str, str]:
        return self._catalogs[language]

    def of_page(self, language: str) -> dict[str, str]:
        """The texts that every page may show, by their keys."""
        others = (OF_REPORTS, *(start for starts in PARTS.values() for start in starts))
        return {key: text for key, text in self._catalogs[language].items() if not key.startswith(others)}

    def of_part(self, part: str, language: str) -> dict[str, str]:
        """The texts of one of `PARTS`, which only some pages need."""
        return {key: text for key, text in self._catalogs[language].items() if key.startswith(PARTS[part])}

    def json_of_page(self, language: str) -> bytes:
        """`of_page`, as every page gets it."""
        return self._of_page[language]

    def json_of_part(self, part: str, language: str) -> bytes:
        """`of_part`, as a page gets it."""
        return self._of_part[part, language]

    def negotiate(self, *wishes: str | None) -> str:
        """The first wish that is a language of the lab; a wish may be an Accept-Language header."""
        for wish in wishes:
            language = negotiate_locale(_tags(wish or ""), LANGUAGES)
            if language:
                return str(language).lower()
        return LANGUAGES[0]


def _tags(wish: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first; one with `q=0` is not wanted."""
    weighed = []
    for part in wish.split(","):
        tag, _, weight = part.partition(";")
        quality = QUALITY.fullmatch(weight.strip())
        weighed.append((float(quality[1]) if quality else 1.0, tag.strip().replace("-", "_")))
    return [tag for quality, tag in sorted(weighed, key=lambda one: -one[0]) if tag and quality]


def _json(texts: dict[str, str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _read(language: str) -> dict[str, str]:
    path = resources.files("app").joinpath("locales", language, "LC_MESSAGES", "messages.po")
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalog if message.id}
