"""What tests read from the run list of a page."""

from tests.support.waiting import wait_until

NEWEST_FIRST = ["adam 3", "adam 2", "adam 1", "sgd 3", "sgd 2", "sgd 1"]


def listed(page):
    return page.page.evaluate("[...document.querySelectorAll('.run .run-name')].map(e => e.textContent)")


def wait_for_list(page, names):
    wait_until(lambda: listed(page) == names, f"the list to be {names}, not {listed(page)}")


def selected(page):
    return page.page.evaluate(
        "[...document.querySelectorAll('.run.selected .run-name')].map(e => e.textContent)"
    )


def row(page, run_id):
    return page.page.locator(f'[data-run="{run_id}"]')


def name(page, run_id):
    return row(page, run_id).locator(".run-name")
