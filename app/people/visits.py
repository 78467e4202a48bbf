"""Visits: the person of a request, whom `app.people.guard` has found by the cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.people.cookies import token_of
from app.people.person import ANYONE, Person
from app.people.refusals import NOT_JOINED, NotJoined

#: A key of the scope: the person; None: a visitor, who has not joined.
PERSON = "lossroom.person"


def visitor(connection: HTTPConnection) -> Person | None:
    """The person of a request; None: a visitor, who has not joined the class."""
    if connection.app.state.lab.classroom is None:
        return ANYONE
    person: Person | None = connection.scope[PERSON]
    return person


def is_gone(connection: HTTPConnection) -> bool:
    """Whether the person of a request has left the class, or was removed, since the guard let the request in."""
    classroom = connection.app.state.lab.classroom
    if classroom is None:
        return False
    cookie_person: Person | None = classroom.person_of(token_of(connection, classroom.id))
    return cookie_person is None or cookie_person.removed


def person(connection: HTTPConnection) -> Person:
    """The person of a request.

    Raises:
        NotJoined: it is a visitor, who has not joined the class.
    """
    present = visitor(connection)
    if present is None:
        raise NotJoined(NOT_JOINED)
    return present


async def _person(connection: HTTPConnection) -> Person:
    return person(connection)


async def _visitor(connection: HTTPConnection) -> Person | None:
    return visitor(connection)


#: Coroutines, because FastAPI calls other functions in a thread, which takes longer than the functions.
ThePerson = Annotated[Person, Depends(_person)]
Visitor = Annotated[Person | None, Depends(_visitor)]
