"""The links of the teacher and of the projector: each holds a secret, of which the hash is stored. Lives in the event
loop."""

from __future__ import annotations

import asyncio

from app.people.person import Person, Role
from app.people.refusals import Forbidden
from app.people.roster import Roster
from app.people.tokens import equal, hash_of, new_token
from app.storage import people_store
from app.storage.database import Database


class Links:
    def __init__(self, database: Database, roster: Roster, order: asyncio.Lock) -> None:
        """`order` is held while the class changes."""
        self._database = database
        self._roster = roster
        self._order = order
        self._class_id = ""
        self._hashes: dict[Role, str] = {}  # of the secrets by which those who are known have entered

    async def open(self, class_id: str) -> None:
        """Read the links of a class back."""
        self._class_id = class_id
        self._hashes = await self._database.read(lambda c: people_store.secrets_of(c, class_id))

    async def enter(self, secret: str) -> tuple[Person, str]:
        """The teacher or the projector, by the secret of their link, and the token of their browser.

        Raises:
            Forbidden: it is the secret of no link.
        """
        async with self._order:
            await self._find_new()
            given = hash_of(secret)
            # both are compared, whatever the first comparison says
            fitting = [role for role, stored in self._hashes.items() if equal(given, stored)]
            if not fitting:
                raise Forbidden(
                    "this link does not open the class; a newer one may have been made", code="wrong_secret"
                )
            person = next(candidate for candidate in self._roster.people if candidate.role is fitting[0])
            return person, await self._roster.sessions.begin(person)

    async def renew(self, role: Role) -> str:
        """The secret of a new link for the teacher or the projector. The old link, and who came by it, is known no
        more."""
        secret = new_token()
        hashed = hash_of(secret)
        async with self._order:
            await self._database.write(lambda c: people_store.renew_secret(c, self._class_id, role, hashed))
            self._hashes[role] = hashed
            self._roster.forget_sessions(role)
        return secret

    async def look_for_new(self) -> None:
        """Forget those whose link a command of the terminal has replaced."""
        async with self._order:
            await self._find_new()

    async def _find_new(self) -> None:
        hashes = await self._database.read(lambda c: people_store.secrets_of(c, self._class_id))
        for role, hashed in hashes.items():
            if hashed != self._hashes[role]:  # the sessions in the store were deleted then
                self._hashes[role] = hashed
                self._roster.forget_sessions(role)
