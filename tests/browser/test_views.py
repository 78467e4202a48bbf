"""The cards that show what is inside of networks have the numbers of the engine, live and past, by mouse and keys."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.support.seen_views import decode_view


def seen(lab, run_id, iteration, view, **options):
    """The facts and arrays of a view, as the lab gives them."""
    path = f"/api/runs/{run_id}/moments/{iteration}/views/{view}"
    answer = lab.http.get(path, params={"options": json.dumps(options)})
    header, arrays = decode_view(answer.raise_for_status().content)
    return header["facts"], arrays


def open_cards(page, lab, run_id, *cards, at=None):
    """A page with a chart and with cards of one run."""
    number = lab.run(run_id)["number"]
    moment = "" if at is None else f"&at={number}@{at}"
    page.page.goto(f"{lab.url}/#runs={number}&charts={','.join(['loss', *cards])}{moment}")
    page.page.reload()
    page.until_ready()


@pytest.fixture
def lab(lab_with_runs):
    return lab_with_runs


def test_the_confusion_matrix_shows_the_images_of_a_cell_to_mouse_and_keys(open_page, lab):
    page = open_page(lab)
    run_id = lab.ids[0]
    open_cards(page, lab, run_id, "view.confusion")
    card = page.page.locator('[data-chart="view.confusion"]')
    facts, arrays = seen(lab, run_id, 40, "confusion", part="test")
    most = facts["commonest"]
    words = f"{most['truth']} taken for {most['predicted']}: {most['count']} of {most['of']}"
    expect(card.locator(".view-says")).to_have_text(words)
    expect(card.locator(".view-foot")).to_contain_text(f"{100 * facts['accuracy']:.2f}%")
    shares = [f"{100 * one['accuracy']:.1f}%" for one in facts["classes"]]
    expect(card.locator(".confusion-side .bar-row b")).to_have_text(shares)

    matrix = card.locator(".matrix")
    matrix.focus()
    for key, times in (("ArrowDown", most["truth"]), ("ArrowRight", most["predicted"])):
        for _ in range(times):
            matrix.press(key)
    expect(card.locator(".view-foot")).to_contain_text(words)
    matrix.press("Enter")
    expect(card.locator(".confusion-heading")).to_contain_text(words)
    _, mistakes = seen(
        lab, run_id, 40, "mistakes", truth=most["truth"], predicted=most["predicted"], count=40
    )
    sure = [f"{100 * p[most['predicted']]:.0f}%" for p in mistakes["probabilities"]]
    examples = card.locator(".example")
    expect(examples).to_have_text(sure)
    pixels = examples.first.locator("canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
        ".filter((_, i) => i % 4 === 0)"
    )
    assert pixels == mistakes["images"][0].ravel().tolist()
    examples.first.focus()
    expect(card.locator(".example-large")).to_contain_text(f"No. {mistakes['indices'][0] + 1:,}")
    assert violations(page, within='[data-chart="view.confusion"]') == []
    assert f"cell={most['truth']}-{most['predicted']}" in page.address()
    matrix.focus()
    matrix.press("Enter")
    expect(examples).to_have_count(0)

    # at a past moment, a click on the first cell: the images that the network is least sure of
    open_cards(page, lab, run_id, "view.confusion", at=10)
    facts, arrays = seen(lab, run_id, 10, "confusion", part="test")
    right, of = int(arrays["counts"][0, 0]), facts["classes"][0]["count"]
    expect(card.locator(".view-foot")).to_contain_text(f"{100 * facts['accuracy']:.2f}%")
    matrix.click(position={"x": 38, "y": 5})
    expect(card.locator(".confusion-heading")).to_have_text(
        re.compile(f"0 recognized: {right} of {of}.*least sure first")
    )
    page.page.get_by_role("button", name="accuracy per class").click()
    page.page.get_by_role("button", name="worst mistakes").click()
    expect(examples.first).to_contain_text("→")
    assert page.errors == []
