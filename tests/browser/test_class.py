"""An hour of a class in small: its teacher and two students, one of them in Japanese on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility import violations
from tests.support.class_lab import ClassLab, running_class
from tests.support.lab_page import LabPage
from tests.support.waiting import TIMEOUT

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "ja-JP",
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}
#: The code that the boxes show.
BOXES = "[...document.querySelectorAll('.box')].map(box => box.textContent).join('')"
READY = "document.documentElement.dataset.ready === 'true'"


class Seat(LabPage):
    """One person's browser, whatever page of the class it shows."""

    def open(self, path: str = "/") -> None:
        self.page.goto(self.lab.url + path)
        self.until(READY)

    def said(self, field: str) -> str:
        return self.page.inner_text(f"#{field}-said")

    def join(self, code: str, nickname: str) -> None:
        """Join from the page that is open, and wait for the lab's page."""
        self.page.fill("#code", code)
        self.page.fill("#nickname", nickname)
        self.page.press("#nickname", "Enter")
        self.until_ready()

    def in_menu(self, text: str) -> None:
        """Choose an item of the menu at the person's number."""
        self.page.click(".person summary")
        self.page.click(f".person .panel >> text={text}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassLab]:
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


@pytest.fixture
def sit(browser: Browser, lab: ClassLab) -> Iterator[Any]:
    """Opens pages of the class in browsers of their own; none may log an error or ask another host."""
    seats: list[Seat] = []

    def sit(**options: Any) -> Seat:
        context = browser.new_context(**options)
        context.set_default_timeout(1000 * TIMEOUT)
        seats.append(Seat(context.new_page(), lab))
        return seats[-1]

    yield sit
    for seat in seats:
        seat.stop_listening()
        seat.page.context.close()
    assert [error for seat in seats for error in seat.errors] == []
    assert [url for seat in seats for url in seat.foreign_requests] == []


def test_a_code_is_typed_pasted_or_scanned_and_what_is_wrong_stands_beside_its_field(sit, lab):
    code = lab.code
    desk = sit(**DESK)
    page = desk.page
    assert page.url == f"{lab.url}/join"
    # by keyboard: digits of any width, and what is no digit is left out
    wide = "".join(chr(ord(digit) - ord("0") + ord("\uff10")) for digit in code)
    page.focus("#code")
    page.keyboard.insert_text(f" {wide[:3]} x{wide[3:5]}")
    assert desk.page.evaluate(BOXES) == code[:5]
    wrong = str((int(code[5]) + 1) % 10)
    page.keyboard.type(wrong)
    desk.until("document.querySelector('#code-field.wrong')")
    assert desk.said("code") == "No class has this code."
    assert page.get_attribute("#code", "aria-invalid") == "true"
    assert violations(desk) == []
    page.keyboard.press("Backspace")
    assert desk.said("code") == "Six digits, shown by your teacher"
    page.keyboard.type(code[5])
    desk.until("document.querySelector('#code-field.right')")
    assert desk.said("code") == "Class 1-B"
    assert page.evaluate("document.activeElement.id") == "nickname"
    page.keyboard.press("Enter")
    assert desk.said("nickname") == "Enter a nickname."
    # a whole code replaces what is there
    page.focus("#code")
    page.evaluate(
        """(text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }""",
        f"{code[:3]} {wrong * 3}",
    )
    desk.until("document.querySelector('#code-field.wrong')")
    assert page.evaluate(BOXES) == code[:3] + wrong * 3

    # the address of the QR code, in the other language; the address has the code no more, and the history neither
    phone = sit(**PHONE)
    phone.page.goto(f"{lab.url}/join#{code}")
    phone.until("document.querySelector('#code-field.right')")
    assert phone.page.url == f"{lab.url}/join"
    assert phone.said("code") == "クラス 1-B"
    assert violations(phone) == []
    phone.page.click("#submit")
    assert phone.said("nickname") == "ニックネームを入力してください。"
    phone.page.click('[data-language="en"]')
    phone.until("document.querySelector('#nickname-said').textContent === 'Enter a nickname.'")
    assert phone.said("code") == "Class 1-B"
    phone.page.set_viewport_size({"width": 844, "height": 390})
    assert phone.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
