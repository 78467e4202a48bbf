"""Recovery phrases: three words, by which a person is known again on another device.

The words are in `words.en.txt` and `words.ja.txt`, without any that are hard to type or unpleasant to be given. They
are chosen from the lists of BIP 39, in which no two words are easily taken for each other.
"""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
import unicodedata
from importlib import resources

#: Words of a phrase. With more than 1,024 words to choose from, guessing has to try a billion of them.
WORDS = 3
LANGUAGES = ("en", "ja")
#: What scrypt takes for one phrase: 8 MB and some hundredths of a second.
_COST = {"n": 2**13, "r": 8, "p": 1}
#: Katakana → hiragana. In Unicode, they are 0x60 apart.
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


@functools.cache
def words(language: str) -> tuple[str, ...]:
    """The words of a language."""
    text = resources.files("app.people").joinpath(f"words.{language}.txt").read_text("utf-8")
    return tuple(text.split())


def new_phrase(language: str) -> str:
    """Three random words."""
    return " ".join(secrets.choice(words(language)) for _ in range(WORDS))


def hash_of(phrase: str, salt: bytes) -> str:
    """What is stored of a phrase. It is short, and could be guessed from a fast hash; so this is a slow one."""
    return hashlib.scrypt(as_typed(phrase).encode(), salt=salt, **_COST).hex()


def as_typed(phrase: str) -> str:
    """A phrase as it is compared: in small letters or hiragana, with one space between two words."""
    text = unicodedata.normalize("NFKC", phrase).casefold().translate(_TO_HIRAGANA)
    return " ".join(part for part in re.split(r"[\s,、・.。-]+", text) if part)
