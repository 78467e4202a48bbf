"""Logs: one line for each event, as text for people or as JSON for programs."""

from __future__ import annotations

import logging

from pythonjsonlogger.json import JsonFormatter

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: The formatter adds the time, and every field that a log call passes in `extra`.
JSON = "%(levelname)s %(name)s %(message)s"


def configure(style: str) -> None:
    """Send the lab's logs to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(JSON, timestamp=True) if style == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
