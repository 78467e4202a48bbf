"""What a page asks for, checked:

{"subscribe": {run id: rows it has}, "overview": bins, "unsubscribe": [run id]}
{"watch": [{"run", "view", "options"}], "unwatch": [the same]}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from app.live.view_frames import Key, key_of
from app.live.viewer import Viewer
from app.texts import find_unfit
from engine.events import STREAMS

#: The most runs that a viewer may show: more than a page can list.
MAX_SUBSCRIPTIONS = 2000
#: Bins of an overview: more than a screen has pixels.
MAX_BINS = 8192
#: The keys of a message.
KEYS = frozenset({"subscribe", "unsubscribe", "overview", "watch", "unwatch"})
#: The most views that one message may name, and the most characters of the options of one.
MAX_VIEWS = 64
MAX_OPTIONS = 20_000
#: Row numbers must stay exact in the page's doubles.
MAX_ROW = 2**53


class BadMessage(Exception):
    """A message that is not of the contract; `field` says where."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def parse(message: Any) -> dict[str, Any]:
    """A message of the socket, as ASGI has it."""
    text = message.get("text")
    if text is None:
        raise BadMessage("a message must be text, not binary")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"a message must be JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise BadMessage(f"a message must be an object, not {type(parsed).__name__}")
    if (unfit := find_unfit(parsed)) is not None:
        raise BadMessage(unfit[1], unfit[0] or None)
    unknown = parsed.keys() - KEYS
    if unknown or not parsed:
        raise BadMessage(
            f"a message has one or more of the keys {', '.join(sorted(KEYS))}", min(unknown, default=None)
        )
    return parsed


class Watching(Protocol):
    """Where a page's views are watched: `app.jobs.viewing`."""

    def watch(self, viewer: Viewer, run_id: str, view: str, options: Mapping[str, Any]) -> None: ...

    def unwatch(self, viewer: Viewer, key: Key) -> None: ...


def apply(viewer: Viewer, message: dict[str, Any], watching: Watching | None = None) -> None:
    """Take a whole message or nothing of it. Without `watching`, views are not watched."""
    unwatched, watched = (_views(name, message.get(name, [])) for name in ("unwatch", "watch"))
    wanted = message.get("subscribe", {})
    unwanted = message.get("unsubscribe", [])
    if not isinstance(wanted, dict):
        raise BadMessage("subscribe must be an object of run id → rows", "subscribe")
    if not isinstance(unwanted, list) or not all(isinstance(run_id, str) for run_id in unwanted):
        raise BadMessage("unsubscribe must be a list of run ids", "unsubscribe")
    bins = message.get("overview", 0)
    if not _is_row(bins) or bins > MAX_BINS:
        raise BadMessage(f"overview must be a whole number from 0 to {MAX_BINS}", "overview")
    cursors = {run_id: _cursors(run_id, rows) for run_id, rows in wanted.items()}
    if viewer.subscriptions + len(cursors) > MAX_SUBSCRIPTIONS:
        raise BadMessage(f"a page shows at most {MAX_SUBSCRIPTIONS} runs", "subscribe")
    for run_id in unwanted:
        viewer.unsubscribe(run_id)
    for run_id, rows in cursors.items():
        viewer.subscribe(run_id, rows, overview=bins)
    if watching is None:
        return
    for run_id, view, options in unwatched:
        watching.unwatch(viewer, key_of(run_id, view, options))
    for run_id, view, options in watched:
        watching.watch(viewer, run_id, view, options)


def _views(name: str, given: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """The views of a list: run, kind and options."""
    if not isinstance(given, list) or len(given) > MAX_VIEWS:
        raise BadMessage(f"{name} must be a list of at most {MAX_VIEWS} views", name)
    for place, one in enumerate(given):
        if not (
            isinstance(one, dict)
            and one.keys() == {"run", "view", "options"}
            and isinstance(one["run"], str)
            and isinstance(one["view"], str)
            and isinstance(one["options"], dict)
            and len(json.dumps(one["options"])) <= MAX_OPTIONS
        ):
            text = f"a view must be an object of run, view and options, which have at most {MAX_OPTIONS:,} characters"
            raise BadMessage(text, f"{name}.{place}")
    return [(one["run"], one["view"], one["options"]) for one in given]


def _cursors(run_id: str, rows: Any) -> dict[str, int]:
    if _is_row(rows):
        return dict.fromkeys(STREAMS, rows)
    if isinstance(rows, dict) and rows.keys() <= set(STREAMS) and all(_is_row(row) for row in rows.values()):
        return rows
    raise BadMessage(
        f"rows of {run_id[:40]!r} must be a whole number from 0 to 2^53, or one for each of {', '.join(STREAMS)}",
        f"subscribe.{run_id[:40]}",
    )


def _is_row(row: Any) -> bool:
    return isinstance(row, int) and not isinstance(row, bool) and 0 <= row <= MAX_ROW
