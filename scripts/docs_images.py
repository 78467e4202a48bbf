"""Take the pictures of docs/images from running labs: `make docs-images` all, `make docs-images ARGS="builder"` some.

Each scene starts its own lab with an empty database, trains in it, and takes screenshots of the page. The scenes use
MNIST if the machine has it, otherwise the digits.
"""

from __future__ import annotations

import sys

from scripts.pictures import charts, form, joining, measured, readme, runs, troubles, views, wall
from scripts.pictures.studio import IMAGES, Scene, Studio
from tests.support.chromium import open_chromium

SCENES: list[Scene] = [
    *readme.SCENES,
    *form.SCENES,
    *charts.SCENES,
    *runs.SCENES,
    *troubles.SCENES,
    *joining.SCENES,
    *wall.SCENES,
    *views.SCENES,
    *measured.SCENES,
]


def pictures() -> list[str]:
    """The names of all pictures, without `.png` or `.gif`."""
    return [name for scene in SCENES for name in scene.pictures]


def main(names: list[str]) -> None:
    """Play the scenes of the named pictures; without names, all scenes."""
    if unknown := set(names) - set(pictures()):
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}; there are {', '.join(pictures())}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open_chromium() as browser:
        for scene in SCENES:
            if not names or set(names) & set(scene.pictures):
                Studio(browser).play(scene)


if __name__ == "__main__":
    main(sys.argv[1:])
