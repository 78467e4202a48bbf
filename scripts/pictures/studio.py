"""The studio: for each scene it starts a lab, opens its pages, and takes screenshots."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

from tests.support.class_lab import ClassLab, PersonClient, running_class
from tests.support.folders import ROOT, find_data_dir
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer, running_lab
from tests.support.tabs import Tabs
from tests.support.wall_page import WallPage, cookies_of

IMAGES = ROOT / "docs" / "images"
#: The ending of a picture's name → the browser's language.
LANGUAGES = {"": "en-US", "-ja": "ja-JP"}
#: Pixels around the parts of a page that a picture shows.
EDGE = 8
#: Colours in a picture. The page has flat colours and thin lines, and needs no more.
COLORS = 256
#: How long a film shows each frame, and the last one, in milliseconds.
FRAME_MS = 80
LAST_FRAME_MS = 2500
#: Seconds that a run may take.
TIMEOUT = 900
#: The smallest box around elements, within the window.
BOX = """(parts) => {
    const boxes = parts.flatMap(part => [...document.querySelectorAll(part)])
        .map(e => e.getBoundingClientRect()).filter(box => box.width && box.height);
    return [Math.min(...boxes.map(b => b.left)), Math.min(...boxes.map(b => b.top)),
            Math.max(...boxes.map(b => b.right)), Math.max(...boxes.map(b => b.bottom)), innerWidth, innerHeight];
}"""


@dataclass(frozen=True)
class Scene:
    """A function `play`, and the names of the pictures that it must take: all of them, and no others."""

    play: Callable[[Studio], None]
    pictures: tuple[str, ...]


def scene(*names: str, languages: bool = True) -> Callable[[Callable[[Studio], None]], Scene]:
    """Make a scene that takes pictures with these names: with `languages` each one in English (`name`) and in Japanese
    (`name-ja`)."""
    endings = LANGUAGES if languages else [""]
    return lambda play: Scene(play, tuple(f"{name}{ending}" for name in names for ending in endings))


class Studio:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._taken: list[str] = []
        self._rest = contextlib.ExitStack()

    def play(self, scene: Scene) -> None:
        with self._rest:
            scene.play(self)
        assert sorted(self._taken) == sorted(scene.pictures), f"{self._taken} are not {scene.pictures}"

    def lab(self, *, data: bool = True, **environment: str) -> LabServer:
        """A lab with an empty database; without `data`, also without data sets to load."""
        return self._rest.enter_context(
            running_lab(self._folder(), find_data_dir() if data else None, **environment)
        )

    def class_lab(self) -> ClassLab:
        """A lab with a class, and the built-in data sets."""
        return self._rest.enter_context(
            running_class(self._folder(), LOSSROOM_PUBLIC_URL="http://lab.school.example")
        )

    def _folder(self) -> Path:
        """A folder that is deleted after the scene."""
        return Path(self._rest.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))

    def wall(self, client: PersonClient, **context: Any) -> WallPage:
        """The wall of a class, in a browser of the teacher or the projector."""
        tab = self.tab(**context)
        tab.context.add_cookies(cookies_of(client))
        return WallPage(tab, client.lab)

    def page(self, lab: LabServer, **context: Any) -> LabPage:
        return LabPage(self.tab(**context), lab)

    def tab(self, **context: Any) -> Page:
        """A tab in a browser of its own."""
        tab = Tabs(self._browser).borrow(**context)
        self._rest.callback(tab.context.close)
        return tab

    def both(self, lab: LabServer, **context: Any) -> Iterator[tuple[LabPage, str]]:
        """The page in English and in Japanese, each with the ending of its pictures."""
        for ending, locale in LANGUAGES.items():
            yield self.page(lab, locale=locale, **context), ending

    def save(self, page: LabPage, name: str, *parts: str) -> None:
        """Take a screenshot of the window, or of the part of it with the elements that these selectors find."""
        page.page.wait_for_timeout(300)  # some parts are drawn a frame or two later
        picture = self._photograph(page, parts)
        self._keep(name, "png", picture.quantize(COLORS, dither=Image.Dither.NONE), optimize=True)

    def film(self, page: LabPage, name: str, moments: Iterable[None], *parts: str) -> None:
        """Take the same screenshot at each of the moments, and save them as one moving picture."""
        frames = [self._photograph(page, parts) for _ in moments]
        palette = frames[-1].quantize(COLORS, dither=Image.Dither.NONE)
        first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        times = [FRAME_MS] * len(others) + [LAST_FRAME_MS]
        self._keep(name, "gif", first, save_all=True, append_images=others, duration=times, loop=0)

    def _photograph(self, page: LabPage, parts: Sequence[str]) -> Image.Image:
        page.page.evaluate("document.fonts.ready")
        clip: FloatRect | None = None
        if parts:
            left, top, right, bottom, width, height = page.page.evaluate(BOX, list(parts))
            left, top = max(0, left - EDGE), max(0, top - EDGE)
            right, bottom = min(width, right + EDGE), min(height, bottom + EDGE)
            clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        return Image.open(io.BytesIO(page.page.screenshot(clip=clip))).convert("RGB")

    def _keep(self, name: str, form: str, picture: Image.Image, **options: Any) -> None:
        path = IMAGES / f"{name}.{form}"
        picture.save(path, **options)
        self._taken.append(name)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB", flush=True)


def hover(page: LabPage, chart: str, across: float, down: float) -> None:
    """Point at a place of a chart, in shares of its width and height."""
    box = page.page.locator(f"#chart-{chart} .nsewdrag").bounding_box()
    assert box is not None, f"the chart {chart} is not drawn"
    page.page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.until("!document.querySelector('.hover-box').hidden")


def wait_for_ends(lab: LabServer, ids: list[str]) -> None:
    """Wait until these runs are over, at most `TIMEOUT` seconds for each."""
    for run_id in ids:
        lab.wait_for(run_id, "completed", "diverged", timeout=TIMEOUT)


def wait_for_curves(page: LabPage, ids: list[str], points: int) -> None:
    """Wait until the page has this many points of each run."""
    for run_id in ids:
        page.wait_for_points(run_id, points)
