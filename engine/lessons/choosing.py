"""Section 3e: what test images are for テスト画像は何のためにあるか."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.lessons.claims import Claim, Figures, Numbers
from engine.lessons.lesson import Lesson
from engine.lessons.overfitting import COMMON

#: Runs that one is chosen from.
CHOICES = 20
#: Images that the runs are chosen by: as many validation images as test images.
CHOOSERS = 200
#: Which images choose.
CHOOSING = ("test", "validation")
#: The same training, measured on all test images: the name of the run, on each data set.
ALL = ("10,000 test images", "360 test images")


def gains(f: Figures) -> dict[str, dict[str, Numbers]]:
    """Which images choose → which images → by how many points the chosen run is above the mean of its twenty, once
    for every twenty seeds. "other" are the test images that nothing was chosen by."""
    own = next(iter(f.values()))
    whole = next(f[name] for name in ALL if name in f)
    count = round(float(ALL[0] in f) * 10_000 + float(ALL[1] in f) * 360)
    other = (count * whole.test - CHOOSERS * own.test) / (count - CHOOSERS)
    images = {"validation": own.validation, "test": own.test, "other": other}
    twenties = {name: values.reshape(-1, CHOICES) for name, values in images.items()}
    result = {}
    for chooser in CHOOSING:
        chosen = np.argmax(twenties[chooser], axis=1)[:, None]
        result[chooser] = {
            name: np.take_along_axis(values, chosen, axis=1)[:, 0] - values.mean(axis=1)
            for name, values in twenties.items()
        }
    return result


def _table(f: Figures) -> dict[str, dict[str, Numbers]]:
    """The gains in words."""
    return {
        f"chosen by {chooser} images": {f"on {name} images": values for name, values in by.items()}
        for chooser, by in gains(f).items()
    }


def _excess(f: Figures, chooser: str) -> Numbers:
    """By how many points more the chosen run is ahead on the images that it was chosen by than on other images."""
    by = gains(f)[chooser]
    return by[chooser] - by["other"]


_TWENTY: dict[str, Any] = {
    **{name: value for name, value in COMMON.items() if name != "seed"},
    "dataset": {**COMMON["dataset"], "validation_size": CHOOSERS, "test_size": CHOOSERS},
}

LESSONS = (
    Lesson(
        slug="3e-choosing",
        section="3e",
        title={"en": "What test images are for", "ja": "テスト画像は何のためにあるか"},
        question={
            "en": "Twenty networks differ only in their seed. Which one would you keep, and how good is it really?",
            "ja": "シードだけが違う 20 個のネットワークがある。どれを選ぶか？ それは本当はどのくらい良いのか？",
        },
        conclusion={
            "en": "An accuracy by which one has chosen is too high. On MNIST the best of twenty by 200 test images is"
            " six points above their mean there, but only 1.7 on the 9,800 others: it was chosen because it"
            " happens to suit those 200. Chosen by 200 validation images the network is as good, 1.8 points."
            " Then its test accuracy has chosen nothing and is an honest measure; but 200 images are few, so it"
            " varies by three points. On the small digits it is three points there and one on others. Choose by"
            " validation images, and report what the test images say. Sort the list of runs by each of the two,"
            " and compare.",
            "ja": "選ぶのに使った正解率は、高く出すぎる。MNIST では、テスト画像 200 枚の正解率で 20 個から選ぶと、"
            "その 200 枚では 20 個の平均より約 6 ポイント高いが、残りの 9,800 枚では 1.7 ポイントしか高くない。"
            "たまたまその 200 枚に合っていたから選ばれたのである。検証画像 200 枚で選んでも、"
            "同じくらい良いネットワークが選ばれる（1.8 ポイント）。このときテスト正解率は選ぶのに使っていないので、"
            "偏らない。ただし 200 枚では少なく、3 ポイントほどばらつく。小さな数字画像（digits）では、"
            "選ぶのに使った画像で 3 ポイント、ほかの画像で約 1 ポイントである。"
            "選ぶときは検証画像を使い、報告にはテスト画像の結果を使おう。"
            "実験一覧をそれぞれの正解率で並べ替えて、比べてみよう。",
        },
        common=_TWENTY,
        runs={f"seed {seed}": {"seed": seed} for seed in range(CHOICES)},
        also_measured={"10,000 test images": {"dataset": {"test_size": 10_000}}},
        compared=_table,
        claims=(
            Claim(
                "the best by 200 test images is six points above the mean there",
                lambda f: abs(gains(f)["test"]["test"].mean() - 6) < 0.25,
                on="mnist",
            ),
            Claim(
                "but 1.7 points on the others",
                lambda f: abs(gains(f)["test"]["other"].mean() - 1.7) < 0.05,
                on="mnist",
            ),
            Claim("each of five times", lambda f: _excess(f, "test") > 3, on="mnist"),
            Claim(
                "chosen by validation images 1.8 points",
                lambda f: abs(gains(f)["validation"]["other"].mean() - 1.8) < 0.05,
                on="mnist",
            ),
            Claim(
                "as good",
                lambda f: abs((gains(f)["validation"]["other"] - gains(f)["test"]["other"]).mean()) < 0.25,
            ),
            Claim(
                "whichever images have chosen, their accuracy is too high",
                lambda f: [_excess(f, chooser).mean() > 2 for chooser in CHOOSING],
            ),
            Claim(
                "the test accuracy that chose nothing is honest",
                lambda f: abs((gains(f)["validation"]["test"] - gains(f)["validation"]["other"]).mean()) < 1,
            ),
            Claim(
                "it varies by three points",
                lambda f: abs(next(iter(f.values())).test.std(ddof=1) - 3) < 0.25,
                on="mnist",
            ),
            Claim(
                "on the digits three points and one",
                lambda f: [
                    abs(gains(f)["test"]["test"].mean() - 3) < 0.25,
                    abs(gains(f)["test"]["other"].mean() - 1) < 0.25,
                ],
                on="digits",
            ),
        ),
        seeds=5 * CHOICES,
    ),
)
