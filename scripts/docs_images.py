"""Take the pictures of docs/images from running labs: `make docs-images`, or some: `make docs-images ARGS="builder"`.

Each scene starts its own lab with an empty database, trains in it, and photographs the page as a teacher and a
student see it. Uses MNIST where the machine has it, else the digits.
"""

from __future__ import annotations

import sys

from scripts.pictures import charts, form, readme, runs, troubles
from scripts.pictures.studio import IMAGES, Scene, Studio
from tests.support.chromium import open_chromium

SCENES: list[Scene] = [*readme.SCENES, *form.SCENES, *charts.SCENES, *runs.SCENES, *troubles.SCENES]


def pictures() -> list[str]:
    """The names of all pictures, without their ending."""
    return [name for scene in SCENES for name in scene.pictures]


def main(wanted: list[str]) -> None:
    """Play the scenes with these pictures; all if none is named."""
    if unknown := set(wanted) - set(pictures()):
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}; there are {', '.join(pictures())}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open_chromium() as browser:
        for scene in SCENES:
            if not wanted or set(wanted) & set(scene.pictures):
                Studio(browser).play(scene)


if __name__ == "__main__":
    main(sys.argv[1:])
