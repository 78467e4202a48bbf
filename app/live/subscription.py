"""The messages of a page on its WebSocket: which rows and views it asks for. They are checked here. Two examples:

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

#: The most runs to which a viewer may be subscribed: more than a page can list.
MAX_SUBSCRIPTIONS = 2000
#: The most bins of an overview: more than a screen has pixels.
MAX_BINS = 8192
#: The keys of a message.
KEYS = frozenset({"subscribe", "unsubscribe", "overview", "watch", "unwatch"})
#: The most views that one message may name, and the most characters of the options of one.
MAX_VIEWS = 64
MAX_OPTIONS = 20_000
#: Row numbers must stay exact in the page's doubles.
MAX_ROW = 2**53


class BadMessage(Exception):
    """A message that breaks the contract. `field` is the wrong part of it, if that is known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def parse(message: Any) -> dict[str, Any]:
    """The keys and values of a message, not yet checked.

    Args:
        message: as ASGI gives it: a dictionary with `text` or `bytes`.

    Raises:
        BadMessage: it is no JSON object of known keys.
    """
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
    """What makes the views that pages watch: `app.jobs.viewing`."""

    def watch(self, viewer: Viewer, run_id: str, view: str, options: Mapping[str, Any]) -> None: ...

    def unwatch(self, viewer: Viewer, key: Key) -> None: ...


def apply(viewer: Viewer, message: dict[str, Any], watching: Watching | None = None) -> None:
    """Do what a message asks for: all of it, or nothing if a part is wrong.

    Args:
        message: as `parse` gives it.
        watching: where views are watched; None: requests for views are ignored.

    Raises:
        BadMessage: a value is wrong, or the viewer would be subscribed to too many runs.
    """
    unwatched, watched = (_views(name, message.get(name, [])) for name in ("unwatch", "watch"))
    wanted = message.get("subscribe", {})
    unwanted = message.get("unsubscribe", [])
    if not isinstance(wanted, dict):
        raise BadMessage("subscribe must be an object of run id → rows", "subscribe")
    if not isinstance(unwanted, list) or not all(isinstance(run_id, str) for run_id in unwanted):
        raise BadMessage("unsubscribe must be a list of run ids", "unsubscribe")
    bins = message.get("overview", 0)
    if not _is_count(bins) or bins > MAX_BINS:
        raise BadMessage(f"overview must be a whole number from 0 to {MAX_BINS}", "overview")
    cursors = {run_id: _cursors(run_id, rows) for run_id, rows in wanted.items()}
    changed = {run_id for run_id in {*cursors, *unwanted} if viewer.shows(run_id)}
    if viewer.subscriptions - len(changed) + len(cursors) > MAX_SUBSCRIPTIONS:
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
    """The run, kind and options of each view in a list.

    Args:
        name: the key of the list in the message.

    Raises:
        BadMessage: it is no list of views.
    """
    if not isinstance(given, list) or len(given) > MAX_VIEWS:
        raise BadMessage(f"{name} must be a list of at most {MAX_VIEWS} views", name)
    for index, view in enumerate(given):
        if not (
            isinstance(view, dict)
            and view.keys() == {"run", "view", "options"}
            and isinstance(view["run"], str)
            and isinstance(view["view"], str)
            and isinstance(view["options"], dict)
            and len(json.dumps(view["options"])) <= MAX_OPTIONS
        ):
            text = f"a view must be an object of run, view and options, which have at most {MAX_OPTIONS:,} characters"
            raise BadMessage(text, f"{name}.{index}")
    return [(view["run"], view["view"], view["options"]) for view in given]


def _cursors(run_id: str, rows: Any) -> dict[str, int]:
    """How many rows of each stream of a run the page has: one number is for all streams.

    Raises:
        BadMessage: the numbers or the streams are wrong.
    """
    if _is_count(rows):
        return dict.fromkeys(STREAMS, rows)
    if isinstance(rows, dict) and rows.keys() <= set(STREAMS) and all(map(_is_count, rows.values())):
        return rows
    raise BadMessage(
        f"rows of {run_id[:40]!r} must be a whole number from 0 to 2^53, or one for each of {', '.join(STREAMS)}",
        f"subscribe.{run_id[:40]}",
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ROW
