"""The guard of a class: finds the person of every request and socket, and refuses what the table does not allow."""

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
    """The keys that the table must have for these routes, in the routes' order. HEAD has the key of GET."""
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
    """Puts the person of a request into its scope, and answers requests that the table of `app.people.access` forbids.

    Args:
        keys: of all routes, in the routes' order: the first one that fits a request decides.
        find_run: the run of an id; None if there is none.
        count_change: counts a change by a student, and refuses it if there are too many; see `app.security.rates`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        classroom: Classroom,
        sight: Sight,
        find_run: Callable[[str], Run | None],
        keys: Iterable[Key],
        count_change: Callable[[str, Literal["change"]], None],
    ) -> None:
        self.app = app
        self._classroom = classroom
        self._sight = sight
        self._find_run = find_run
        self._count_change = count_change
        rows = list(keys)
        self._rows: list[tuple[str, re.Pattern[str], Rule]] = [
            (method, compile_path(path)[0], TABLE[method, path]) for method, path in rows
        ]
        #: path → the rows for it, for paths without parameters, so that these are not matched at each request
        self._fixed = {path: self._fitting(path) for _, path in rows if "{" not in path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            cookie_person = self._classroom.person_of(token_of(HTTPConnection(scope), self._classroom.id))
            scope[PERSON] = None if cookie_person is None or cookie_person.removed else cookie_person
            if cookie_person is not None:
                cookie_person.seen_at = time.time()
            try:
                self._demand(scope, cookie_person)
            except LabError as error:
                await deny_with(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _demand(self, scope: Scope, cookie_person: Person | None) -> None:
        """
        Args:
            cookie_person: the person of the request's cookie, also one whom the teacher has removed.

        Raises:
            LabError: the table does not allow this request.
        """
        method = SOCKET if scope["type"] == "websocket" else scope["method"]
        path = route_path(scope)
        fitting = self._fixed.get(path) or self._fitting(path)
        fitting_row = next((row for row in fitting if row[0] == method), None)
        if fitting_row is None:
            if fitting and method != SOCKET:
                return  # the application says that there is no such method here
            raise NotFound("there is nothing at this address")
        _, match, rule = fitting_row
        person: Person | None = scope[PERSON]
        self._demand_role(cookie_person, person, rule)
        if person is None or rule.run is Needs.NOTHING:
            return
        run = self._find_run(match["run_id"])
        if run is not None:
            self._sight.demand(person, run, change=rule.run is Needs.CHANGE)

    def _fitting(self, path: str) -> list[tuple[str, re.Match[str], Rule]]:
        """The rows for a path, of all methods, in the order of their routes."""
        return [
            (method, match, rule)
            for method, pattern, rule in self._rows
            if (match := pattern.match(path)) is not None
        ]

    def _demand_role(self, cookie_person: Person | None, person: Person | None, rule: Rule) -> None:
        if (person and person.role) not in rule.roles:
            if person is not None:
                raise Forbidden("your role in the class does not allow this")
            if cookie_person is not None:
                raise Forbidden("the teacher has removed you from the class", code="removed")
            raise NotJoined(NOT_JOINED)
        if person is None or person.role is not Role.STUDENT:
            return
        if rule.counts:
            self._count_change(person.id, "change")
        if not rule.when_held and self._classroom.held:
            raise Conflict("the teacher has put launching on hold", code="held")
