"""What tests read from the charts of a page, and how they choose the runs in them."""

LOSS = "#chart-loss"


def charts(page) -> list[str]:
    return page.page.evaluate("[...document.querySelectorAll('[data-chart]')].map(e => e.dataset.chart)")


def finished(page, lab, name="run", **experiment) -> str:
    run = lab.launch(name=name, **experiment)
    page.wait_for(run["id"], "completed")
    page.wait_for_points(run["id"], 200)
    return run["id"]


def only(page, *ids: str) -> None:
    """Show these runs, and wait until the loss chart has no other."""
    page.page.click("#show-none")
    for run_id in ids:
        page.page.click(f'[data-run="{run_id}"] .swatch')
    page.until(
        f"[...new Set(document.querySelector('{LOSS}').data.map(t => t.meta.run).filter(Boolean))].sort().join()"
        f" === '{','.join(sorted(ids))}'"
    )


def column(lab, run_id, name, stream="train") -> dict[int, float]:
    columns, rows = lab.stored_rows(run_id, stream)
    return {int(row[0]): float(row[columns.index(name)]) for row in rows}


def plot_box(page, selector=LOSS):
    return page.page.locator(f"{selector} .nsewdrag").bounding_box()
