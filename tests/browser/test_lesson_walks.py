"""Quick lessons as students play them, from the first step to the last: in both languages, at a desk and on a phone,
rightly and wrongly. `make lessons` plays all of them.
"""

from __future__ import annotations

import pytest

from app.lessons.library import Library
from tests.browser.accessibility import violations
from tests.support.lab_server import running_lab
from tests.support.lesson_walk import Walk
from tests.support.lesson_ways import WAYS

LESSONS = Library().shelf().lessons
#: Each language, size and aim is played. They train for a second.
PLAYED = {"1a-vanishing-gradient": WAYS[:2], "2a-optimizers": WAYS[2:3]}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab that has only the digits."""
    with running_lab(tmp_path_factory.mktemp("digits")) as lab:
        yield lab


@pytest.mark.parametrize("slug", PLAYED)
def test_a_lesson_says_what_came_to_students_who_are_right_and_to_those_who_are_wrong(slug, lab, open_page):
    known = None
    for way in PLAYED[slug]:
        page = open_page(lab, **way.context)
        barriers: list[object] = []

        def look(step: str, page=page, is_looked_at=way.place == "phone", barriers=barriers) -> None:
            if is_looked_at and step in ("see", "transfer-answered"):
                barriers.extend(violations(page, within="#lesson"))

        known = Walk(page, lab, LESSONS[slug], way.language, way.aim, before=known, look=look).take()
        assert barriers == []
