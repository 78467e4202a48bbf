"""Commands and events are decoded as they were encoded."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs import messages
from app.jobs.messages import (
    ChangeLive,
    Command,
    Event,
    Finished,
    LiveChanged,
    Measured,
    NotSeen,
    See,
    decode_command,
    decode_event,
    encode,
)

JSON = st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner))
FINITE = st.floats(allow_nan=False, allow_infinity=False)
REASONS = st.none() | st.dictionaries(st.text(), JSON, max_size=3)
#: Messages whose numbers must be finite, or whose values may be any JSON.
SPECIAL = {
    ChangeLive: st.builds(ChangeLive, st.dictionaries(st.text(), FINITE, max_size=3)),
    LiveChanged: st.builds(
        LiveChanged,
        st.integers(),
        st.dictionaries(st.text(), st.lists(st.none() | FINITE, min_size=2, max_size=2), max_size=3),
    ),
    Finished: st.builds(Finished, st.text(), st.none() | st.text(), REASONS),
    Measured: st.builds(Measured, st.integers(), st.dictionaries(st.text(), JSON, max_size=3)),
    NotSeen: st.builds(NotSeen, st.integers(), st.none() | st.text(), REASONS),
    See: st.builds(See, st.integers(), st.text(), st.dictionaries(st.text(), JSON, max_size=3)),
}
COMMANDS, EVENTS = (
    [SPECIAL[kind] if kind in SPECIAL else st.from_type(kind) for kind in get_args(union)]
    for union in (Command, Event)
)


@given(st.one_of(COMMANDS))
def test_a_command_is_decoded_as_it_was_encoded(command):
    assert decode_command(encode(command)) == command


@given(st.one_of(EVENTS))
def test_an_event_is_decoded_as_it_was_encoded(event):
    assert decode_event(encode(event)) == event


def test_a_command_is_not_an_event_and_an_unknown_command_is_refused():
    with pytest.raises(KeyError):
        decode_event(encode(messages.Pause()))
    with pytest.raises(KeyError):
        decode_command(json.dumps(["Nonsense", {}]).encode())
