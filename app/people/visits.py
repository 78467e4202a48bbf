"""Visits: who sends a request."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.people.classroom import Classroom
from app.people.cookies import token_of
from app.people.person import ANYONE, Person
from app.people.refusals import NOT_JOINED, NotJoined

#: A key of the scope: the person; None: a visitor, who has not joined.
PERSON = "lossroom.person"


class Visits:
    """Finds the person of every request and socket in a class."""

    def __init__(self, app: ASGIApp, *, classroom: Classroom) -> None:
        self.app = app
        self._classroom = classroom

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            token = token_of(HTTPConnection(scope), self._classroom.id)
            person = self._classroom.person_of(token)
            if person is not None:
                person.seen_at = time.time()
            scope[PERSON] = None if person is None or person.removed else person
        await self.app(scope, receive, send)


def visitor(connection: HTTPConnection) -> Person | None:
    """Who sends a request; None: one who has not joined the class."""
    person: Person | None = connection.scope.get(PERSON, ANYONE)
    return person


def person(connection: HTTPConnection) -> Person:
    """Who sends a request.

    Raises:
        NotJoined: one who has not joined the class.
    """
    found = visitor(connection)
    if found is None:
        raise NotJoined(NOT_JOINED)
    return found


ThePerson = Annotated[Person, Depends(person)]
Visitor = Annotated[Person | None, Depends(visitor)]
