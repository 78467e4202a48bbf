"""Sessions: in which browsers a person is known, by the hashes of their tokens."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from app.people.person import Person
from app.people.tokens import hash_of, new_token
from app.storage import people_store
from app.storage.database import Database

#: Two tabs of one browser that join within this number of seconds are the same person.
TOGETHER_SECONDS = 10.0


class Sessions:
    """Lives in the event loop. A session is stored before it is valid."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._people: dict[str, str] = {}  # hash of the token → person
        # hash of a visitor's token → when they joined (monotonic seconds), and the id of the person that they became
        self._joined: dict[str, tuple[float, str]] = {}

    async def open(self, class_id: str) -> None:
        """Read the sessions of a class back."""
        self._people = await self._database.read(lambda c: people_store.load_sessions(c, class_id))

    def person_of(self, token: str) -> str | None:
        """The id of the person of a token; None: it is not known.

        It is found by the token's hash, so how long this takes says nothing about tokens that are known.
        """
        return self._people.get(hash_of(token)) if token else None

    async def begin(self, person: Person) -> str:
        """A new token, by which one more browser is known as the person's."""
        token = new_token()
        hashed = hash_of(token)
        forgotten = await self._database.write(
            lambda c: people_store.insert_session(c, hashed, person, time.time())
        )
        self._people[hashed] = person.id
        for old in forgotten:
            self._people.pop(old, None)
        return token

    async def begin_all(self, class_id: str, new: Sequence[Person], people: Sequence[Person]) -> list[str]:
        """New tokens of people who join together; those of them who are `new` are stored with them."""
        tokens = [new_token() for _ in people]
        new_sessions = [(hash_of(token), person) for token, person in zip(tokens, people, strict=True)]
        if new_sessions:
            forgotten = await self._database.write(
                lambda c: people_store.insert_joined(c, class_id, new, new_sessions, time.time())
            )
            self._people |= {hashed: person.id for hashed, person in new_sessions}
            for old in forgotten:
                self._people.pop(old, None)
        return tokens

    async def end(self, token: str) -> str | None:
        """Forget the browser of a token; returns the id of its person."""
        hashed = hash_of(token)
        await self._database.write(lambda c: people_store.delete_session(c, hashed))
        return self._people.pop(hashed, None)

    def forget(self, people: Collection[str]) -> None:
        """Forget the browsers of some people; those in the store are deleted already."""
        self._people = {token: person for token, person in self._people.items() if person not in people}

    # -- two tabs of one browser ---------------------------------------------------------------------

    def note_joined(self, token: str, person_id: str) -> None:
        """A visitor with this token has joined."""
        if token:
            self._joined[hash_of(token)] = (time.monotonic(), person_id)

    def joined_before(self, token: str) -> str | None:
        """The id of the person as whom a visitor with this token joined a moment ago."""
        now = time.monotonic()
        self._joined = {
            hashed: joined for hashed, joined in self._joined.items() if now - joined[0] < TOGETHER_SECONDS
        }
        _, person_id = self._joined.get(hash_of(token), (0.0, None))
        return person_id
