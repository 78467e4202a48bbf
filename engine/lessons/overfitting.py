"""Section 3: overfitting 過学習 and what is done against it."""

from __future__ import annotations

from engine.lessons.lesson import Lesson

_COMMON = {
    "dataset": {"name": "mnist", "train_size": 300},
    "network": {
        "preset": "mlp",
        "hidden": [100] * 6,
        "activation": "relu",
        "initializer": {"name": "he_normal"},
    },
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
    "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
}

LESSONS = (
    Lesson(
        slug="3a-overfitting",
        section="3a",
        title={"en": "Overfitting", "ja": "過学習"},
        question={
            "en": "What happens when a network of seven layers has only 300 images to learn from?",
            "ja": "7 層のネットワークが 300 枚の画像だけで学習すると何が起こるか？",
        },
        conclusion={
            "en": "It learns its 300 images by heart: train accuracy reaches 100 %, test accuracy stays far below.",
            "ja": "300 枚を丸暗記する。訓練データの正解率は 100 % に達し、テストデータの正解率はずっと下にとどまる。",
        },
        common=_COMMON,
        runs={"300 images": {}},
    ),
    Lesson(
        slug="3b-l2",
        section="3b",
        title={"en": "L2 regularization", "ja": "L2 正則化"},
        question={
            "en": "Does weight decay close the gap between train and test accuracy?",
            "ja": "荷重減衰は訓練とテストの正解率の差を縮めるか？",
        },
        conclusion={
            "en": "λ 0.1 narrows the gap, and the weights shrink; but test accuracy falls too. A smaller gap is"
            " not yet a better network.",
            "ja": "λ = 0.1 で差は縮まり重みも小さくなるが、テストの正解率も下がる。"
            "差が小さいことと良いネットワークは同じではない。",
        },
        common=_COMMON,
        runs={"no penalty": {}, "L2 λ 0.1": {"regularization": {"l2": 0.1}}},
    ),
)
