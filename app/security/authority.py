"""Authorities: the host and the port that a `Host` header or an origin names, compared as names and not as text.

`LAB.example:443`, `lab.example.` and `lab.example` are one host on https; `[::1]` and `[0:0:0:0:0:0:0:1]` are one
address. What cannot be read is never equal to anything.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535

_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ORIGIN = re.compile(r"(https?)://(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authority:
    """A host in its one spelling (lower case, no dot at its end, an address in its shortest form) and its port."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Authority | None:
        """None if it is not an authority: for example with a user name, a space or an invalid port."""
        match = _AUTHORITY.fullmatch(text)
        if match is None:
            return None
        address, name, digits = match.groups()
        port = int(digits) if digits else None
        if port is not None and port > MAX_PORT:
            return None
        if address is not None:
            try:
                return cls(str(ipaddress.IPv6Address(address)), port)
            except ValueError:
                return None
        name = name.lower().removesuffix(".")
        return cls(name, port) if _NAME.fullmatch(name) and len(name) <= 253 else None

    @property
    def is_address(self) -> bool:
        """Whether it is an IP address, which needs no name service."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True

    @property
    def is_loopback(self) -> bool:
        """Whether browsers resolve it to this machine without a name service, or it is an address of this machine."""
        if self.is_address:
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost" or self.host.endswith(".localhost")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from. The scheme's default port is stored as None."""

    scheme: str
    authority: Authority

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """None if it is not the origin of a web page: `null`, other schemes, paths, user names."""
        match = _ORIGIN.fullmatch(text)
        authority = Authority.parse(match[2]) if match else None
        if match is None or authority is None:
            return None
        scheme = match[1].lower()
        return cls(scheme, _without_default_port(scheme, authority))

    @classmethod
    def of(cls, address: str) -> Origin | None:
        """The origin of a page, from its whole address."""
        return cls.parse("/".join(address.split("/", 3)[:3]))

    def is_at(self, authority: Authority) -> bool:
        """Whether a request for `authority` goes where the page comes from.

        The scheme is not compared: behind a proxy that ends TLS the lab does not know which one the browser used.
        """
        return self.authority == _without_default_port(self.scheme, authority)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def _without_default_port(scheme: str, authority: Authority) -> Authority:
    return Authority(authority.host) if authority.port == DEFAULT_PORTS[scheme] else authority


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """An address, or a network of them (`10.0.0.0/8`).

    Raises:
        ValueError: for anything else.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("must be addresses or networks such as 127.0.0.1 or 10.0.0.0/8") from None
