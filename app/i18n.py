"""Messages in the languages of the lab, from the catalogs in `app/locales`.

Catalogs are gettext .po files; a message's id is a key such as `optimizer.learning_rate`, and the English
catalog is the complete one. They are small, so they are read at start and need no compiled files.
"""

from __future__ import annotations

import json
from importlib import resources

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

from app.people.refusals import PLACEHOLDERS as REFUSALS

LANGUAGES = ("en", "ja")
#: What only exported reports say.
OF_REPORTS = "report."
#: What is only said in a class.
OF_CLASS = ("class.", *(f"why.{code}" for code in REFUSALS))


class Messages:
    """Key → text, for each language."""

    languages = LANGUAGES

    def __init__(self) -> None:
        self._catalogs = {language: _read(language) for language in LANGUAGES}
        self._of_page = {language: _json(self.of_page(language)) for language in LANGUAGES}
        self._of_class = {language: _json(self.of_class(language)) for language in LANGUAGES}

    def catalog(self, language: str) -> dict[str, str]:
        return self._catalogs[language]

    def of_page(self, language: str) -> dict[str, str]:
        """Those that the page shows."""
        others = (OF_REPORTS, *OF_CLASS)
        return {key: text for key, text in self._catalogs[language].items() if not key.startswith(others)}

    def of_class(self, language: str) -> dict[str, str]:
        """Those that pages show in a class besides."""
        return {key: text for key, text in self._catalogs[language].items() if key.startswith(OF_CLASS)}

    def json_of_page(self, language: str) -> bytes:
        """`of_page`, as every page gets it."""
        return self._of_page[language]

    def json_of_class(self, language: str) -> bytes:
        """`of_class`, as every page of a class gets it."""
        return self._of_class[language]

    def negotiate(self, *wishes: str | None) -> str:
        """The first wish that is a language of the lab; a wish may be an Accept-Language header."""
        for wish in wishes:
            tags = [part.split(";")[0].strip().replace("-", "_") for part in (wish or "").split(",")]
            found = negotiate_locale([tag for tag in tags if tag], LANGUAGES)
            if found:
                return str(found)
        return LANGUAGES[0]


def _json(texts: dict[str, str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()


def _read(language: str) -> dict[str, str]:
    path = resources.files("app").joinpath("locales", language, "LC_MESSAGES", "messages.po")
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalog if message.id}
