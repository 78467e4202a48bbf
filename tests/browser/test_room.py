"""A class predicts and votes: what the wall, the projector and a student see, and what no one sees too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.class_lab import ClassLab, running_class
from tests.support.class_page import DESK, PHONE
from tests.support.small_lesson import PREDICTION, SEALED, SLUG, write_lesson


@pytest.fixture
def lab(tmp_path: Any) -> Iterator[ClassLab]:
    with running_class(tmp_path, **write_lesson(tmp_path / "lessons")) as lab:
        yield lab


def test_a_class_predicts_votes_discusses_and_votes_again_and_no_tally_is_seen_too_early(
    lab: ClassLab, sit: Any
) -> None:
    teacher = lab.teacher()
    ada, bob = lab.student("tanuki"), lab.student("mochi")
    ada.http.post(
        f"/api/lessons/{SLUG}/attempts", json={**SEALED, "prediction": {**PREDICTION, "ahead": "slow"}}
    ).raise_for_status()
    wall = sit(teacher, "/wall", **DESK)
    projector = sit(lab.projector(), "/wall", **{**DESK, "locale": "ja-JP"})
    student = sit(bob, "/", **PHONE)
    predictions, projected = wall.page.locator("#predictions"), projector.page.locator("#predictions")
    vote = student.page.locator("#vote")
    expect(predictions).to_be_hidden()

    teacher.http.post("/api/class/show", json={"view": {"kind": "lesson", "lesson": SLUG}}).raise_for_status()
    expect(predictions).to_contain_text("1 of 2 have predicted")
    expect(projected).to_contain_text("2 人中 1 人が予想済み")
    assert predictions.locator(".room-bars").count() == projected.locator(".room-bars").count() == 0
    for seats in (predictions.locator(".room-seats"), projected.locator(".room-seats")):
        expect(seats.locator("span")).to_have_text(["1", "2"])
        expect(seats.locator(".predicted")).to_have_text("1")
    assert violations(projector, within="#predictions") == []
    predictions.get_by_role("button", name="Show").click()
    bars = predictions.locator('[data-question="ahead"] .room-bars dd b')
    expect(bars).to_have_text(["0", "1"])
    for dots in ("final", "reached"):  # a prediction, and what was measured in the runs
        expect(predictions.locator(f'[data-question="{dots}"] .room-dots circle')).to_have_count(1)
    expect(predictions.locator(".room-cloud .thin")).to_have_count(2)
    assert violations(wall, within="#predictions") == []

    # the projector shows them only when the teacher lets it, as not all have predicted
    expect(projected.locator(".room-bars")).to_have_count(0)
    box = predictions.get_by_label("on the projector")
    wall.page.route("**/api/class/show", lambda route: route.abort(), times=1)
    box.click()
    expect(wall.page.locator(".toast")).to_be_visible()
    assert not box.is_checked()  # the server has not got it
    box.check()
    expect(projected.locator('[data-question="ahead"] .room-bars dd b')).to_have_text(["0", "1"])

    predictions.locator('[data-vote="ahead"]').click()
    expect(vote.locator(".vote-option")).to_have_count(2)
    assert violations(student, within="#vote") == []
    vote.locator('[data-option="slow"]').focus()
    student.page.keyboard.press("Enter")
    expect(vote.locator('[data-option="slow"]')).to_have_attribute("aria-pressed", "true")
    expect(predictions).to_contain_text("2 of 2 have voted")
    expect(predictions.locator('[data-question="ahead"]')).to_have_count(0)
    expect(projected).to_contain_text("2 人中 2 人が投票済み")

    predictions.locator('[data-vote="discuss"]').click()
    expect(vote.locator(".vote-option:disabled")).to_have_count(2)
    expect(vote.locator('[data-option="slow"]')).to_have_attribute("aria-pressed", "true")
    predictions.locator('[data-vote="second"]').click()
    vote.locator('[data-option="fast"]').tap()
    expect(vote.locator('[data-option="fast"]')).to_have_attribute("aria-pressed", "true")
    ada.http.post(
        f"/api/lessons/{SLUG}/ballots", json={"question": "ahead", "value": "fast"}
    ).raise_for_status()
    assert predictions.locator(".room-before").count() == projected.locator(".room-before").count() == 0

    predictions.locator('[data-vote="closed"]').click()
    for tally in (vote, predictions, projected):
        expect(tally.locator("dd b").filter(has_text="→")).to_have_text(["0 → 2", "2 → 0"])
    text = projector.page.inner_text("body")
    assert not any(name in text for name in ("tanuki", "mochi"))
    vote.get_by_role("button").click()
    expect(vote).to_be_hidden()
