"""The run table's pictures: a sweep as bands, table, difference, scatter, parallel coordinates and heat map; files."""

from __future__ import annotations

import re

from scripts.pictures.studio import Studio, scene, wait_for_ends

MEANS = "document.getElementById('chart-loss').data.filter(t => t.meta.series === 'loss-mean')"


@scene("bands", "table", "diff", "scatter", "parallel", "heat-map", "export")
def sweep(studio: Studio) -> None:
    """Four learning rates by two batches by three seeds, on the digits."""
    lab = studio.lab()
    first = studio.page(lab)
    first.choose("dataset.name", "digits")
    first.fill(
        optimizer__learning_rate="0.01, 0.03, 0.1, 0.3",
        training__batch_size="16, 64",
        training__iterations=300,
    )
    first.choose("seeds", "3")
    first.page.click("#launch")
    first.until("document.querySelectorAll('[data-run]').length === 24")
    ids = first.run_ids()
    wait_for_ends(lab, ids)
    for page, ending in studio.both(lab):
        page.page.click("#show-all")
        page.page.select_option("#band-spread", "std")
        page.until(
            "[...document.querySelector('#band-over').options].some(o => o.value === 'optimizer.learning_rate')"
        )
        page.page.select_option("#band-over", "optimizer.learning_rate")
        page.until(f"{MEANS}.length === 4 && {MEANS}.every(t => t.x.at(-1) === 300)")
        studio.save(page, f"bands{ending}", ".chart-cards", ".chart-foot")

        page.page.locator(".run-name").first.click()
        page.page.click("#run-details .details-foot summary")
        studio.save(page, f"export{ending}", "#run-details", "#run-details .panel")
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("Escape")

        page.page.click("#wide")
        page.page.click(".run-columns .test")
        page.page.locator(".run-name", has_text=re.compile(r"lr 0\.3 · batch 64.*seed 1")).click()
        page.page.locator(".run-name", has_text=re.compile(r"lr 0\.1 · batch 16.*seed 1")).click(
            modifiers=["ControlOrMeta"]
        )
        page.page.mouse.move(5, 5)
        page.page.locator("#runs").evaluate("list => { list.scrollTop = 0; }")
        studio.save(page, f"table{ending}")
        page.page.click("#compare")
        page.until("document.querySelector('dialog .diff')")
        studio.save(page, f"diff{ending}", "dialog")
        page.page.keyboard.press("Escape")

        page.page.locator(".run-name").first.click()
        page.page.locator(".run-name").last.click(modifiers=["Shift"])
        page.page.click("#sweep")
        page.until("document.querySelector('dialog .figure')?.data?.length")
        page.page.select_option('[name="sweep.x"]', "optimizer.learning_rate")
        studio.save(page, f"scatter{ending}", "dialog")
        page.page.select_option('[name="sweep.kind"]', "parallel")
        studio.save(page, f"parallel{ending}", "dialog")
        page.page.select_option('[name="sweep.kind"]', "heat")
        page.page.select_option('[name="sweep.y"]', "training.batch_size")
        studio.save(page, f"heat-map{ending}", "dialog")


SCENES = [sweep]
