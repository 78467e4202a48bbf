"""Play the lessons in a browser as students do, and look whether the page says the result: part of `make lessons`.

Each lesson is played in English and in Japanese, at a desk and on a phone, rightly and wrongly, on the digits and on
its own data set where this machine has it. `python -m scripts.play_lessons --only 3b --dataset digits` plays some of
them, and `--pictures FOLDER` keeps a picture of each step. A fault of one lesson does not keep the others from being
played. At the end comes a table of all walks; the exit code is 1 if one had a fault.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from app.lessons.lesson import STAND_IN, Lesson
from app.lessons.library import Library
from app.settings import Settings
from engine import datasets
from tests.support.chromium import open_chromium
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer, running_lab
from tests.support.lesson_answers import Truth
from tests.support.lesson_walk import Look, Walk
from tests.support.lesson_ways import WAYS, Way
from tests.support.tabs import Tabs


@dataclass(frozen=True)
class Played:
    """What came of it. `fault`: what was wrong; empty: nothing."""

    lesson: str
    dataset: str
    way: str
    seconds: float
    fault: str


def play(
    lab: LabServer, tabs: Tabs, lesson: Lesson, dataset: str, ways: list[Way], pictures: Path | None
) -> Iterator[Played]:
    """Play a lesson in several ways, one after the other, in a lab that has no runs."""
    truth: Truth | None = None
    for way in ways:
        begun = time.monotonic()
        tab = tabs.borrow(**way.context)
        look = _photograph(tab, pictures, f"{lesson.slug}-{dataset}-{way.name.replace(' ', '-')}")
        fault = ""
        try:
            page = LabPage(tab, lab)
            truth = Walk(page, lab, lesson, way.language, way.aim, before=truth, look=look).take()
            page.stop_listening()
            tabs.give_back(tab, lab.url, **way.context)
        except Exception as error:  # the other lessons are played all the same
            is_expected = isinstance(error, AssertionError | PlaywrightError)
            fault = str(error) if is_expected and str(error) else traceback.format_exc()
            with contextlib.suppress(PlaywrightError):  # the page may have crashed
                look("fault")
            with contextlib.suppress(PlaywrightError):
                tab.context.close()
        yield Played(lesson.slug, dataset, way.name, time.monotonic() - begun, fault)
    for run in lab.http.get("/api/runs").json()["runs"]:
        lab.http.delete(f"/api/runs/{run['id']}")


def _photograph(tab: Any, folder: Path | None, name: str) -> Look:
    """A function that takes a picture of the whole page after a step, if there is a folder for them."""

    def look(step: str) -> None:
        if folder is not None:
            tab.screenshot(path=folder / f"{name}-{step}.png", full_page=True)

    return look


def play_all(
    prefix: str,
    only_dataset: str | None,
    ways: list[Way],
    pictures: Path | None,
    report: Callable[[Played], None],
) -> None:
    """Play all lessons whose slug begins with `prefix`, on all their data sets that this machine has, or on one."""
    real_data_dir = Settings().data_dir
    with open_chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for with_real_data in (False, True):
            data_dir = real_data_dir if with_real_data else Path(folder) / "none"  # does not exist
            lab_folder = Path(folder) / ("real" if with_real_data else "digits")
            lab_folder.mkdir()
            with running_lab(lab_folder, data_dir) as lab:
                tabs = Tabs(browser)
                for lesson in Library().shelf().lessons.values():
                    dataset = lesson.dataset if with_real_data else STAND_IN
                    can_use_it = with_real_data or (lesson.any_dataset and lesson.dataset != STAND_IN)
                    is_wanted = lesson.slug.startswith(prefix) and only_dataset in (None, dataset)
                    if is_wanted and can_use_it and datasets.status(dataset, data_dir)["available"]:
                        for played in play(lab, tabs, lesson, dataset, ways, pictures):
                            report(played)


def main() -> None:
    parser = argparse.ArgumentParser(description="Play the lessons in a browser as students do.")
    parser.add_argument(
        "--only", default="", metavar="PREFIX", help="only lessons whose slug begins with this"
    )
    parser.add_argument("--dataset", help="only on this data set")
    parser.add_argument("--way", default="", help='only ways whose name has this, such as "ja phone"')
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="keep a picture of each step there")
    given = parser.parse_args()
    ways = [way for way in WAYS if given.way in way.name]
    if given.pictures is not None:
        given.pictures.mkdir(parents=True, exist_ok=True)
    all_played: list[Played] = []

    def report(played: Played) -> None:
        all_played.append(played)
        print(_line(played), flush=True)

    play_all(given.only, given.dataset, ways, given.pictures, report)
    if not all_played:
        sys.exit("no lesson, data set or way fits")
    print(f"\n{'lesson':26}{'data set':12}{'way':20}{'seconds':>8}  passed")
    for played in all_played:
        print(_row(played))
    faults = [played for played in all_played if played.fault]
    print(f"\n{len(all_played)} walks, {len(faults)} with a fault")
    sys.exit(1 if faults else 0)


def _line(played: Played) -> str:
    return _row(played) + (f"\n    {played.fault}" if played.fault else "")


def _row(played: Played) -> str:
    passed = "no" if played.fault else "yes"
    return f"{played.lesson:26}{played.dataset:12}{played.way:20}{played.seconds:8.1f}  {passed}"


if __name__ == "__main__":
    main()
