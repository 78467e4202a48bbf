"""Several values in fields: what they make of the form, and what is launched."""

import itertools

import pytest


@pytest.fixture
def page(brief_page):
    return brief_page


def launch(page, lab, count):
    """Press the button, and return the runs once all are in the list."""
    before = set(page.run_ids())
    page.page.click("#launch")
    page.until(f"document.querySelectorAll('[data-run]').length === {len(before) + count}")
    return [lab.run(run_id) for run_id in page.run_ids() if run_id not in before]


def label(page):
    return page.page.inner_text("#launch span")


def test_lists_in_two_fields_launch_every_combination_as_one_group(page, lab):
    page.fill(optimizer__learning_rate="0.01, 0.1", training__batch_size="16、32;64")
    assert label(page) == "Launch 6 runs"

    runs = launch(page, lab, 6)

    found = {
        (run["config"]["optimizer"]["learning_rate"], run["config"]["training"]["batch_size"]) for run in runs
    }
    assert found == set(itertools.product((0.01, 0.1), (16, 32, 64)))
    assert len({run["group_id"] for run in runs}) == 1
    assert {run["name"].split(" · ")[0] for run in runs} == {"Learning rate 0.01", "Learning rate 0.1"}


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("optimizer.learning_rate", "0.001..1", [0.001, 0.01, 0.1, 1]),
        ("optimizer.learning_rate", "0.01..1:5", [0.01, 0.0316, 0.1, 0.316, 1]),
        ("training.batch_size", "16..64", [16, 32, 64]),
        ("seed", "3..6", [3, 4, 5, 6]),
        ("dataset.label_noise", "0..0.4:3", [0, 0.2, 0.4]),
        ("training.iterations", "1,000, 2,000", [1000, 2000]),
        ("network.hidden.0", "5,10", [5, 10]),
    ],
)
def test_a_range_or_a_list_means_these_values(page, lab, field, text, values):
    page.page.click(".further summary")
    page.page.fill(f'[name="{field}"]', text)
    runs = launch(page, lab, len(values))

    def value(config):
        if field == "network.hidden.0":
            return config["network"]["layers"][0]["units"]
        for name in field.split("."):
            config = config[name]
        return config

    assert sorted(value(run["config"]) for run in runs) == values


def test_a_grid_times_seeds_times_folds_and_its_time_is_told_before(page, lab):
    page.fill(optimizer__learning_rate="0.01, 0.1")
    page.choose("seeds", "2")
    page.page.click(".further summary")
    page.choose("folds", "3")
    assert label(page) == "Launch 12 runs"
    runs = launch(page, lab, 12)
    kinds = {
        (
            run["config"]["optimizer"]["learning_rate"],
            run["config"]["seed"],
            run["config"]["dataset"]["fold"]["index"],
        )
        for run in runs
    }
    assert kinds == set(itertools.product((0.01, 0.1), (0, 1), (0, 1, 2)))


def test_too_large_a_grid_is_refused_with_its_size_and_nothing_is_queued(page, lab):
    before = len(page.run_ids())
    page.fill(optimizer__learning_rate="0.001..1:30", training__batch_size="1..20:4")
    assert label(page) == "Launch 120 runs"
    page.page.click("#launch")
    page.until("!!document.querySelector('.general.wrong')")
    said = page.page.inner_text(".general .error")
    assert "120" in said
    assert "100" in said
    page.fill(training__batch_size="10")
    page.until("!document.querySelector('.field.wrong')")
    assert len(page.run_ids()) == before


def test_what_is_wrong_with_one_of_several_values_stands_beside_the_field(page):
    page.fill(training__batch_size="16, 0")
    page.page.click("#launch")
    page.until("!!document.querySelector('[data-field=\"training.batch_size\"].wrong')")
    assert "at least 1" in page.page.inner_text('[data-field="training.batch_size"] .error')
