"""The colours of the runs in a report: the same test cases as for the page."""

import json
from pathlib import Path

import pytest

from app.exports.hues import assign_hues

CASES = json.loads((Path(__file__).parent.parent / "hues.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_report_gives_the_hues_of_the_page(case):
    runs = [{"color": color, "color_chosen": chosen} for color, chosen in case["shown"]]
    assert assign_hues(runs) == case["hues"]
