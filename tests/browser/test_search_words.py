"""A search finds the words that the page shows, and synonyms; more cases are in tests/js/search.test.js."""

import pytest

from tests.browser.run_table import wait_for_list
from tests.support.experiments import SHORT


@pytest.fixture(scope="module")
def runs(lab):
    digits = lab.launch(**{**SHORT, "name": "データ Alpha が"})["id"]
    spirals = {
        "name": "second",
        "dataset": {"name": "spirals"},
        "optimizer": {"name": "rmsprop", "learning_rate": 0.01},
        "network": {"preset": "mlp", "hidden": [8], "activation": "leaky_relu"},
    }
    points = lab.launch(**{**SHORT, **spirals})["id"]
    for run_id in (digits, points):
        lab.wait_for(run_id, "completed")
    lab.http.patch(
        f"/api/runs/{digits}", json={"tags": ["テスト"], "notes": "学習率を①回"}
    ).raise_for_status()
    lab.http.patch(f"/api/runs/{points}", json={"archived": False, "starred": True}).raise_for_status()
    return lab


BOTH = ["second", "データ Alpha が"]


@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        ("ja-JP", "ﾊﾞｯﾁ:16 でーた", BOTH[1:]),
        ("en-US", "completed", BOTH),
    ],
)
def test_a_run_is_found_by_the_words_on_the_page_in_any_script_and_case(
    open_page, runs, language, typed, found
):
    page = open_page(runs, locale=language)
    wait_for_list(page, BOTH)
    page.page.fill("#run-search", typed)
    wait_for_list(page, found)
