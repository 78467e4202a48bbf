"""The guard of a class: finds the person of every request and socket, and lets through what the table allows them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Conflict, LabError, NotFound
from app.people.access import SOCKET, TABLE, Key, Needs, Rule
from app.people.classroom import Classroom
from app.people.cookies import token_of
from app.people.person import Person, Role
from app.people.refusals import NOT_JOINED, Forbidden, NotJoined
from app.people.sight import Sight
from app.people.visits import PERSON
from app.runs import Run
from app.security.denial import deny_with
from app.security.prefix import route_path


def keys_of(routes: Iterable[BaseRoute]) -> Iterator[Key]:
    """The rows that routes need, in the order in which a request is given to them. HEAD is answered as GET is."""
    for route in routes:
        match route:
            case WebSocketRoute():
                yield SOCKET, route.path
            case Mount():
                yield "GET", f"{route.path}/{{path:path}}"
            case Route():
                yield from ((method, route.path) for method in sorted((route.methods or {"GET"}) - {"HEAD"}))
            case _:
                raise TypeError(f"the guard does not know routes such as {route!r}")


class Guard:
    """Answers what the table of `app.people.access` does not allow.

    Args:
        keys: the rows of all routes, in the order in which a request is given to them.
        find: the run of an id, None where there is none.
        take: notes that a student changes something, and refuses it where that is too often; see `app.security.rates`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        classroom: Classroom,
        sight: Sight,
        find: Callable[[str], Run | None],
        keys: Iterable[Key],
        take: Callable[[str, Literal["change"]], None],
    ) -> None:
        self.app = app
        self._classroom = classroom
        self._sight = sight
        self._find = find
        self._take = take
        rows = list(keys)
        self._rows: list[tuple[str, re.Pattern[str], Rule]] = [
            (method, compile_path(path)[0], TABLE[method, path]) for method, path in rows
        ]
        #: those of the paths that have no parameters: of each, they are looked for once
        self._fixed = {path: self._fitting(path) for _, path in rows if "{" not in path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            known = self._classroom.person_of(token_of(HTTPConnection(scope), self._classroom.id))
            scope[PERSON] = None if known is None or known.removed else known
            if known is not None:
                known.seen_at = time.time()
            try:
                self._demand(scope, known)
            except LabError as error:
                await deny_with(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _demand(self, scope: Scope, known: Person | None) -> None:
        method = SOCKET if scope["type"] == "websocket" else scope["method"]
        path = route_path(scope)
        fitting = self._fixed.get(path) or self._fitting(path)
        found = next((row for row in fitting if row[0] == method), None)
        if found is None:
            if fitting and method != SOCKET:
                return  # the application says that there is no such method here
            raise NotFound("there is nothing at this address")
        _, match, rule = found
        person: Person | None = scope[PERSON]
        self._demand_role(known, person, rule)
        if person is None or rule.run is Needs.NOTHING:
            return
        run = self._find(match["run_id"])
        if run is not None:
            self._sight.demand(person, run, change=rule.run is Needs.CHANGE)

    def _fitting(self, path: str) -> list[tuple[str, re.Match[str], Rule]]:
        """The rows for a path, of all methods, in the order in which a request is given to their routes."""
        return [
            (method, match, rule)
            for method, pattern, rule in self._rows
            if (match := pattern.match(path)) is not None
        ]

    def _demand_role(self, known: Person | None, person: Person | None, rule: Rule) -> None:
        if (person and person.role) not in rule.roles:
            if person is not None:
                raise Forbidden("your role in the class does not allow this")
            if known is not None:
                raise Forbidden("the teacher has removed you from the class", code="removed")
            raise NotJoined(NOT_JOINED)
        if person is None or person.role is not Role.STUDENT:
            return
        if rule.counts:
            self._take(person.id, "change")
        if not rule.when_held and self._classroom.held:
            raise Conflict("the teacher has put launching on hold", code="held")
