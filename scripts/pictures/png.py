"""Small PNG files: at most 256 colours, which is all that a page of flat colours and thin lines needs.

A screenshot takes three bytes a pixel; with a palette it is a third of the size, and nobody sees the difference.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from playwright.sync_api import Page

COLORS = 256
#: The browser that took the picture also knows how to read it.
PIXELS = """async (source) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${source}`;
    await picture.decode();
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(picture, 0, 0);
    const bytes = context.getImageData(0, 0, width, height).data;
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return [width, height, btoa(text)];
}"""


def shrink(png: bytes, tab: Page) -> bytes:
    """The same picture with a palette. `tab` is a blank one, to decode in."""
    width, height, text = tab.evaluate(PIXELS, base64.b64encode(png).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[..., :3]
    palette, places = reduce(pixels)
    rows = np.zeros((height, 1 + width), np.uint8)  # filter 0: neighbours in a palette have nothing in common
    rows[:, 1:] = places
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in [*parts, (b"IEND", b"")])


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def reduce(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A palette (colours, 3) and each pixel's place in it (height, width).

    The palette holds the most frequent colours that are not nearly the same as a more frequent one; every other
    colour becomes its nearest.
    """
    packed = pixels.astype(np.int64) @ [65536, 256, 1]
    values, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)
    order = np.argsort(-counts, kind="stable")
    distance = np.full(len(values), np.inf)
    nearest = np.zeros(len(values), np.uint8)
    chosen: list[int] = []
    for least in (48, 0):  # squares of distances: first what can be told apart, then what there is room for
        for index in order:
            if len(chosen) == COLORS:
                break
            if distance[index] <= least:
                continue
            squares = ((colors - colors[index]) ** 2).sum(axis=1)
            closer = squares < distance
            distance[closer] = squares[closer]
            nearest[closer] = len(chosen)
            chosen.append(int(index))
    return colors[chosen].astype(np.uint8), nearest[inverse].reshape(pixels.shape[:2])
