"""lossroom doctor: check everything that a class needs, and say what to do where something is wrong.

It may run beside the lab, and before its first start. It changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Literal

from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect

from app import machine
from app.addresses import Addresses
from app.commands.terminal import visible
from app.folders import LOW_DISK_BYTES, FolderError, free_bytes, make_writable
from app.jobs.checkpoint_place import demand_usable
from app.jobs.checkpoint_store import open_store
from app.lessons.library import Library
from app.mistake import Mistake
from app.own_data.found_files import read_found, stamps_of
from app.security.authority import Origin
from app.settings import Settings, clean_url
from app.storage.direct_access import newest_launch
from engine import datasets

#: How long an answer of the lab or of the proxy may take.
ANSWER_SECONDS = 5.0
#: Clocks of two machines that differ by more are wrong.
CLOCK_SECONDS = 60.0
#: The codes with which the lab refuses pages that were opened at an address that it does not know.
REFUSALS = ("cross_origin", "unknown_host")
#: The longest answer of `/health` that is read.
ANSWER_BYTES = 65_536

#: Opens addresses directly, even if the environment names a proxy for the internet.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Verdict = Literal["ok", "note", "wrong"]
VERDICT_TEXTS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what is so, and what to do."""

    verdict: Verdict
    about: str
    text: str

    def __str__(self) -> str:
        return visible(f"{VERDICT_TEXTS[self.verdict]}  {self.about:<10}  {self.text}")


def doctor(settings: Settings, url: str | None = None) -> int:
    """Print the findings; returns 1 if something is wrong.

    Args:
        url: the address of the lab in a browser, to look at it through its proxy; None: as the settings say.

    Raises:
        Mistake: `url` is no address.
    """
    try:
        url = clean_url(url) if url else settings.public_url
    except ValueError as error:
        raise Mistake(f"--url {error} (got {url!r})") from None
    wrong = False
    for finding in _findings(settings, url):
        print(finding, flush=True)
        wrong = wrong or finding.verdict == "wrong"
    return int(wrong)


def _findings(settings: Settings, url: str) -> Iterator[Finding]:
    addresses = Addresses(settings)
    health = _health(addresses.own)
    yield _port(settings, addresses, health)
    yield _who(settings)
    yield _addresses(settings, addresses)
    yield from _folders(settings)
    yield from _checkpoints(settings)
    yield from _data_sets(settings)
    yield from _own_data(settings)
    yield from _lessons(settings)
    yield _clock(settings)
    if url:
        yield from _proxy(url, health)


def _port(settings: Settings, addresses: Addresses, health: dict[str, Any] | None) -> Finding:
    if health is not None:
        answers = f"the lab answers at {addresses.own}, version {health['version']}"
        if health["ready"]:
            return Finding("ok", "port", answers)
        return Finding("wrong", "port", f"{answers}, but takes no runs: {health['reason']}")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((settings.host, settings.port))
        except OSError as error:
            text = f"{settings.host}:{settings.port} cannot be opened, and no lab answers there: {error.strerror}"
            return Finding("wrong", "port", f"{text}; end the other program, or choose another LOSSROOM_PORT")
    return Finding("ok", "port", f"{settings.host}:{settings.port} is free; no lab runs there now")


def _who(settings: Settings) -> Finding:
    if settings.class_name:
        return Finding("ok", "people", f"the class {settings.class_name!r}: who has its code can join")
    if settings.open:
        return Finding(
            "note", "people", "anyone who opens the lab may do everything; LOSSROOM_CLASS begins a class"
        )
    return Finding(
        "note",
        "people",
        "only this machine; LOSSROOM_CLASS, or `lossroom serve --class NAME`, begins a class",
    )


def _addresses(settings: Settings, addresses: Addresses) -> Finding:
    listed = addresses.all()
    if listed:
        return Finding("ok", "addresses", " or ".join(listed))
    if machine.is_container():
        text = "this is a container, which does not know the address of its machine; set LOSSROOM_PUBLIC_URL"
        return Finding("note", "addresses", f"{text}=http://ADDRESS:PORT")
    if not addresses.reaches_others:
        text = f"only this machine reaches the lab, at {addresses.own}"
        return Finding("note", "addresses", text)
    return Finding("wrong", "addresses", "this machine has no network address; connect it to the network")


def _lessons(settings: Settings) -> Iterator[Finding]:
    """The teacher's own lessons, if there is a folder for them."""
    if settings.lessons_dir is None:
        return
    shelf = Library(settings.lessons_dir, log=False).shelf()
    for problem in shelf.problems:
        yield Finding("wrong", "lessons", f"{problem}; until it is right, the lab leaves it out")
    own = sum(lesson.own for lesson in shelf.lessons.values())
    yield Finding("ok", "lessons", f"{own} of your own in {settings.lessons_dir}")


def _folders(settings: Settings) -> Iterator[Finding]:
    folder = settings.state_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        make_writable(folder, "the state folder")
    except FolderError as error:
        yield Finding(
            "wrong", "folder", f"{error}; give it to this user, or choose another LOSSROOM_STATE_DIR"
        )
        return
    yield Finding("ok", "folder", f"{settings.state_dir.absolute()} can be written")
    free = free_bytes(folder)
    enough = free >= LOW_DISK_BYTES
    advice = "" if enough else "; delete old runs with `lossroom prune`, or make room"
    yield Finding("ok" if enough else "wrong", "disk", f"{free / 1e9:,.1f} GB free{advice}")


def _checkpoints(settings: Settings) -> Iterator[Finding]:
    """Whether this machine reaches the address of the checkpoints, if they have one."""
    if not settings.checkpoints:
        return
    try:
        demand_usable(settings)
        open_store(settings.checkpoints).files("doctor")  # no training has this id, so that little is listed
    except (OSError, Mistake) as error:
        advice = "runs train, but begin from the start if they lose their worker"
        yield Finding("wrong", "saving", f"{error}; {advice}")
    else:
        yield Finding("ok", "saving", f"{settings.checkpoints} answers; checkpoints go there")


def _data_sets(settings: Settings) -> Iterator[Finding]:
    states = [datasets.status(name, settings.data_dir) for name in datasets.catalog()]
    available = [status["name"] for status in states if status["available"]]
    missing = [status["name"] for status in states if not status["available"] and status["fetchable"]]
    yield Finding("ok", "data sets", ", ".join(available))
    if missing:
        names = ", ".join(missing)
        advice = f"`lossroom fetch {' '.join(missing)}` downloads them into {settings.data_dir.absolute()}"
        yield Finding("note", "data sets", f"not there: {names}; {advice}")


def _own_data(settings: Settings) -> Iterator[Finding]:
    """Data sets that people brought, and files in the data folder that did not become one."""
    datasets.own.look_in(settings.own_dir)
    count, folder = len(datasets.own.names()), settings.data_dir / "own"
    results = read_found(settings.own_dir)
    files = stamps_of(folder)
    for file in files:
        if file not in results:
            text = f"{folder / file} is read when the lab runs"
            yield Finding("note", "own data", text)
        elif (problem := results[file].problem) is not None:
            yield Finding("wrong", "own data", f"{folder / file}: {problem}")
    if count or files:
        size = datasets.own.size_of(settings.own_dir) / 1e6
        yield Finding("ok", "own data", f"{count} data sets in {settings.own_dir.absolute()}, {size:,.1f} MB")


def _clock(settings: Settings) -> Finding:
    now = time.time()
    shown = datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    earliest = max(Path(__file__).stat().st_mtime, newest_launch(settings.database_path))
    if now + CLOCK_SECONDS < earliest:
        earliest_text = datetime.fromtimestamp(earliest).strftime("%Y-%m-%d %H:%M")
        text = f"{shown} is earlier than {earliest_text}, when this lab was there already"
        return Finding("wrong", "clock", f"{text}; set the machine's clock")
    return Finding("ok", "clock", shown)


# -- through the proxy -----------------------------------------------------------------------------


def _proxy(url: str, health: dict[str, Any] | None) -> Iterator[Finding]:
    try:
        request = urllib.request.Request(f"{url}/health", headers={"Cache-Control": "no-cache"})
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            behind, date = json.loads(answer.read(ANSWER_BYTES)), answer.headers["Date"]
    except urllib.error.HTTPError as error:
        if _code(error.read(ANSWER_BYTES)) in REFUSALS:
            yield Finding("wrong", "proxy", _foreign(str(Origin.of(url))))
        else:
            text = f"{url}/health gives no answer of a lab: status {error.code}; see docs/proxies.md"
            yield Finding("wrong", "proxy", text)
        return
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        yield Finding("wrong", "proxy", f"{url}/health gives no answer of a lab: {why}; see docs/proxies.md")
        return
    if not isinstance(behind, dict) or "server" not in behind:
        yield Finding("wrong", "proxy", f"{url}/health is answered by something else; see docs/proxies.md")
        return
    if health is not None and health["server"] != behind["server"]:
        yield Finding("wrong", "proxy", f"{url} leads to another lab than the one on this machine")
        return
    yield Finding("ok", "proxy", f"{url} leads to the lab")
    yield _proxy_clock(date)
    yield _web_socket(url)
    yield from _cookie(url)


def _proxy_clock(date: str | None) -> Finding:
    with contextlib.suppress(TypeError, ValueError):
        proxy_time = datetime.strptime(str(date), "%a, %d %b %Y %H:%M:%S %Z")
        seconds = time.time() - (proxy_time - datetime(1970, 1, 1)).total_seconds()
        if abs(seconds) > CLOCK_SECONDS:
            text = f"the clocks of this machine and of the proxy differ by {abs(seconds):,.0f} s; set them"
            return Finding("wrong", "clock", text)
    return Finding("ok", "clock", "the proxy's is the same")


def _web_socket(url: str) -> Finding:
    """Whether the proxy lets a WebSocket through, from a page at this address."""
    origin = str(Origin.of(url))
    try:
        with connect(
            url.replace("http", "ws", 1) + "/ws",
            additional_headers={"Origin": origin},
            open_timeout=ANSWER_SECONDS,
            proxy=None,
        ) as opened:
            opened.recv(timeout=ANSWER_SECONDS)
    except InvalidHandshake as error:
        return _refused(error, origin)
    except (WebSocketException, OSError) as error:
        if getattr(error, "rcvd", None) is not None:  # the lab closed it, and says why: a visitor of a class
            return Finding("ok", "WebSocket", "reaches the lab through the proxy")
        return Finding("wrong", "WebSocket", f"does not come through: {error}; pages poll meanwhile")
    return Finding("ok", "WebSocket", "comes through the proxy")


def _refused(error: InvalidHandshake, origin: str) -> Finding:
    response = getattr(error, "response", None)
    status, code = getattr(response, "status_code", None), _code(getattr(response, "body", None))
    if code in REFUSALS:
        return Finding("wrong", "WebSocket", _foreign(origin))
    if code is not None and status in (401, 403):  # such as a visitor of a class, who has not joined
        return Finding("ok", "WebSocket", "reaches the lab through the proxy")
    advice = "let the proxy pass Upgrade and Connection on (docs/proxies.md); pages poll meanwhile"
    return Finding("wrong", "WebSocket", f"the proxy does not let it through (status {status}); {advice}")


def _cookie(url: str) -> Iterator[Finding]:
    """In a class: whether the lab knows from the proxy where it is, by the cookie that it gives to browsers."""
    try:
        with _OPENER.open(f"{url}/join", timeout=ANSWER_SECONDS) as answer:
            given = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
    except (OSError, ValueError):  # there is no class
        return
    wanted = (f"/{'/'.join(url.split('/')[3:])}".rstrip("/") + "/", url.startswith("https"))
    for cookie in given.values():
        if (cookie["path"], bool(cookie["secure"])) == wanted:
            yield Finding(
                "ok", "cookie", f"is of {cookie['path']}" + (", and for https only" if wanted[1] else "")
            )
            continue
        text = f"the lab takes this for {'https' if cookie['secure'] else 'http'} at {cookie['path']}"
        advice = "let the proxy send X-Forwarded-Proto and -Prefix, and name it in LOSSROOM_TRUSTED_PROXIES"
        yield Finding("wrong", "cookie", f"{text}; {advice} (docs/proxies.md)")


def _code(body: bytes | None) -> str | None:
    """The code of the lab's error in an answer; None: the answer is not of a lab."""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        return str(json.loads(body or b"")["error"]["code"])
    return None


def _foreign(origin: str) -> str:
    advice = f"let the proxy pass the host on, or set LOSSROOM_ALLOWED_ORIGINS={origin} (docs/proxies.md)"
    return f"the lab does not know that it is opened as {origin}; {advice}"


def _health(url: str) -> dict[str, Any] | None:
    """What the lab on this machine says of itself; None if there is none."""
    try:
        with _OPENER.open(f"{url}/health", timeout=ANSWER_SECONDS) as answer:
            health = json.loads(answer.read(ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            health = json.loads(error.read(ANSWER_BYTES))
            return health if isinstance(health, dict) and "server" in health else None
        return None
    except (OSError, ValueError):
        return None
    return health if isinstance(health, dict) and "server" in health else None
