"""Overviews: what a viewer gets first of a long stream, before the rows."""

import pytest

from app.live import frames
from tests.support import event_loop
from tests.support.hub import HubLab, drain, rows


@pytest.fixture
def lab():
    return HubLab()


@pytest.fixture
def long(lab):
    """A lab in which a run's first rows have left the memory."""
    lab.stored["r", "train"] = rows(0, 20_000)
    lab.hub.show("r", "r")
    lab.hub.set_total("r", "train", 20_000)
    return lab


def headers(viewer) -> list[dict]:
    async def drain():
        found = []
        while messages := await viewer.next_messages():
            found += [frames.decode(message)[0] for message in messages if isinstance(message, bytes)]
        return found

    return event_loop.run(drain())


def test_a_long_stream_begins_with_its_overview_and_then_has_every_row(long):
    viewer = long.viewer()
    long.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)

    first, *others = headers(viewer)

    assert (first["overview"], first["rows"]) == (20_000, 200)
    assert not any("overview" in header for header in others)
    assert sum(header["rows"] for header in others) == 20_000


@pytest.mark.parametrize(("cursor", "bins"), [(0, 0), (1, 100)])
def test_a_viewer_that_has_rows_or_did_not_ask_gets_no_overview(long, cursor, bins):
    viewer = long.viewer()
    viewer.subscribe("r", {"train": cursor}, overview=bins)

    assert not any("overview" in header for header in headers(viewer))


def test_a_stream_in_memory_has_no_overview(lab):
    lab.append(20_000)
    viewer = lab.viewer()
    viewer.subscribe("r", {}, overview=100)

    assert not any("overview" in header for header in headers(viewer))


def test_a_run_that_is_deleted_has_no_overview_any_more(long):
    viewer = long.viewer()
    long.publish_run({"id": "r", "status": "completed"})
    drain(viewer)
    viewer.subscribe("r", {}, overview=100)
    long.hub.publish_deleted("r")
    del long.stored["r", "train"]

    assert headers(viewer) == []


def test_a_new_subscription_with_rows_cancels_an_overview_that_is_due(long):
    viewer = long.viewer()
    viewer.subscribe("r", {}, overview=100)
    viewer.subscribe("r", {"train": 19_000}, overview=100)

    assert [(header["first"], "overview" in header) for header in headers(viewer)] == [(19_000, False)]
