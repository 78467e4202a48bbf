"""Origins: a page of another site must not command the lab, nor read it through a name that the site owns.

Every browser of a class can reach the lab, and every page that is open in a browser can make it send requests.
Requests that change something (every method but GET, HEAD and OPTIONS) and WebSockets are therefore accepted only from
the lab's own pages and from programs; see docs/decisions/0011-requests-from-other-sites.md.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.security.authority import Authority, Origin
from app.security.denial import deny
from app.security.proxies import PROXY_HOSTS, UNNAMED_PROXY
from engine.reasons import Reason

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: How many characters of a header an answer or a log line shows.
SHOWN = 100
#: The most lines that are logged in `LOGGED_SECONDS`; the others are only counted.
LOGGED = 10
LOGGED_SECONDS = 60.0

SETTING = "LOSSROOM_ALLOWED_ORIGINS"


class OriginCheck:
    """Answers 403 to requests by pages of other sites, and on a loopback lab to host names that are not its own.

    Args:
        host: the address that the lab listens on. If it is loopback, host names are checked too: another site could
            point its own name at this machine, and its pages would then have the lab's origin (DNS rebinding).
        allowed: further origins by which people open the lab, where a proxy changes names.
    """

    def __init__(self, app: ASGIApp, *, host: str, allowed: Iterable[str] = ()) -> None:
        self.app = app
        self._allowed = frozenset(filter(None, map(Origin.parse, allowed)))
        self._names = {origin.authority.host for origin in self._allowed} | {host.lower()}
        self._checks_names = is_loopback(host)
        self._log = _BoundedLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        reason, advice = refusal
        if UNNAMED_PROXY in scope:
            advice += (
                f"; LOSSROOM_TRUSTED_PROXIES does not name {scope[UNNAMED_PROXY]}, which sends X-Forwarded-*"
            )
        self._log.warning(
            f"refused {scope.get('method', 'WebSocket')} {_shown(scope['path'])}: {reason}; {advice}"
        )
        await deny(scope, receive, send, 403, reason)

    def _refusal(self, scope: Scope) -> tuple[Reason, str] | None:
        """Why a request is refused, and what an administrator can do about it."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if self._checks_names:
            # with the host that the proxy itself requested: a page can send any X-Forwarded-Host, but only its own Host
            for name in [*hosts, *scope.get(PROXY_HOSTS, ())]:
                if not self._is_own_name(name):
                    return _unknown_host(name, scope["scheme"])
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        if self._is_own_page(headers, hosts):
            return None
        return _cross_origin(headers, hosts)

    def _is_own_name(self, name: str) -> bool:
        authority = Authority.parse(name)
        if authority is None:
            return False
        return authority.is_address or authority.is_loopback or authority.host in self._names

    def _is_own_page(self, headers: Headers, hosts: list[str]) -> bool:
        """Whether the request comes from a page of the lab, or from a program."""
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        origin = Origin.parse(origins[0]) if len(origins) == 1 else None
        if origin is not None and origin in self._allowed:
            return True
        if sites not in ([], ["none"]):
            # the browser sets this header and no page can change it; it is right even where a proxy drops the host
            return sites == ["same-origin"]
        if not origins:
            return True  # a program
        host = Authority.parse(hosts[0]) if len(hosts) == 1 else None
        return origin is not None and host is not None and origin.is_at(host)


def is_loopback(host: str) -> bool:
    """Whether a lab that listens on `host` can be reached from this machine only."""
    try:
        addresses = {str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


def _unknown_host(host: str, scheme: str) -> tuple[Reason, str]:
    shown = _shown(host)
    text = f"this lab is open to its own machine only and does not answer to the name {shown}"
    authority = Authority.parse(host)
    origin = f"{'https' if scheme in ('https', 'wss') else 'http'}://{authority or 'NAME'}"
    advice = f"if people open the lab by this name, set {SETTING}={origin}"
    return Reason("unknown_host", text, host=shown), advice


def _cross_origin(headers: Headers, hosts: list[str]) -> tuple[Reason, str]:
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    origin, host = _shown(", ".join(origins)) or "?", _shown(", ".join(hosts)) or "?"
    text = (
        f"the page that asks is not of this lab: it comes from {origin}, and the lab was asked for as {host}"
    )
    sender = Origin.parse(origins[0]) if len(origins) == 1 else None
    advice = f"the browser says Sec-Fetch-Site: {_shown(', '.join(sites))}" if sites else ""
    if sender is not None:
        advice += f"{'; ' if advice else ''}if people open the lab as {sender}, set {SETTING}={sender}"
        if sites in ([], ["none"]):
            advice += (
                ", or let the proxy pass the host with its port (nginx: proxy_set_header Host $http_host)"
            )
    return Reason("cross_origin", text, origin=origin, host=host), advice or "no setting allows it"


def _shown(text: str) -> str:
    """The beginning of a text, escaped so that it cannot begin a line or change a terminal's colour."""
    return repr(text[:SHOWN])[1:-1]


class _BoundedLog:
    """Logs a bounded number of lines: a class whose pages reconnect every few seconds must not fill the disk."""

    def __init__(self) -> None:
        self._since = -LOGGED_SECONDS
        self._lines = 0

    def warning(self, line: str) -> None:
        now = time.monotonic()
        if now - self._since >= LOGGED_SECONDS:
            if self._lines > LOGGED:
                log.warning("%d more requests were refused and not logged", self._lines - LOGGED)
            self._since, self._lines = now, 0
        self._lines += 1
        if self._lines <= LOGGED:
            log.warning("%s", line)
