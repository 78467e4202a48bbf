"""What pages load at their start is compressed once, and arrives as it was."""

import asyncio
import gzip

from hypothesis import given
from hypothesis import strategies as st

from app import zipped
from app.zipped import MIN_BYTES, Zipped
from tests.support import event_loop


def ask(parts, *, accepts="gzip, br", fits=True):
    """The status, headers and body of an answer whose body comes in these parts."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
        for index, part in enumerate(parts):
            more = index < len(parts) - 1
            await send({"type": "http.response.body", "body": part, "more_body": more})

    sent = []

    async def send(message):
        await asyncio.sleep(0)
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", accepts.encode())]}
    event_loop.run(Zipped(app, fits=lambda scope: fits)(scope, None, send))
    start, *bodies = sent
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return headers, b"".join(body["body"] for body in bodies)


@given(st.binary(max_size=40), st.integers(0, 200), st.booleans(), st.booleans())
def test_every_answer_arrives_as_it_was(text, times, accepted, fits):
    whole = text * times
    headers, body = ask([whole], accepts="gzip" if accepted else "br", fits=fits)
    zips = accepted and fits and len(whole) >= MIN_BYTES
    assert (headers.get("content-encoding") == "gzip") == zips
    assert (gzip.decompress(body) if zips else body) == whole
    if zips:
        assert headers["content-length"] == str(len(body))
    if fits and len(whole) >= MIN_BYTES:
        assert headers["vary"] == "Accept-Encoding"


def test_an_answer_that_comes_in_parts_is_sent_as_it_comes():
    parts = [b"a" * MIN_BYTES, b"b" * MIN_BYTES]
    headers, body = ask(parts)
    assert "content-encoding" not in headers
    assert body == b"".join(parts)


def test_the_same_text_is_compressed_once_for_all_viewers():
    zipped._compress.cache_clear()
    for _ in range(300):
        ask([b"the catalog" * 1000])
    assert zipped._compress.cache_info().misses == 1
