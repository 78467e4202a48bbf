"""Logs: one line an event, for people or as JSON for machines."""

from __future__ import annotations

import logging

from pythonjsonlogger.json import JsonFormatter

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: Fields that a log call may carry in `extra`, besides level, time, logger and message.
JSON = "%(levelname)s %(name)s %(message)s"


def configure(style: str) -> None:
    """Send the lab's logs to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(JSON, timestamp=True) if style == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
