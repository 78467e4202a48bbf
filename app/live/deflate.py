"""Compression on the WebSocket (RFC 7692), for long texts only: the list of two thousand runs is 1.7 MB.

Rows are sent uncompressed: compressing them takes five times as long as sending them, and saves 5 %. The compressor
starts again with each message, so it needs no memory for each viewer.
"""

from __future__ import annotations

from collections.abc import Sequence

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.typing import ExtensionParameter

#: Texts of this many bytes and more are compressed.
LONG_BYTES = 16 * 1024
#: zlib's fastest level: it compresses to a tenth, in a third of the time of the default level.
LEVEL = 1


class LongTexts(PerMessageDeflate):
    """Compresses long texts only; the protocol allows uncompressed messages in between."""

    def encode(self, frame: Frame) -> Frame:
        if frame.opcode is not Opcode.TEXT or len(frame.data) < LONG_BYTES:
            return frame
        return super().encode(frame)


class LongTextsFactory(ServerPerMessageDeflateFactory):
    """Negotiates compression with a client that offers it."""

    def __init__(self) -> None:
        super().__init__(
            server_no_context_takeover=True,
            client_no_context_takeover=True,
            compress_settings={"level": LEVEL},
        )

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], LongTexts]:
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, LongTexts(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )
