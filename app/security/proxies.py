"""Proxies: what a proxy says of the request that it passes on, taken from those that the settings name.

`X-Forwarded-Host` is the host that the browser asked for, `X-Forwarded-Proto` how, and `X-Forwarded-Prefix` the path
below which the proxy shows the lab. Anybody can send such headers, so from others they count for nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.security.authority import network
from app.security.denial import deny
from app.security.prefix import clean_prefix
from engine.reasons import Reason

#: A key of the scope: the hosts that a proxy asked for itself, where it said what it was asked for.
ASKED_HOST = "lossroom.asked_host"
#: A key of the scope: the address of a proxy that said something and is not named.
UNNAMED_PROXY = "lossroom.unnamed_proxy"

_HEADERS = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix")


class Proxies:
    """Makes the request what the browser asked for.

    A path is the lab's with its base before it or without: some proxies take it away, others do not.

    Args:
        named: addresses and networks of the proxies that are believed.
        root_path: the path below which the lab lies, unless a proxy says another.
    """

    def __init__(self, app: ASGIApp, *, named: Iterable[str] = (), root_path: str = "") -> None:
        self.app = app
        self._named = [network(text) for text in named]
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = dict(scope)
        root_path = self._root_path
        said = _said(scope)
        peer = scope["client"][0] if scope.get("client") else "unknown"
        if said and not self._is_named(peer):
            scope[UNNAMED_PROXY] = peer
        elif said:
            _take_host_and_scheme(scope, said)
            try:
                root_path = clean_prefix(said.get("x-forwarded-prefix", root_path))
            except ValueError as error:
                reason = Reason("forwarded_prefix", f"the proxy's X-Forwarded-Prefix {error}")
                await deny(scope, receive, send, 400, reason)
                return
        if root_path and scope["type"] == "http" and scope["path"] == root_path:
            # the page's addresses are relative to where it lies, and a name without a slash lies one higher
            query = scope["query_string"].decode("latin-1")
            target = f"{root_path}/{'?' if query else ''}{query}"
            await RedirectResponse(target, 308)(scope, receive, send)
            return
        if root_path:
            scope["root_path"] = root_path
            if not scope["path"].startswith(f"{root_path}/"):
                scope["path"] = root_path + scope["path"]
                scope["raw_path"] = root_path.encode() + scope.get("raw_path", b"")
        await self.app(scope, receive, send)

    def _is_named(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:  # a Unix socket, or a test's client
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._named)


def _said(scope: Scope) -> dict[str, str]:
    """Header → what the proxy itself says in it: of several words the last, which the nearest has added."""
    headers = Headers(scope=scope)
    values = {name: ",".join(headers.getlist(name)).rpartition(",")[2].strip() for name in _HEADERS}
    return {name: value for name, value in values.items() if value}


def _take_host_and_scheme(scope: Scope, said: dict[str, str]) -> None:
    if "x-forwarded-host" in said:
        headers = MutableHeaders(raw=list(scope["headers"]))
        scope[ASKED_HOST] = headers.getlist("host")
        headers["host"] = said["x-forwarded-host"]
        scope["headers"] = headers.raw
    proto = said.get("x-forwarded-proto", "").lower()
    if proto in ("http", "https", "ws", "wss"):
        plain = "ws" if scope["type"] == "websocket" else "http"
        scope["scheme"] = plain + "s" * (proto in ("https", "wss"))
