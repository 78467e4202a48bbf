"""An hour of a class in small: its teacher and two students, one of them in Japanese on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessibility import violations
from tests.support.class_lab import ClassLab, PersonClient, running_class
from tests.support.class_page import DESK, PHONE, ClassPage
from tests.support.tabs import Tabs
from tests.support.waiting import wait_until

#: What a browser says itself of a socket of a person who was removed.
REFUSED_SOCKET = "Error during WebSocket handshake: Unexpected response code: 40"
#: The code that the boxes show.
BOXES = "[...document.querySelectorAll('.box')].map(box => box.textContent).join('')"


class Seat(ClassPage):
    """The browser of one person."""

    def said(self, field: str) -> str:
        return self.page.inner_text(f"#{field}-said")

    def in_menu(self, text: str) -> None:
        """Choose an item of the menu at the person's number."""
        self.page.click(".person summary")
        self.page.click(f".person .panel >> text={text}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassLab]:
    with running_class(tmp_path_factory.mktemp("class")) as lab:
        yield lab


@pytest.fixture
def sit(tabs: Tabs, lab: ClassLab) -> Iterator[Any]:
    """Opens pages of the class in browsers of their own; none may log an error or ask another host."""
    seats: list[tuple[Seat, dict[str, Any]]] = []

    def sit(**options: Any) -> Seat:
        seats.append((Seat(tabs.borrow(**options), lab), options))
        return seats[-1][0]

    yield sit
    for seat, options in seats:
        seat.stop_listening()
        tabs.give_back(seat.page, lab.url, **options)
    errors = [error for seat, _ in seats for error in seat.errors]
    assert [error for error in errors if REFUSED_SOCKET not in error] == []
    assert [url for seat, _ in seats for url in seat.foreign_requests] == []


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

    # after too many wrong codes, which other people may have sent, it is checked again by itself
    slow = {"code": "too_many_codes", "message": "", "field": "code", "bounds": {"seconds": 1}}
    page.route("**/check", lambda route: route.fulfill(status=429, json={"error": slow}), times=1)
    page.evaluate(
        """(code) => {
        const field = document.getElementById('code');
        field.value = code;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        document.getElementById('nickname').focus(); // before the answer comes
    }""",
        code,
    )
    desk.until("document.querySelector('#code-said').textContent.includes('Try again in 1 s.')")
    assert page.evaluate("document.activeElement.id") == "nickname"
    desk.until("document.querySelector('#code-field.right')")

    # the address of the QR code, in the other language; the code is no longer in the address, nor in the history
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

    # a browser without cookies would be sent to this page again and again: it says what is wrong instead
    phone.page.route(
        re.compile("/api/class(/join)?$"),
        lambda route: route.fulfill(json={"name": "1-B", "ended": False, "role": None}),
    )
    phone.page.fill("#nickname", "lemon")
    phone.page.click("#submit")
    phone.until("document.querySelector('#general-said').textContent.includes('cookies')")
    assert phone.page.url == f"{lab.url}/join"
    # nor does a link that opens nothing: it says so, and is gone from the address
    phone.page.evaluate("location.hash = '#teacher=of-another-class'")
    phone.until("document.querySelector('#notice').textContent.includes('does not open the class')")
    assert phone.page.url == f"{lab.url}/join"
    # also if it is the texts that do not come, it says in its language what is wrong
    phone.page.route("**/i18n/class.ja.json*", lambda route: route.abort())
    phone.page.goto(f"{lab.url}/join?lang=ja")
    phone.until(
        "document.querySelector('#general-said').textContent.startsWith('ラボから応答がありません。')"
    )


#: What the list says of a run: its marks, and the buttons that are there.
ENTRY = """(id) => {
    const entry = document.querySelector(`[data-run="${id}"]`);
    const buttons = [...entry.querySelectorAll('.star, .actions button')].filter((e) => !e.hidden);
    const visible = buttons.filter((e) => e.checkVisibility({ visibilityProperty: true }));
    return [entry.querySelector('.owner')?.title ?? '', visible.map((e) => e.title).sort()];
}"""
LOCKED = "document.querySelector('#launch').disabled"
#: For each further button that launches runs: whether it is locked, and its title.
LAUNCHING = (
    "[...document.querySelectorAll('[data-launches]')].map((e) => [e.ariaDisabled === 'true', e.title])"
)
BANNER = "document.querySelector('.class-banner:not([hidden])')?.textContent ?? ''"


def drawn(page: Seat) -> str:
    """An expression: the ids of the runs whose curves are drawn, sorted."""
    return "[...new Set(document.getElementById('chart-loss').data.map(t => t.meta.run))].sort().join()"


def test_an_hour_of_a_class(sit, lab):
    teacher = lab.teacher()
    code = lab.code

    # a student on a phone: the QR code, a nickname, and the own curve after one tap more
    phone = sit(**PHONE)
    phone.page.goto(f"{lab.url}/join#{code}")
    phone.until("document.querySelector('#code-field.right')")
    phone.page.fill("#nickname", "れもん")
    phone.page.tap("#submit")
    phone.until_ready()
    assert phone.me == "1 れもん"
    phone.page.tap("#launch")
    mine = phone.until("document.querySelector('[data-run]')?.dataset.run")
    phone.wait_for_points(mine, 20)
    assert phone.page.locator("#chart-loss").is_visible()

    # another one at a desk sees nothing of it
    desk = sit(**DESK)
    desk.join(code, "Ada <b>")
    assert desk.me == "2 Ada <b>"
    assert desk.run_ids() == []
    desk.choose("dataset.name", "digits")
    desk.fill(training__iterations=20)
    hers = desk.press_launch()
    desk.wait_for(hers, "completed")

    # shared from the list, it can be seen, with its owner's number; not changed
    desk.page.hover(f'[data-run="{hers}"]')
    desk.page.click(f'[data-run="{hers}"] .share')
    desk.until(f"document.querySelector('[data-run=\"{hers}\"] .owner')?.title === 'Shared with the class'")
    assert desk.page.evaluate("document.activeElement.title") == "Stop sharing"
    phone.until(f"document.querySelector('[data-run=\"{hers}\"]')")
    assert phone.page.evaluate(ENTRY, hers) == ["2 番 が共有", ["もう一度実行"]]
    assert phone.page.evaluate(drawn(phone)) == mine
    phone.page.focus(f'[data-run="{hers}"] .run-name')
    for key in ("Delete", "F2"):
        phone.page.keyboard.press(key)
    assert phone.page.locator(".rename").count() == 0
    assert set(phone.run_ids()) == {mine, hers}
    phone.page.tap(f'[data-run="{hers}"] .run-name')
    phone.until("document.querySelector('.run-owner')?.textContent === '2 番 が共有'")
    assert phone.page.locator(".details-foot > button:visible").all_inner_texts() == ["複製して編集"]
    assert phone.page.evaluate(
        "[...document.querySelectorAll('.run-details textarea')].every(e => e.readOnly)"
    )
    refused = phone.page.evaluate(
        f"fetch('api/runs/{hers}', {{ method: 'DELETE' }}).then((answer) => answer.status)"
    )
    assert refused == 403
    assert violations(phone, within="#results") == []

    # shared as one thing, with the number of who shares it: opened on another page, and left again
    desk.page.evaluate("location.hash += '&at=2@10'")
    desk.until("document.documentElement.hasAttribute('data-moment')")
    desk.page.click("#share-view")
    shared = "document.querySelector('.shared-list li')?.innerText.replace(/\\s+/g, ' ').trim()"
    desk.until(f"({shared})?.startsWith('You ') && ({shared}).endsWith(' at iteration 10')")
    phone.until(f"({shared})?.startsWith('2 ') && ({shared}).endsWith('（反復 10）')")
    phone.page.tap(".shared-list .row-link")
    phone.until(f"{drawn(phone)} === '{hers}' && document.documentElement.hasAttribute('data-moment')")
    phone.page.tap(".toast button")
    phone.until(f"{drawn(phone)} === '{mine}' && !document.documentElement.hasAttribute('data-moment')")
    assert violations(phone, within=".shared-views") == []
    desk.page.click(".shared-list .icon-button")
    phone.until("document.querySelector('.shared-views').hidden")
    desk.page.evaluate("location.hash = ''")

    # the teacher's page of the lab has all, with whose they are
    office = sit(**DESK)
    office.page.goto(f"{lab.url}/join#teacher={lab.secret}")
    office.until("location.pathname === '/wall'")
    office.page.click("#to-lab")
    office.until_ready()
    assert office.page.get_attribute(".wall-link", "href") == "wall"
    office.until("document.querySelectorAll('[data-run] .owner').length === 2")
    assert office.page.evaluate(ENTRY, hers)[0] == "Shared by 2 Ada <b>"
    office.page.fill("#run-search", "owner:れもん")
    office.until(f"[...document.querySelectorAll('[data-run]')].map(e => e.dataset.run).join() === '{mine}'")

    # a hand
    phone.page.tap(".parts .hand")
    people = wait_until(lambda: hands(teacher), "a hand is up")
    assert people == [1]
    assert phone.page.locator(".parts .hand.on").inner_text() == "手を下ろす"
    teacher.http.patch(f"/api/class/people/{person(teacher, 1)}", json={"hand": False}).raise_for_status()
    phone.until("document.querySelector('.parts .hand:not(.on)').textContent === '手を挙げる'")

    # held: nothing can be launched, and the pages say why
    desk.open_lesson("1a-vanishing-gradient")
    assert desk.page.locator("#lesson .panel [data-launches]").count() == 0  # a student predicts first
    teacher.http.post("/api/class/hold", json={"held": True}).raise_for_status()
    for seat, words in ((desk, "Launching is held"), (phone, "学習を開始できません")):
        seat.until(LOCKED)
        assert words in seat.page.evaluate(BANNER)
    assert desk.page.inner_text("#launch").startswith("Held by your teacher")
    desk.until(
        f"({LAUNCHING}).every(([locked, title]) => locked && title.startsWith('Held by your teacher'))"
    )
    assert len(desk.page.evaluate(LAUNCHING)) > 1
    desk.page.click("#lesson-launch", force=True)
    desk.until("document.querySelector('.toast:not([hidden])')?.textContent === 'Held by your teacher'")
    assert desk.run_ids() == [hers]
    buttons = len(desk.page.evaluate(LAUNCHING))
    desk.page.fill("#run-search", "no such run")  # takes the run with its buttons out of the document
    desk.until(f"({LAUNCHING}).length < {buttons}")
    teacher.http.post("/api/class/hold", json={"held": False}).raise_for_status()
    desk.until(f"!({LOCKED}) && ({BANNER}) === ''")
    desk.page.fill("#run-search", "")
    desk.until(f"({LAUNCHING}).length === {buttons}")
    assert not any(locked or "Held" in title for locked, title in desk.page.evaluate(LAUNCHING))
    desk.page.click("#lesson [data-focus=leave]")

    # shown to all, also in a second tab: the run of another person, which is not shared, until it is released
    tab = Seat(desk.page.context.new_page(), lab)
    tab.until_ready()
    assert tab.me == "2 Ada <b>"
    office.page.click(f'[data-run="{mine}"] .swatch')
    office.page.evaluate("location.hash += '&at=1@10'")
    office.until("document.documentElement.hasAttribute('data-moment')")
    office.page.click("#show-to-all")
    desk.until(f"{drawn(desk)} === '{mine}' && document.documentElement.hasAttribute('data-moment')")
    desk.until(f"({BANNER}).includes('at iteration 10 to everyone.')")
    desk.page.reload()
    desk.until_ready()
    desk.until(f"{drawn(desk)} === '{mine}'")
    assert desk.page.evaluate(ENTRY, mine) == ["Launched by number 1 · Shown to all now", ["run again"]]
    tab.until(f"{drawn(tab)} === '{mine}'")
    phone.until("document.querySelector('#chart-loss').getBoundingClientRect().top < innerHeight / 2")
    assert office.page.inner_text("#show-to-all") == "Stop showing"
    office.page.click("#show-to-all")
    tab.until(f"{drawn(tab)} === '{hers}'")
    desk.until(f"{drawn(desk)} === '{hers}' && !document.documentElement.hasAttribute('data-moment')")
    desk.until(f"!document.querySelector('[data-run=\"{mine}\"]') && ({BANNER}) === ''")

    # a lesson opens on every student's page, with a way back; it stays when it is no longer shown
    office.open_lesson("2a-optimizers")
    office.page.click("#show-to-all")
    title = "document.querySelector('#lesson h2')?.textContent"
    desk.until(f"{title} === '2a Optimizers' && document.querySelector('#lesson-launch')")
    phone.until(f"{title} === '2a 最適化手法'")
    desk.until("document.querySelector('.lesson-head .quiet')?.textContent.includes('Predict')")
    assert violations(desk, within=".class-banner") == []
    desk.page.click(".class-banner .toggle")
    desk.until(f"!{title}")
    assert desk.page.inner_text(".class-banner .toggle") == "Back to the lesson"
    desk.page.click(".class-banner .toggle")
    desk.until(f"{title} === '2a Optimizers'")
    desk.page.click("#lesson [data-focus=leave]")
    desk.until("document.querySelector('.class-banner .toggle').textContent === 'Back to the lesson'")
    office.page.click("#show-to-all")
    phone.until(f"{title} === '2a 最適化手法' && ({BANNER}) === ''")
    phone.page.tap("#lesson [data-focus=leave]")
    phone.until(f"!{title}")

    # the curves of all on the students' pages, and the own one over them, as long as the teacher lets them see it
    teacher.http.patch("/api/class", json={"cloud": True}).raise_for_status()
    cloud = "document.querySelector('#class-cloud:not([hidden])')"
    desk.until(f"{cloud}?.querySelectorAll('.cloud-thin path[d]').length === 2")
    desk.until(f"{cloud}.querySelectorAll('.cloud-chosen path').length === 1")
    phone.until(f"{cloud}?.querySelector('.cloud-name').textContent === '自分'")
    assert violations(desk, within="#class-cloud") == []
    teacher.http.patch("/api/class", json={"cloud": False}).raise_for_status()
    desk.until("document.querySelector('#class-cloud').hidden")

    # renamed; and the same person in a second tab, and with another code
    teacher.http.patch(f"/api/class/people/{person(teacher, 2)}", json={"nickname": "Ada"}).raise_for_status()
    desk.until("document.querySelector('.person summary').textContent === '2 Ada'")
    teacher.http.post("/api/class/code").raise_for_status()
    desk.page.reload()
    desk.until_ready()
    assert desk.me == tab.me == "2 Ada"
    tab.page.close()

    # another device, by three words
    desk.in_menu("Recovery phrase")
    desk.page.click("dialog .main")
    desk.until("document.querySelector('.phrase').textContent")
    # the answer is lost on its way: the phrase that was shown may not be the newest one any more
    desk.page.route("**/me/phrase", lambda route: route.abort(), times=1)
    desk.page.click("dialog .main")
    desk.until("document.querySelector('dialog .error').textContent")
    assert desk.page.text_content(".phrase") == ""
    desk.page.click("dialog .main")
    words = desk.until("document.querySelector('.phrase').textContent")
    assert len(words.split()) == 3
    desk.page.keyboard.press("Escape")
    device = sit(**DESK)
    device.page.click("#other-way")
    device.page.fill("#code", code)
    device.until("document.querySelector('#code-field.wrong')")  # this one was renewed
    device.page.fill("#code", lab.code)
    device.until("document.querySelector('#code-field.right')")
    device.page.fill("#phrase", "one two three")
    device.page.press("#phrase", "Enter")
    device.until("document.querySelector('#phrase-field.wrong')")
    device.page.fill("#phrase", words.upper())
    device.page.press("#phrase", "Enter")
    device.until_ready()
    assert device.me == "2 Ada"
    device.until(f"document.querySelector('[data-run=\"{hers}\"]')")

    # the own work as a file; then leaving, in one browser only
    device.page.click(".person summary")
    file = "document.querySelector('.person .panel a[download]')"
    assert device.page.evaluate(f"{file}.textContent") == "My work as a file"
    exported = device.page.evaluate(f"fetch({file}.href).then((answer) => answer.json())")
    (own,) = exported["runs"]
    assert own["name"] == teacher.http.get(f"/api/runs/{hers}").json()["name"]
    assert own["config"]["training"]["iterations"] == 20
    device.page.click(".person .panel >> text=Leave")
    device.page.click("dialog .main")
    device.until("document.querySelector('#notice').textContent.includes('You have left the class.')")
    assert desk.me == "2 Ada"

    # removed: the page says so, does not go round in circles, and the code does not help
    removed = teacher.http.patch(f"/api/class/people/{person(teacher, 1)}", json={"removed": True})
    removed.raise_for_status()
    phone.until("document.querySelector('#notice').textContent.includes('このクラスから外れました')")
    phone.open()
    assert phone.page.url == f"{lab.url}/join"
    phone.page.fill("#code", lab.code)
    phone.page.fill("#nickname", "みかん")
    phone.page.tap("#submit")
    phone.until("document.querySelector('.act.wrong')")


def hands(teacher: PersonClient) -> list[int]:
    """The numbers of the students whose hands are up."""
    people = teacher.http.get("/api/class/people").json()["people"]
    return [person["number"] for person in people if person["hand_at"]]


def person(teacher: PersonClient, number: int) -> str:
    """The id of the student with a number."""
    people = teacher.http.get("/api/class/people").json()["people"]
    return next(str(person["id"]) for person in people if person["number"] == number)
