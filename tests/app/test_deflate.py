"""Compression on the WebSocket: of long texts, and of nothing else."""

import json

import pytest
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from app.live.deflate import LONG_BYTES, LongTexts, LongTextsFactory
from tests.support.experiments import QUICK


def agreed(**offer):
    """What the server and a client agree on, each side's own."""
    client = ClientPerMessageDeflateFactory(client_max_window_bits=True, **offer)
    params, server = LongTextsFactory().process_request_params(client.get_request_params(), [])
    return server, client.process_response_params(params, [])


def test_a_long_text_is_a_tenth_of_its_size_and_is_read_back():
    server, client = agreed()
    runs = [{"id": f"r{n:08x}", "number": n, "name": f"run {n}", "config": QUICK} for n in range(2000)]
    text = json.dumps({"type": "runs", "runs": runs, "deleted": []}).encode()
    for _ in range(2):  # nothing of the first is needed for the second
        sent = server.encode(Frame(Opcode.TEXT, text))
        assert sent.rsv1
        assert len(sent.data) < len(text) / 10
        assert client.decode(sent).data == text


@pytest.mark.parametrize(
    ("opcode", "size"), [(Opcode.TEXT, LONG_BYTES - 1), (Opcode.BINARY, LONG_BYTES * 4), (Opcode.PING, 4)]
)
def test_short_and_binary_messages_are_sent_uncompressed(opcode, size):
    server, client = agreed()
    frame = Frame(opcode, bytes(size))
    assert server.encode(frame) is frame
    assert client.decode(frame).data == frame.data


def test_a_viewer_costs_no_memory_for_it():
    server, _ = agreed()
    assert isinstance(server, LongTexts)
    assert not hasattr(server, "encoder")
    assert not hasattr(server, "decoder")
