"""Proxies: the headers in which a proxy describes the original request. Only those from proxies in the settings count.

`X-Forwarded-Host` is the host that the browser requested, `X-Forwarded-Proto` the protocol, and `X-Forwarded-Prefix`
the path below which the proxy shows the lab. Any client can send such headers, so from others they are ignored.
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

#: A key of the scope: the Host headers that the proxy itself sent, where X-Forwarded-Host has taken their place.
#: `OriginCheck` checks both.
PROXY_HOSTS = "lossroom.proxy_hosts"
#: A key of the scope: the address of a proxy that sent such headers and is not in the settings.
UNNAMED_PROXY = "lossroom.unnamed_proxy"

_HEADERS = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix")


class Proxies:
    """Restores the request as the browser sent it.

    A path may come with the lab's prefix or without: some proxies remove it, others do not.

    Args:
        named: addresses and networks of the proxies whose headers are used.
        root_path: the path below which the lab is, unless a proxy sends another.
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
        forwarded = _forwarded(scope)
        peer = scope["client"][0] if scope.get("client") else "unknown"
        if forwarded and not self._is_named(peer):
            scope[UNNAMED_PROXY] = peer
        elif forwarded:
            _take_host_and_scheme(scope, forwarded)
            try:
                root_path = clean_prefix(forwarded.get("x-forwarded-prefix", root_path))
            except ValueError as error:
                reason = Reason("forwarded_prefix", f"the proxy's X-Forwarded-Prefix {error}")
                await deny(scope, receive, send, 400, reason)
                return
        if root_path and scope["type"] == "http" and scope["path"] == root_path:
            # The page's addresses are relative. At /lossroom, without a slash at the end, browsers would resolve them
            # against /, so they are sent to /lossroom/.
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


def _forwarded(scope: Scope) -> dict[str, str]:
    """Header → the value that the nearest proxy sent: the last one, if proxies in a row have added several."""
    headers = Headers(scope=scope)
    values = {name: ",".join(headers.getlist(name)).rpartition(",")[2].strip() for name in _HEADERS}
    return {name: value for name, value in values.items() if value}


def _take_host_and_scheme(scope: Scope, forwarded: dict[str, str]) -> None:
    if "x-forwarded-host" in forwarded:
        headers = MutableHeaders(raw=list(scope["headers"]))
        scope[PROXY_HOSTS] = headers.getlist("host")
        headers["host"] = forwarded["x-forwarded-host"]
        scope["headers"] = headers.raw
    proto = forwarded.get("x-forwarded-proto", "").lower()
    if proto in ("http", "https", "ws", "wss"):
        plain = "ws" if scope["type"] == "websocket" else "http"
        scope["scheme"] = plain + "s" * (proto in ("https", "wss"))
