"""Lessons on the digits, in the page.

Where they end on MNIST is tested in tests/integration/test_bands.py, without a browser.
"""

import pytest
from playwright.sync_api import expect

#: lesson → run → final accuracies (train, test) in per cent, (low, high)
Bands = dict[str, dict[str, tuple[tuple[float, float], tuple[float, float]]]]

#: On the digits the networks and settings are the same, so what a lesson shows must still be seen.
DIGITS: Bands = {
    "2a-optimizers": {
        "SGD": ((8, 15), (8, 15)),
        "Momentum": ((8, 15), (8, 15)),
        "Adam": ((85, 100), (80, 100)),
    },
    "3a-overfitting": {"300 images": ((99.9, 100), (85, 97))},
}


@pytest.fixture
def page(make_lab, open_page, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "nothing"
    lab.restart()
    return open_page(lab)


def test_the_runs_of_a_lesson_reach_their_accuracies_and_show_the_gap(page):
    for slug, expected in DIGITS.items():
        before = set(page.run_ids())
        page.launch_lesson(slug)
        page.until(f"document.querySelectorAll('[data-run]').length === {len(before) + len(expected)}")
        runs = {page.lab.run(run_id)["name"]: run_id for run_id in page.run_ids() if run_id not in before}
        assert runs.keys() == expected.keys()
        for name, run_id in runs.items():
            page.wait_for(run_id, "completed")
            config = page.lab.run(run_id)["config"]
            assert config["dataset"]["name"] == "digits"
            page.wait_for_points(run_id, config["training"]["iterations"])
            latest = page.lab.run(run_id)["latest"]
            for part, (low, high) in zip(("train", "test"), expected[name], strict=True):
                assert low <= 100 * latest[f"{part}_accuracy"] <= high, (slug, name, part, latest)
        # only this lesson's runs are shown, once the answer to the click is here
        shown = "[...new Set(document.getElementById('chart-loss').data.map(t => t.meta.run))].sort().join()"
        page.until(f"{shown} === {','.join(sorted(runs.values()))!r}")

    # the gap of overfitting can be seen, as an area with its size at the end
    page.page.click('[data-chart="accuracy"] [data-option="gap"]')
    page.wait_for_points(run_id, 100, "gap", "accuracy")
    gap = page.trace(run_id, "gap", "accuracy")[-1, 1]
    assert gap > 0.02
    page.until("document.querySelector('#chart-accuracy .trace .js-fill')?.getBBox().height > 5")
    size = f"{100 * gap:.1f}" if 100 * gap < 9.95 else f"{100 * gap:.0f}"
    values = "[...document.querySelectorAll('#chart-accuracy ~ .end-names .end-value:not([hidden])')]"
    page.until(f"{values}.some(e => e.textContent === '{size} points')")


def test_all_lessons_are_in_the_list_by_courses_with_their_questions_and_open_from_there(open_page, lab):
    page = open_page(lab)
    known = lab.http.get("/api/lessons").json()["lessons"]
    page.page.click(".more-lessons summary")
    expect(page.page.locator(".row-lesson")).to_have_count(len(known))
    headings = list(dict.fromkeys(lesson["course"]["en"] for lesson in known))
    expect(page.page.locator(".lesson-list h3")).to_have_text(headings)
    texts = page.page.locator(".row-lesson").all_inner_texts()
    for lesson, text in zip(known, texts, strict=True):
        assert lesson["title"]["en"] in text
        assert lesson["question"]["en"] in text
    page.page.keyboard.press("Escape")
    assert not page.page.evaluate("document.querySelector('.more-lessons').open")

    # also an Escape that comes before the browser has said that the menu is open
    escaped = """() => {
        const menu = document.querySelector('.more-lessons');
        menu.querySelector('summary').click();
        const wasOpen = menu.open;
        const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
        return [wasOpen, document.body.dispatchEvent(escape), menu.open];
    }"""
    assert page.page.evaluate(escaped) == [True, False, False]

    chosen = next(lesson for lesson in known if lesson["section"] == "2b")
    page.open_lesson(chosen["slug"])
    # which lesson is open can be seen, in the closed menu too
    shown = "[...document.querySelectorAll('[data-lesson][aria-current]')].map(e => e.dataset.lesson).join()"
    page.until(f"{shown} === {chosen['slug']!r}")
    expect(page.page.locator(".more-lessons summary")).to_have_text("2b· more")

    page.launch_lesson(chosen["slug"])
    page.until(f"document.querySelectorAll('[data-run]').length >= {len(chosen['runs'])}")
    # the form shows what is trained, and Undo brings back what was in it
    activation = "document.querySelector('[data-field=\"network.activation\"]:checked')?.value"
    page.until(f"{activation} === 'sigmoid'")
    assert not page.page.evaluate("document.querySelector('#form').contains(document.activeElement)")
    page.page.click("#undo")
    page.until(f"{activation} === 'relu'")
    page.until(f"{shown} === ''")
    for run_id in page.run_ids():
        lab.http.delete(f"/api/runs/{run_id}")
