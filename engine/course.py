"""An older name of `engine.forks_ahead`, for the scripts that earlier versions have exported."""

from __future__ import annotations

from engine.forks_ahead import ForksAhead

Course = ForksAhead
