"""Addresses: by which people open the lab, as far as it can know them; and the QR code of one.

A lab behind a proxy knows its address from the settings, a lab on a machine from the machine. In a container it knows
only by which addresses it was asked for.
"""

from __future__ import annotations

import io
import ipaddress
from collections import OrderedDict

import segno
from starlette.requests import HTTPConnection

from app import machine
from app.security.authority import Authority, Origin
from app.security.origin import is_loopback
from app.settings import Settings

#: What listens on all addresses, and the one of them that this machine can open.
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
#: How many addresses are remembered from the teacher's requests at most, and as many again from the requests of others.
REMEMBERED = 8


class Addresses:
    """The lab's addresses, such as `http://192.168.1.20:8000` or `https://lab.example/lab`, without a slash at the end.

    Attributes:
        port: the port that the lab listens on.
    """

    def __init__(self, settings: Settings, *, in_container: bool | None = None) -> None:
        self.port = settings.port
        self._settings = settings
        self._in_container = machine.is_container() if in_container is None else in_container
        self._teachers: OrderedDict[str, None] = OrderedDict()  # the one that came last is the last
        self._others: OrderedDict[str, None] = OrderedDict()

    @property
    def own(self) -> str:
        """The one that this machine can open."""
        host = self._settings.host
        return f"http://{WILDCARDS.get(host, f'[{host}]' if ':' in host else host)}:{self.port}"

    @property
    def reaches_others(self) -> bool:
        """Whether other machines may reach the lab, by itself or through a proxy."""
        settings = self._settings
        return bool(settings.public_url or settings.allowed_origins) or not is_loopback(settings.host)

    @property
    def best(self) -> str:
        """The one to give to other people, or at least this machine's."""
        return next(iter(self.all()), self.own)

    def all(self) -> list[str]:
        """Those that can be typed on other machines, the best one first; empty where none is known."""
        if self._settings.public_url:
            return [self._settings.public_url]
        addresses = [f"{origin}{self._settings.root_path}" for origin in self._settings.allowed_origins]
        if self._settings.host not in WILDCARDS:
            addresses += [] if is_loopback(self._settings.host) else [self.own]
        elif not self._in_container:
            addresses += [f"http://{address}:{self.port}" for address in machine.addresses()]
        addresses += reversed(self._teachers)
        addresses += reversed(self._others)
        return list(dict.fromkeys(addresses))

    def note(self, connection: HTTPConnection, *, by_teacher: bool) -> None:
        """Remember by which address a request came.

        Anyone can write any name into a request, and whoever scans the code would be led there. So of others than the
        teacher only addresses of a private network count, and only where a container has no better ones.
        """
        authority = Authority.parse(connection.headers.get("host", ""))
        if authority is None or authority.is_loopback:
            return
        knows_no_better = self._in_container and self._settings.host in WILDCARDS
        if not by_teacher and not (knows_no_better and _is_private(authority)):
            return
        scheme = "https" if connection.url.scheme in ("https", "wss") else "http"
        origin = Origin.parse(f"{scheme}://{authority}")
        noted = self._teachers if by_teacher else self._others
        address = f"{origin}{connection.scope.get('root_path', '')}"
        noted[address] = None
        noted.move_to_end(address)
        while len(noted) > REMEMBERED:
            noted.popitem(last=False)


def _is_private(authority: Authority) -> bool:
    if not authority.is_address:
        return False
    address = ipaddress.ip_address(authority.host)
    return address.is_private and not (address.is_link_local or address.is_unspecified)


def code_svg(text: str) -> bytes:
    """A text as a QR code: dark on white, whatever is around it, and as large as its place."""
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(
        picture, kind="svg", dark="#000", light="#fff", omitsize=True, xmldecl=False
    )
    return picture.getvalue()


def code_lines(text: str) -> list[str]:
    """A text as a QR code of half blocks, for a terminal: light where the terminal's letters are light."""
    picture = io.StringIO()
    segno.make_qr(text, error="m").terminal(picture, border=2, compact=True)
    return picture.getvalue().splitlines()
