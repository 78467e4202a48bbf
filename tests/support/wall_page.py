"""The wall of a class in a browser."""

from __future__ import annotations

from typing import Any

from tests.support.class_lab import PersonClient
from tests.support.lab_page import LabPage

TILES = """[...document.querySelectorAll('.tile')].map(tile => ({
    number: tile.querySelector('.tile-number').textContent, name: tile.querySelector('.tile-name').textContent,
    state: tile.dataset.state, best: tile.querySelector('.tile-best').textContent,
    curves: tile.querySelectorAll('.tile-spark path[d^=M]').length}))"""


def cookies_of(client: PersonClient) -> list[Any]:
    """What the browser of a client of the class keeps."""
    return [
        {"name": name, "value": value, "url": client.lab.url} for name, value in client.http.cookies.items()
    ]


class WallPage(LabPage):
    """The wall in a browser of one person."""

    def open(self, path: str = "/wall") -> None:
        self.page.goto(self.lab.url + path)
        self.until("document.documentElement.dataset.ready === 'true'")

    def tiles_until(self, condition: str) -> list[dict[str, Any]]:
        """The tiles, as soon as they are so; `tiles` in the condition."""
        tiles: list[dict[str, Any]] = self.until(f"(tiles => ({condition}) && tiles)({TILES})")
        return tiles
