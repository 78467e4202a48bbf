"""The lab's page in a browser, as a student has it."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import CDPSession, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError

from tests.support.chromium import OWN_HOST
from tests.support.tabs import leave
from tests.support.waiting import TIMEOUT

#: How the browser's message on a request begins that was refused, or that reached no server. A page reports its own.
FAILED_REQUEST = "Failed to load resource"
#: What the browser says on a machine so busy that the first paint, or the answer to a handshake, takes seconds. A page
#: that has waited too long for a socket closes it and polls.
IGNORED_MESSAGES = (
    "was preloaded using link preload but not used",
    "WebSocket is closed before the connection is established",
)


#: Looks every 20 ms for at most a second, in the page: to ask it each time takes five times the work.
#: A page with a clock of its test's own looks once.
_LOOK = """new Promise((resolve) => {
  const isClockReal = String(setTimeout).includes("[native code]");
  const end = performance.now() + 1000;
  const look = async () => {
    let value = null;
    try { value = await (%s); } catch {}
    if (value || !isClockReal || performance.now() > end) resolve(value);
    else setTimeout(look, 20);
  };
  look();
})"""


#: What the form says where a launch brings no run.
_FORM_STATE = """({
    errors: [...document.querySelectorAll(".form .error:not(:empty)")].map(error => error.textContent),
    button: document.getElementById("launch").textContent,
    isDisabled: document.getElementById("launch").disabled,
})"""


#: Drags a file over the page, or drops it there.
_DRAG = """([name, text, type]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
}"""


class HasAddress(Protocol):
    """A lab, or a proxy in front of one."""

    @property
    def url(self) -> str: ...


class LabPage:
    """The lab's page in a tab. Keeps the errors in its console, and its requests to other hosts.

    Requests to other hosts fail in this browser (see `tests.support.chromium`), so the console has them all. To be told
    of every request instead would make a page a fifth more expensive to open.
    """

    def __init__(self, tab: Page, lab: HasAddress, *, opened: bool = True) -> None:
        """`opened`: whether the lab's page is opened at once; otherwise the test opens an address."""
        self.page = tab
        self.lab = lab
        self.errors: list[str] = []
        self.foreign_requests: list[str] = []
        self._first: CDPSession | None = None  # has the script that runs first
        tab.on("pageerror", self._keep_error)
        tab.on("console", self._keep_message)
        if opened:
            self.open()

    def run_first(self, script: str) -> None:
        """From now on, run a script in each new document before the page's own scripts, in place of an earlier one.

        It is gone when the tab is given back; one that Playwright adds would stay in it.
        """
        self._drop_first()
        self._first = self.page.context.new_cdp_session(self.page)
        self._first.send("Page.enable")
        self._first.send("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def _drop_first(self) -> None:
        if self._first is not None:
            self._first.detach()
            self._first = None

    def stop_listening(self) -> None:
        with contextlib.suppress(PlaywrightError):  # the test may have closed the tab
            self._drop_first()
        self.page.remove_listener("pageerror", self._keep_error)
        self.page.remove_listener("console", self._keep_message)

    def _keep_error(self, error: PlaywrightError) -> None:
        self.errors.append(str(error))

    def _keep_message(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or any(text in message.text for text in IGNORED_MESSAGES):
            return
        if not message.text.startswith(FAILED_REQUEST):
            self.errors.append(message.text)
        elif urlsplit(url := message.location["url"]).hostname not in (
            OWN_HOST,
            urlsplit(self.lab.url).hostname,
            None,
        ):
            self.foreign_requests.append(url)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.lab.url.rstrip("/") + path)
        self.until_ready()

    def leave(self) -> None:
        """Go to an empty page, so that what comes next is loaded anew, also if it differs only after its #.

        The page goes there by itself, as by a link. If the browser sent it, the tab would get a new process.
        """
        leave(self.page)

    def until_ready(self) -> None:
        """Wait until the page can be used, and its first chart is drawn."""
        self.until(
            "document.documentElement.dataset.ready === 'true' && !!document.querySelector('#charts .main-svg')"
        )

    def until(self, expression: str, timeout: float = TIMEOUT) -> Any:
        """Wait until a JavaScript expression is true. (Playwright's `wait_for_function` needs unsafe-eval.)

        An expression that fails, because something is not drawn yet, counts as not true yet.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with contextlib.suppress(PlaywrightError):  # as when the page is left
                if value := self.page.evaluate(_LOOK % expression):
                    return value
            time.sleep(0.02)
        value = self.page.evaluate(expression)  # or raises the expression's error
        raise AssertionError(f"{value!r} is not true within {timeout:.0f} s: {expression}")

    # -- actions of a student -----------------------------------------------------------------------

    def address(self) -> str:
        """The page's address with the last change in it. The page writes it at the latest when it is left."""
        self.page.evaluate("dispatchEvent(new Event('pagehide'))")
        return str(self.page.evaluate("location.pathname + location.hash"))

    def fill(self, **fields: Any) -> None:
        """Type into fields by their names, `__` for a dot: `fill(training__iterations=2000)`."""
        for name, value in fields.items():
            self.page.fill(f'[name="{name.replace("__", ".")}"]', str(value))

    def choose(self, field: str, value: str) -> None:
        """Choose an option of a list, or of buttons side by side."""
        segment = self.page.locator(f'input[type="radio"][data-field="{field}"][value="{value}"]')
        if segment.count():
            segment.check()
        else:
            self.page.select_option(f'select[name="{field}"]', value)

    def chosen(self, field: str) -> str:
        """The chosen one of buttons side by side."""
        return self.page.locator(f'input[type="radio"][data-field="{field}"]:checked').input_value()

    def switch_to(self, language: str) -> None:
        """Show the page in "en" or "ja", by its button, which is hidden while the page is in that language."""
        shown = f"document.documentElement.lang === '{language}'"
        if not self.page.evaluate(shown):
            self.page.click(f'[data-language="{language}"]')
            self.until(shown)

    def drop_file(self, name: str, text: str) -> None:
        """Drag a file over the page until it says where files may be dropped, and drop it."""
        self.page.evaluate(_DRAG, [name, text, "dragover"])
        self.page.wait_for_selector(".veil:popover-open")
        self.page.evaluate(_DRAG, [name, text, "drop"])

    def open_lesson(self, slug: str) -> None:
        """Open a lesson by its button, or in the menu, and wait until it is there."""
        button = self.page.locator(f'[data-lesson="{slug}"]').first
        if not button.is_visible():
            self.page.click(".more-lessons summary")
        button.click()
        self.until(
            "document.querySelector('#lesson-launch, #lesson .outcome, #lesson .run-step')?.checkVisibility()"
        )

    def sketch(self, run: str, *heights: float) -> None:
        """Draw the curve of a run that an open lesson asks for, through these heights from left to right: 0 is the foot
        of the chart, 1 its top."""
        pen = self.page.locator(f'#lesson .pen[data-pen="{run}"]')
        if pen.get_attribute("aria-pressed") != "true":
            pen.click()
        field = self.page.locator(".sketch-field")
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert box is not None
        for index, height in enumerate(heights):
            share = index / (len(heights) - 1)
            x = box["x"] + 2 + share * (box["width"] - 4)
            self.page.mouse.move(x, box["y"] + (1 - height) * box["height"])
            if index == 0:
                self.page.mouse.down()
        self.page.mouse.up()

    def launch_lesson(self, slug: str) -> None:
        """Launch the runs of a lesson without a prediction, as a teacher may; the lesson is closed then."""
        self.open_lesson(slug)
        self.page.click('#lesson [data-focus="menu"]')
        self.page.click("#lesson .panel [data-launches]")
        self.until("!document.querySelector('.lab').dataset.lesson")

    def press_launch(self) -> str:
        """Launch, and return the new run's id once it is in the list."""
        before = set(self.run_ids())
        self.page.click("#launch")
        try:
            launched = self.until(
                f"[...document.querySelectorAll('[data-run]')].map(e => e.dataset.run)"
                f".find(id => !{sorted(before)!r}.includes(id))"
            )
        except AssertionError as error:
            error.add_note(f"the form: {self.page.evaluate(_FORM_STATE)}")
            raise
        return str(launched)

    def run_ids(self) -> list[str]:
        return list(
            self.page.evaluate("[...document.querySelectorAll('[data-run]')].map(e => e.dataset.run)")
        )

    def status(self, run_id: str) -> str | None:
        return self.page.get_attribute(f'[data-run="{run_id}"]', "data-status")

    def wait_for(self, run_id: str, status: str) -> None:
        self.until(f"document.querySelector('[data-run=\"{run_id}\"]')?.dataset.status === '{status}'")

    # -- what the page shows -----------------------------------------------------------------------

    def trace(self, run_id: str, series: str, chart: str = "loss") -> np.ndarray:
        """The points (rows, 2) of a curve in a Plotly figure; no rows where it is not drawn."""
        points = self.page.evaluate(
            """([chart, run, series]) => {
                const traces = document.getElementById(`chart-${chart}`).data ?? [];
                const trace = traces.find(t => t.meta.run === run && t.meta.series === series);
                return trace ? [[...trace.x], [...trace.y].map(String)] : [[], []];
            }""",
            [chart, run_id, series],
        )
        return np.stack([np.float64(points[0]), np.float64(points[1])], axis=1)

    def wait_for_iteration(self, run_id: str, iteration: int) -> None:
        """Wait until the curve of the loss is drawn up to this iteration, or beyond it."""
        self.until(
            f"(document.getElementById('chart-loss').data ?? []).some(t => t.meta.run === '{run_id}'"
            f" && t.meta.series === 'loss' && (t.x.at(-1) ?? 0) >= {iteration})"
        )

    def wait_for_points(self, run_id: str, count: int, series: str = "loss", chart: str = "loss") -> None:
        """Wait until a curve is drawn with this many points or more.

        For a short run only. Of a long one, not every row is a point: when it has 3,000 of a million iterations, four
        points are drawn, as all its rows lie within a pixel or two.
        """
        self.until(
            f"(document.getElementById('chart-{chart}').data ?? []).some(t => t.meta.run === '{run_id}'"
            f" && t.meta.series === '{series}' && t.x.length >= {count})"
        )
