"""A walk through a lesson as a student takes it: predict, run, see, explain, try; right or wrong.

The walk reads the lesson's file to know what is asked, and the lab's database to know the result. At each step it looks
for what a student would stumble over (`tests.support.lesson_sight`), and compares what the page says with the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch, Try
from app.lessons.lesson import Lesson
from app.lessons.stage import Stage
from tests.support import lesson_sight
from tests.support.lab_page import LabPage
from tests.support.lab_server import LabServer
from tests.support.lesson_answers import Aim, Truth, measured_in
from tests.support.lesson_texts import texts_after

STEP = "document.querySelector('.lab').dataset.lesson"
#: What is written as the answer to the last question.
EXIT = "なぜ？ Why?"
#: Seconds until the runs of a lesson, or of something to try, must have ended.
PATIENCE = 3600.0

#: Where an iteration is in the chart in which one clicks, in pixels of the window.
_PLACE = """([chart, iteration]) => {
    const plot = document.getElementById(`chart-${chart}`);
    const { left, top } = plot.getBoundingClientRect();
    const { xaxis, _size } = plot._fullLayout;
    return [left + _size.l + xaxis.l2p(iteration), top + _size.t + _size.h / 2];
}"""
#: What the part of a question in the table of outcomes says, and its mark.
_OUTCOME = """(place) => {
    const body = document.querySelectorAll('#lesson .outcome tbody')[place];
    const mark = body.querySelector('.mark');
    const cells = [...body.querySelectorAll('td')].map((cell) => cell.innerText.trim());
    return [mark && mark.matches('.right'), cells];
}"""
#: The iteration that is pinned as an answer.
_PINNED = "Number(document.querySelector('#lesson .pinned')?.textContent.replace(/[^0-9]/g, '') || NaN)"

#: The runs in the list; figures of a text name runs too.
_LISTED = "[...document.querySelectorAll('[data-run][data-status]')].map(e => e.dataset.run)"

#: Called at each step with its name, as to take a picture.
Look = Callable[[str], None]


class Walk:
    """One attempt at a lesson, on a page of a lab without a class.

    Args:
        language: the page's.
        before: what is known of the runs from an earlier attempt in this lab; None: they were never trained there, so
            the prediction is a guess.
    """

    def __init__(
        self,
        page: LabPage,
        lab: LabServer,
        lesson: Lesson,
        language: str,
        aim: Aim,
        *,
        before: Truth | None = None,
        look: Look = lambda step: None,
    ) -> None:
        self._page = page
        self._tab = page.page
        self._lab = lab
        self._lesson = lesson
        self._aim: Aim = aim
        self._look = look
        self._is_touch = bool(self._tab.evaluate("matchMedia('(pointer: coarse)').matches"))
        play = lab.http.get(f"/api/lessons/{lesson.slug}/play?language={language}").raise_for_status().json()
        self._stage = Stage(lesson, play["dataset"], False, language)
        self._known = Truth(self._stage, before.figures if before else None)
        self._is_guess = before is None
        self._faults: list[str] = []
        self._settings = lesson.settings

    def take(self) -> Truth:
        """Play the lesson from its first step to its last, and leave it.

        Returns:
            The result, for a later attempt.

        Raises:
            AssertionError: the page says something else than the result, or has a fault.
        """
        self._open()
        self._predict()
        self._run()
        self._see()
        self._explain()
        self._transfer()
        self._try_now()
        self._exit()
        self._leave()
        assert not self._faults, "\n".join(self._faults)
        return self._known

    # -- the steps ---------------------------------------------------------------------------------

    def _open(self) -> None:
        lesson_sight.watch(self._page)
        self._page.open_lesson(self._lesson.slug)
        if self._tab.evaluate(STEP) != "predict":  # there was an attempt before
            self._press('#lesson [data-focus="menu"]')
            self._press("#lesson .panel button >> nth=0")
        self._page.until(f"{STEP} === 'predict'")

    def _predict(self) -> None:
        self._check("predict")
        for question in self._settings.predict:
            self._answer(question, self._known.answer(question, self._aim))
        self._press(f"#lesson .certainty label >> nth={0 if self._aim == 'wrong' else 2}")
        self._page.until("!document.querySelector('.needs button')")
        self._check("predict")
        self._press("#lesson-launch")

    def _run(self) -> None:
        self._page.until(f"['run', 'see', 'explain'].includes({STEP})")
        if self._tab.evaluate(STEP) == "run":
            self._check("run")
        self._page.until(f"['see', 'explain'].includes({STEP})", timeout=PATIENCE)
        attempt = self._attempt()
        runs = dict(zip(self._stage.run_names(), attempt["runs"], strict=True))
        self._known = Truth.of(self._lab, self._stage, runs)
        for index, question in enumerate(self._settings.predict):
            self._compare_outcome(index, question, attempt["prediction"][question.id])

    def _compare_outcome(self, place: int, question: Question, value: Any) -> None:
        expected = self._known.outcome(question, value)
        mark, cells = self._tab.evaluate(_OUTCOME, place)
        assert mark == expected.right, f"{question.id}: the page says {mark}, and it is {expected.right}"
        said = [(run.name, run.predicted, run.came) for run in expected.runs]
        rows = [tuple(cells[start : start + 3]) for start in range(0, len(cells), 4)]
        if not said:
            said, rows = [("", expected.predicted, expected.came)], [("", *cells[:2])]
        assert rows == said, f"{question.id}: the page says {rows}, and it is {said}"
        if not self._is_guess:
            self._assert_aim(question, expected.right)

    def _see(self) -> None:
        asked = self._settings.see
        if asked is None:
            return
        self._page.until(f"{STEP} === 'see'")
        self._check("see")
        self._ask(asked)
        self._page.until(f"{STEP} === 'explain'")
        self._compare_answer(asked, "see", ".card:has(.verdict)")

    def _explain(self) -> None:
        self._page.until(f"{STEP} === 'explain'")
        text = self._tab.inner_text("#lesson .card:has([data-focus=explained])")
        assert len(text) > 40, f"the explanation says only {text!r}"
        denied = self._tab.evaluate(
            "[...document.querySelectorAll('#lesson .denied')].map(e => e.dataset.claim)"
        )
        assert set(denied) <= self._known.denied, (
            f"the page denies {denied}, and its runs {self._known.denied}"
        )
        if not self._lesson.own:
            assert not denied, f"the runs deny {denied}"
        unknown = self._tab.evaluate(
            "[...document.querySelectorAll('#lesson .figure')].filter(e => e.textContent === '–')"
            ".map(e => e.parentElement.textContent)"
        )
        assert not unknown, f"figures are missing in {unknown}"
        self._check("explain")

    def _transfer(self) -> None:
        transfer = self._settings.transfer
        if transfer is None or transfer.question is None:
            return
        self._ask(transfer.question)
        card = "#lesson .card:has(.verdict):not(:has([data-focus=heading])) >> nth=-1"
        self._tab.locator(card).locator(".verdict").wait_for()
        self._page.until(f"!document.querySelector('[data-focus=\"answer {transfer.question.id}\"]')")
        self._compare_answer(transfer.question, "transfer", card)
        self._check("transfer", answered=True)

    def _try_now(self) -> None:
        """Launch the first thing to try, and put the last one into the form."""
        transfer = self._settings.transfer
        if transfer is None or not transfer.try_:
            return
        first, last = transfer.try_[0], transfer.try_[-1]
        before = self._tab.evaluate(_LISTED)
        self._press(f'#lesson [data-focus="try {first.id}"]', twice=True)
        run_id = str(self._page.until(f"{_LISTED}.find(id => !{before!r}.includes(id))"))
        self._lab.wait_for(run_id, "completed", "diverged", timeout=PATIENCE)
        assert set(self._tab.evaluate(_LISTED)) - set(before) == {run_id}, "it is launched once"
        if first.reach is not None:
            self._compare_try(first, run_id)
        self._press(f'#lesson [data-focus="form {last.id}"]')
        self._page.until("document.querySelector('#form').checkVisibility()")
        self._press('#lesson [data-focus="back"]')
        self._page.until("document.querySelector('#lesson h3').checkVisibility()")

    def _compare_try(self, one: Try, run_id: str) -> None:
        item = f"document.querySelector('[data-focus=\"try {one.id}\"]').parentElement"
        self._page.until(f"{item}.querySelector(':scope > span').textContent")
        is_reached = self._known.reached(one.id, measured_in(self._lab, run_id))
        shown = self._tab.evaluate(f"Boolean({item}.querySelector('.reached-goal'))")
        assert shown == is_reached, f"{one.id}: the page says {shown}, and it is {is_reached}"

    def _exit(self) -> None:
        if self._settings.exit is None:
            return
        self._tab.fill("#lesson textarea", EXIT)
        self._press('#lesson [data-focus="step predict"]')
        self._press('#lesson [data-focus="step explain"]')
        assert self._tab.input_value("#lesson textarea") == EXIT, "what is written stays"
        self._press('[data-focus="save exit"]')
        self._page.until("document.querySelector('#lesson textarea ~ .send span').textContent")
        assert self._attempt()["exit"]["text"] == EXIT
        self._check("transfer", answered=True)

    def _leave(self) -> None:
        self._press('#lesson [data-focus="leave"]')
        self._page.until(f"{STEP} === undefined")

    # -- what a student does -----------------------------------------------------------------------

    def _press(self, what: str, *, twice: bool = False) -> None:
        element = self._tab.locator(what)
        if self._is_touch:
            element.tap()
        else:
            element.click(click_count=2 if twice else 1)

    def _answer(self, question: Question, value: Any) -> None:
        """Fill in the field of a question."""
        field = f'#lesson [data-question="{question.id}"]'
        match question:
            case Choice():
                place = [option.id for option in question.options].index(value)
                self._press(f"{field} label >> nth={place}")
            case Rank():
                for run in value:
                    self._tab.locator(f"{field} .rank button").filter(
                        has=self._tab.get_by_text(run, exact=True)
                    ).click()
            case Number():
                boxes = self._tab.locator(f"{field} .guess input")
                boxes.first.fill(f"{value:g}" if self._aim == "wrong" else f"{value}")
                if boxes.count() > 1:
                    is_guess = self._aim == "right" or self._is_guess
                    boxes.nth(1).fill(f"{(question.high - question.low) / 20:g}" if is_guess else "0")
            case Sketch():
                for run, heights in value.items():
                    self._page.sketch(run, *heights)
            case Click():
                self._click(question, value)

    def _click(self, question: Click, iteration: int) -> None:
        """Pin an iteration in the chart: near to it with the pointer, and exactly with the arrow keys."""
        chart = {"test_accuracy": "accuracy", "train_accuracy": "accuracy"}.get(
            question.chart, question.chart
        )
        self._tab.locator(f"#chart-{chart}").scroll_into_view_if_needed()
        x, y = self._tab.evaluate(_PLACE, [chart, iteration])
        if self._is_touch:
            self._tab.touchscreen.tap(x, y)
        else:
            self._tab.mouse.click(x, y)
        self._page.until(_PINNED)

    def _ask(self, question: Question) -> None:
        """Answer a question with one try."""
        self._answer(question, self._known.answer(question, self._aim))
        self._press(f'#lesson [data-focus="answer {question.id}"]')

    # -- what the page says ------------------------------------------------------------------------

    def _compare_answer(self, question: Question, step: str, card: str) -> None:
        """The verdict on an answer, and the result."""
        given = self._attempt()[step]["answer"]
        right = self._known.is_right(question, given["value"])
        verdict = "unchecked" if right is None else "right" if right else "wrong"
        shown = self._tab.locator(card).first
        classes = shown.locator(".verdict").get_attribute("class") or ""
        assert classes.split()[-1] == verdict, f"{question.id}: the page says {classes}, and it is {verdict}"
        came = self._known.result_in_words(question)
        if came and not (right and isinstance(question, Choice)):
            said = shown.locator(".answered dd").all_inner_texts()
            assert said[-1] == came, f"{question.id}: the page says {said}, and it is {came}"
        self._assert_aim(question, right)

    def _assert_aim(self, question: Question, right: bool | None) -> None:
        """The walk answered as it meant to."""
        assert right in (None, self._aim == "right"), f"{question.id} was to be answered {self._aim}"

    def _check(self, step: str, *, answered: bool = False) -> None:
        """Look for faults of the page; they are reported at the end of the walk."""
        self._look(f"{step}-answered" if answered else step)
        last = "transfer" if step == "explain" else step  # they come together
        early = texts_after(self._stage, last, answered=answered)
        found = lesson_sight.faults(self._page, early)
        if step == "run" and self._tab.evaluate(STEP) != "run":
            # the runs have ended meanwhile: the texts of the next step are there
            found = [fault for fault in found if not fault.endswith(lesson_sight.SHOWN_EARLY)]
        self._faults += [f"{step}: {fault}" for fault in dict.fromkeys(found)]

    def _attempt(self) -> dict[str, Any]:
        path = f"/api/lessons/{self._lesson.slug}/attempts/newest?language={self._stage.language}"
        attempt: dict[str, Any] = self._lab.http.get(path).raise_for_status().json()
        return attempt
