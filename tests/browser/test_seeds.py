"""One experiment with several seeds: what the form shows, launches and refuses."""

import pytest


@pytest.fixture
def page(open_page, lab):
    return open_page(lab)


def experiment(config: dict) -> dict:
    return {key: value for key, value in config.items() if key not in ("seed", "name")}


def test_three_seeds_launch_three_runs_that_differ_in_nothing_else(page, lab):
    page.fill(training__iterations=300)
    page.page.click("summary:text-is('More settings')")
    page.fill(seed=7, name="chance")
    page.choose("seeds", "3")

    page.page.click("#launch")
    # this is the first launch in the module's lab
    page.until("document.querySelectorAll('[data-run]').length === 3")

    runs = [lab.run(run_id) for run_id in page.run_ids()]
    assert sorted(run["name"] for run in runs) == [f"chance · seed {seed}" for seed in (7, 8, 9)]
    assert sorted(run["config"]["seed"] for run in runs) == [7, 8, 9]
    assert all(experiment(run["config"]) == experiment(runs[0]["config"]) for run in runs)
    assert len({run["group_id"] for run in runs}) == 1
    for run in runs:
        page.wait_for(run["id"], "completed")
        page.wait_for_points(run["id"], 300)


def test_the_expected_time_is_that_of_all_seeds(page):
    """Ten seeds take longer than one, on one worker or on several."""
    seconds = "document.getElementById('summary-seconds').textContent"
    page.until(f"{seconds} !== '–'")
    usual = page.page.evaluate(seconds)
    page.fill(training__iterations=100_000)
    page.until(f"{seconds} !== {usual!r}")
    for_one_seed = page.page.evaluate(seconds)

    page.choose("seeds", "10")

    page.until(f"{seconds} !== {for_one_seed!r}")
    page.choose("seeds", "1")
    page.until(f"{seconds} === {for_one_seed!r}")


def test_an_error_with_several_seeds_is_shown_beside_the_field_and_no_run_is_queued(page, lab):
    before = len(lab.http.get("/api/runs").json()["runs"])
    page.choose("seeds", "5")
    page.fill(training__batch_size=0)
    page.page.click("#launch")

    page.until("document.querySelector('[data-field=\"training.batch_size\"].wrong') !== null")
    assert page.page.inner_text('[data-field="training.batch_size"] .error').startswith("Must be at least 1")
    assert len(lab.http.get("/api/runs").json()["runs"]) == before
