"""Why a person of a class is refused something."""

from __future__ import annotations

from app.errors import LabError
from engine.reasons import Reason, declare

#: The codes of these reasons, each with the placeholders of its texts. Their texts are loaded only in a class.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "no_class": (),
    "no_address": (),
    "unknown_address": ("addresses",),
    "not_joined": (),
    "not_allowed": (),
    "not_yours": (),
    "wrong_code": (),
    "wrong_secret": (),
    "wrong_phrase": (),
    "class_ended": (),
    "class_full": ("most",),
    "nickname_taken": (),
    "removed": (),
    "held": (),
    "nothing_trains": (),
    "stepped_together": (),
    "nothing_launched": (),
    "too_many_codes": ("seconds",),
    "too_often": ("seconds",),
    "own_queue_full": ("queued", "value", "most"),
    "own_paused": ("paused",),
    "own_views": ("most",),
    "challenge_data": ("dataset", "images"),
    "challenge_data_private": ("dataset",),
    "challenge_there": (),
    "challenge_opened": (),
    "challenge_budget": (),
    "no_challenge": (),
    "no_vote": (),
    "vote_phase": (),
    "own_runs": ("owned", "value", "most"),
    "own_iterations": ("value", "most"),
    "own_parameters": ("value", "most"),
    "own_memory": ("value", "most"),
    "own_seconds": ("value", "most"),
}
declare(PLACEHOLDERS)
NOT_JOINED = Reason("not_joined", "join the class first")


class NotJoined(LabError):
    """Only people of the class may do this, and the browser is not known as one of theirs."""

    status = 401
    code = "not_joined"


class Forbidden(LabError):
    """The person's role, or who owns a run, does not allow this."""

    status = 403
    code = "not_allowed"


class TooOften(LabError):
    """It is allowed again after `bounds.seconds`."""

    status = 429
    code = "too_many_codes"


class OffTerms(LabError):
    """The challenge that is open allows no such experiment on its data set."""

    status = 422
    code = "challenge_data"
