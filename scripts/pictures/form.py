"""The form's pictures: an empty lab, lessons, the builder, several values, wrong values, a missing data set."""

from __future__ import annotations

import math
import random

from scripts.pictures.studio import Studio, scene
from tests.support.lab_page import LabPage

FORM = ".form"


@scene("lab-empty", "lessons", "help", "keys", "look-data", "look-network")
def first(studio: Studio) -> None:
    """An empty lab, and what opens from its form: lessons, help, keys, data and network to look at."""
    lab = studio.lab()
    for page, ending in studio.both(lab):
        studio.save(page, f"lab-empty{ending}")
        page.page.click(".more-lessons summary")
        page.page.wait_for_selector(".lesson-list")
        studio.save(page, f"lessons{ending}", ".lessons", ".more-lessons .card")
        page.page.keyboard.press("Escape")
        page.page.click("#help")
        page.page.locator("dialog .segments label").nth(1).click()
        page.page.wait_for_selector("dialog .glossary dd")
        studio.save(page, f"help{ending}", "dialog")
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("?")
        page.page.wait_for_selector("dialog .keys")
        studio.save(page, f"keys{ending}", "dialog")
        page.page.keyboard.press("Escape")
        page.page.click("#look-data")
        page.until("document.querySelector('dialog .data-view')?.dataset.shown")
        studio.save(page, f"look-data{ending}", "dialog")
        page.page.keyboard.press("Escape")
        page.choose("network.preset", "simple_convnet")
        page.until("document.querySelectorAll('.layer-summary li').length === 6")
        page.page.click("#look-network")
        page.until("document.querySelector('dialog table')")
        studio.save(page, f"look-network{ending}", "dialog")


@scene("own-data")
def own_data(studio: Studio) -> None:
    """What is understood of a table of leaves, with a rare class and two rows that cannot be read."""
    draw = random.Random(1)
    kinds = {"oak": (62, 104, 9), "maple": (97, 88, 14), "ginkgo": (71, 49, 22)}
    rows = [
        f"{draw.gauss(width, 8):.1f};{draw.gauss(length, 9):.1f};{draw.gauss(stalk, 3):.1f};{kind};{place}"
        for kind, (width, length, stalk), count in zip(kinds, kinds.values(), (64, 58, 21), strict=True)
        for place in draw.choices(("park", "school yard"), k=count)
    ]
    draw.shuffle(rows)
    lines = ["width (mm);length (mm);stalk (mm);tree;found", *rows, "?;80.1;12.0;oak;park", ";;;;"]
    for page, ending in studio.both(studio.lab()):
        page.drop_file("leaves.csv", "\n".join(lines))
        page.page.wait_for_selector(".own-preview")
        page.page.check('[data-column="tree"] input[type=radio]')
        page.page.wait_for_selector('[data-class="ginkgo"]')
        studio.save(page, f"own-data{ending}", "dialog")


@scene("lesson", "lesson-explained")
def lesson(studio: Studio) -> None:
    """The first step of a lesson with a whole prediction, and its last one with the result."""
    lab = studio.lab()
    slug = "1a-vanishing-gradient"
    newest = f"/api/lessons/{slug}/attempts/newest"
    for page, ending in studio.both(lab):
        page.open_lesson(slug)
        # the other language's page has played it
        if lab.http.get(f"{newest}?language=en").status_code == 200:
            page.page.click("#lesson [data-focus='menu']")
            page.page.locator("#lesson .panel button").first.click()
            page.page.wait_for_selector("#lesson-launch")
        page.page.locator("#lesson .options:not(.certainty) input").nth(1).check()
        page.page.locator("#lesson .certainty input").nth(1).check()
        times = [place / 20 for place in range(21)]
        page.sketch("sigmoid", *(0.1 + 0.5 * (1 - math.exp(-2 * time)) for time in times))
        page.sketch("ReLU", *(0.1 + 0.78 * (1 - math.exp(-4 * time)) for time in times))
        studio.save(page, f"lesson{ending}", "#lesson", "[data-chart=accuracy]")
        page.page.click("#lesson-launch")
        page.until("document.querySelector('.lab').dataset.lesson === 'see'")
        lab.http.post(f"{newest}/answers", json={"id": "takes_off", "value": 520, "language": "en"})
        page.page.reload()
        page.until("document.querySelector('.lab').dataset.lesson === 'explain'")
        page.until("document.querySelectorAll('.waits').length === 0")
        page.page.click('#lesson a[data-card="view.gradients"]')
        page.until("location.hash.includes('at=')")
        studio.save(page, f"lesson-explained{ending}", "#lesson", ".charts")


@scene("sweep", "several", "wrong-value", "layers", "residual")
def filled_in(studio: Studio) -> None:
    """The form with a sweep, several optimizers, wrong values, layers, and a residual block."""
    lab = studio.lab()
    for page, ending in studio.both(lab):
        page.fill(optimizer__learning_rate="0.01, 0.1, 1", training__batch_size="16, 64")
        page.choose("seeds", "3")
        page.until("document.querySelector('#launch').textContent.includes('18')")
        settle(page)
        studio.save(page, f"sweep{ending}", FORM)

        page.choose("seeds", "1")
        page.fill(optimizer__learning_rate=0.01, training__batch_size=100)
        page.page.click('[name="optimizer.name.several"]')
        for optimizer in ("momentum", "adam"):
            page.page.check(f'[data-field="optimizer.name.several"][value="{optimizer}"]')
        page.until("document.querySelector('#launch').textContent.includes('3')")
        settle(page)
        studio.save(page, f"several{ending}", FORM)
        page.page.keyboard.press("Escape")
        page.choose("optimizer.name", "sgd")

        page.fill(optimizer__learning_rate="NaN", training__batch_size=100, training__iterations=0)
        page.page.click("#launch")
        page.until("document.querySelector('.field.wrong')")
        studio.save(page, f"wrong-value{ending}", FORM)

        page.fill(optimizer__learning_rate=0.1, training__iterations=1000)
        page.choose("network.preset", "simple_convnet")
        page.until("document.querySelectorAll('.layer-summary li').length === 6")
        page.page.click("#edit-layers")
        page.fill(network__layers__2__size=40)
        page.until("document.querySelector('[data-field=\"network.layers.2\"].wrong')")
        page.page.locator("#form").evaluate("form => { form.scrollTop = 0; }")
        studio.save(page, f"layers{ending}", FORM)

        page.fill(network__layers__2__size=2)
        page.choose("network.layers.add", "residual")
        page.fill(network__layers__5__layers__0__units=100)
        page.until("!document.querySelector('.field.wrong')")
        settle(page)
        page.page.locator("#form").evaluate("form => { form.scrollTop = 0; }")
        studio.save(page, f"residual{ending}", FORM)


def settle(page: LabPage) -> None:
    """Wait until the form has the estimate for what is in it."""
    page.until("document.querySelector('#summary-seconds').textContent !== '–'")


@scene("data-set")
def missing(studio: Studio) -> None:
    """A data set that is not on the machine."""
    lab = studio.lab(data=False)
    for page, ending in studio.both(lab):
        page.choose("dataset.name", "mnist")
        page.until("document.querySelector('#fetch')")
        studio.save(page, f"data-set{ending}", ".form > fieldset:first-of-type")


SCENES = [first, own_data, lesson, filled_in, missing]
