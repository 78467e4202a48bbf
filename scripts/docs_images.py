"""Take the pictures of docs/images from running labs: `make docs-images`, or some: `make docs-images ARGS="builder"`.

Each scene starts its own lab with an empty database, trains in it, and photographs the page as a teacher and a
student see it. Uses MNIST where the machine has it, else the digits.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.pictures import charts, form, readme, runs, troubles  # noqa: E402
from scripts.pictures.studio import IMAGES, Scene, Studio  # noqa: E402
from tests.browser.conftest import FLAGS, find_chromium  # noqa: E402

SCENES: list[Scene] = [*readme.SCENES, *form.SCENES, *charts.SCENES, *runs.SCENES, *troubles.SCENES]


def pictures() -> list[str]:
    """The names of all pictures, without their ending."""
    return [name for scene in SCENES for name in scene.pictures]


def main(wanted: list[str]) -> None:
    """Play the scenes with these pictures; all if none is named."""
    if unknown := set(wanted) - set(pictures()):
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}; there are {', '.join(pictures())}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for scene in SCENES:
            if not wanted or set(wanted) & set(scene.pictures):
                Studio(browser).play(scene)


if __name__ == "__main__":
    main(sys.argv[1:])
