"""Cookies: how a browser says whose it is."""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.requests import HTTPConnection
from starlette.responses import Response

#: A browser keeps the cookie for a year, or until the class has ended.
KEPT_SECONDS = 365 * 86_400


def name_of(class_id: str) -> str:
    """The cookie's name. Browsers send cookies to every port of a host, so each class has one of its own."""
    return f"lossroom-{class_id}"


def token_of(connection: HTTPConnection, class_id: str) -> str:
    """The token that a browser sends; empty: none."""
    return connection.cookies.get(name_of(class_id), "")


def remember(response: Response, connection: HTTPConnection, class_id: str, token: str) -> None:
    """Let the browser keep a token, which no script of a page can read.

    Plain HTTP is usual on a school's network, so the browser may send the cookie without TLS where it came without.
    """
    response.set_cookie(
        name_of(class_id),
        token,
        max_age=KEPT_SECONDS,
        path=_path(connection),
        secure=_is_encrypted(connection),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, connection: HTTPConnection, class_id: str) -> None:
    """Let the browser forget its token."""
    response.delete_cookie(
        name_of(class_id),
        path=_path(connection),
        secure=_is_encrypted(connection),
        httponly=True,
        samesite="lax",
    )


def _path(connection: HTTPConnection) -> str:
    """The path below which the lab is on its host: where the browser sends the cookie."""
    return f"{connection.scope.get('root_path', '')}/"


def _is_encrypted(connection: HTTPConnection) -> bool:
    return URL(scope=connection.scope).is_secure
