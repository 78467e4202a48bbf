"""Hues: which of the palette's colours each run has among those of one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: How many colours a run can have by its number, or by a user's choice.
HUE_COUNT = 8
#: How many the palette has with the second tone of each; see `assets/report.js` and static/js/page/palette.js.
COLOR_COUNT = 2 * HUE_COUNT


def assign_hues(runs: Sequence[Mapping[str, Any]]) -> list[int]:
    """A place in the palette for each run, with its `color` and `color_chosen`. They differ as long as there are enough
    colours, and a colour that a user chose stays. static/js/state/hues.js does the same on the page.
    """
    uses = [0] * COLOR_COUNT
    hues: dict[int, int] = {}
    for index, run in enumerate(runs):
        if run["color_chosen"]:
            hues[index] = run["color"] % HUE_COUNT
            uses[hues[index]] += 1
    for index, run in enumerate(runs):
        if index not in hues:
            # the first tone of all hues before the second of any
            candidates = [
                tone + (run["color"] + step) % HUE_COUNT
                for tone in range(0, COLOR_COUNT, HUE_COUNT)
                for step in range(HUE_COUNT)
            ]
            hues[index] = next(hue for hue in candidates if uses[hue] == min(uses))
            uses[hues[index]] += 1
    return [hues[index] for index in range(len(runs))]
