"""A search finds what one sees and what one means, in whatever letters it is typed."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.conftest import LabPage
from tests.browser.run_table import SHORT, wait_for_list


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
        ("ja-JP", "ﾃﾞｰﾀ", BOTH[1:]),
        ("ja-JP", "でーた", BOTH[1:]),
        ("ja-JP", "ＡＬＰＨＡ", BOTH[1:]),
        ("ja-JP", "か\u3099", BOTH[1:]),
        ("ja-JP", "tag:ﾃｽﾄ", BOTH[1:]),
        ("ja-JP", "ｔａｇ：てすと", BOTH[1:]),
        ("ja-JP", "完了", BOTH),
        ("ja-JP", "status:完了", BOTH),
        ("ja-JP", "らせん", BOTH[:1]),
        ("ja-JP", "ラセン", BOTH[:1]),
        ("ja-JP", "data:らせん", BOTH[:1]),
        ("ja-JP", "－らせん", BOTH[1:]),
        ("ja-JP", "−らせん", BOTH[1:]),
        ("ja-JP", "学習率＜０．０５", BOTH[:1]),
        ("ja-JP", "lr≧0.05", BOTH[1:]),
        ("ja-JP", "ﾊﾞｯﾁ:16", BOTH),
        ("en-US", "completed", BOTH),
        ("en-US", '"digits 8×8"', BOTH[1:]),
        ("en-US", "RMSProp", BOTH[:1]),
        ("en-US", "activation:LEAKY", BOTH[:1]),
        ("en-US", "leaky_relu", BOTH[:1]),
        ("en-US", "完了", []),
    ],
)
def test_a_run_is_found_by_what_stands_on_the_page_in_any_letters(open_page, runs, language, typed, found):
    page = open_page(runs, locale=language)
    wait_for_list(page, BOTH)
    page.page.fill("#run-search", typed)
    wait_for_list(page, found)


@pytest.fixture(scope="module")
def fold(tabs, lab):
    page = LabPage(tabs.borrow(), lab)
    page.page.evaluate("pageModule('fold.js').then(({ fold }) => { window.fold = fold; })")
    yield lambda text: page.page.evaluate("text => fold(text)", text)
    page.stop_listening()
    tabs.give_back(page.page, lab.url)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text("aAzé゛がギぱヴﾃﾞｱーヽ８8Ａß①　 ", max_size=10))
def test_letters_of_another_case_width_composition_or_kana_are_compared_as_the_same(fold, text):
    folded = fold(text)
    assert fold(folded) == folded
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == folded
    assert fold(text.translate({kana: kana + 0x60 for kana in range(0x3041, 0x3097)})) == folded
