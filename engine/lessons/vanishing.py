"""Section 1: vanishing gradients 勾配消失."""

from __future__ import annotations

from typing import Any

from engine.lessons.claims import Claim
from engine.lessons.lesson import Lesson


def _network(activation: str, initializer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "network": {
            "preset": "mlp",
            "hidden": [40, 20],
            "activation": activation,
            "initializer": initializer or {"name": "normal", "std": 0.01},
            **more,
        }
    }


def _deep(initializer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    described = _network("relu", initializer, **more)
    described["network"]["hidden"] = [50] * 12
    return described


LESSONS = (
    Lesson(
        slug="1a-vanishing-gradient",
        section="1a",
        title={"en": "Vanishing gradient", "ja": "勾配消失"},
        question={
            "en": "Why does the same network learn with ReLU and not with sigmoid?",
            "ja": "同じネットワークが ReLU では学習し、シグモイドでは学習しないのはなぜか？",
        },
        conclusion={
            "en": "Sigmoid stays at chance, near 10 %: on the way back, each layer shrinks the gradient."
            " ReLU passes it on, and the network learns.",
            "ja": "シグモイドでは、勾配が入力に近い層へ伝わるたびに小さくなり、正解率は当てずっぽうと同じ約 10 %"
            " のまま。ReLU は勾配をそのまま伝え、学習が進む。",
        },
        common={
            "dataset": {"name": "mnist"},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"iterations": 2000, "batch_size": 100, "evaluate_every": 10},
        },
        runs={"sigmoid": _network("sigmoid"), "ReLU": _network("relu")},
        claims=(
            Claim("sigmoid stays at chance", lambda f: (f["sigmoid"].test > 7) & (f["sigmoid"].test < 13)),
            Claim("ReLU takes off", lambda f: f["ReLU"].test > 70),
            Claim(
                "each layer of the sigmoid network shrinks the gradient",
                lambda f: f["sigmoid"].lowest < f["sigmoid"].highest / 100,
            ),
            Claim("ReLU passes the gradient on", lambda f: f["ReLU"].lowest > f["ReLU"].highest / 10),
        ),
    ),
    Lesson(
        slug="1b-remedies",
        section="1b",
        title={"en": "Remedies against vanishing", "ja": "勾配消失への対策"},
        question={
            "en": "How can the gradient reach the layers near the input?",
            "ja": "勾配を入力に近い層まで届けるには、どうすればよいか？",
        },
        conclusion={
            "en": "Initial weights that fit the width of the layers (Glorot, He), batch norm, and activations that do"
            " not saturate: each raises the gradient norms of the layers near the input, and the network learns.",
            "ja": "層の幅に合わせた重みの初期値（Glorot、He）、バッチ正規化、飽和しにくい活性化関数。"
            "どれも入力に近い層の勾配のノルムを大きくし、学習が進む。",
        },
        common={
            "dataset": {"name": "mnist"},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"iterations": 2000, "batch_size": 100, "evaluate_every": 10},
        },
        runs={
            "sigmoid, σ 0.01": _network("sigmoid"),
            "sigmoid, Glorot": _network("sigmoid", {"name": "glorot_normal"}),
            "tanh, Glorot": _network("tanh", {"name": "glorot_normal"}),
            "ReLU, He": _network("relu", {"name": "he_normal"}),
            "leaky ReLU, He": _network("leaky_relu", {"name": "he_normal"}),
            "sigmoid, σ 0.01, batch norm": _network("sigmoid", batch_norm=True),
        },
        claims=(
            Claim(
                "each lifts the lower layers' gradient norms",
                lambda f: [f[name].lowest > 50 * f["sigmoid, σ 0.01"].lowest for name in list(f)[1:]],
            ),
            Claim("the network learns", lambda f: [f[name].test > 80 for name in list(f)[1:]]),
            Claim("without them it does not", lambda f: f["sigmoid, σ 0.01"].test < 13),
        ),
    ),
    Lesson(
        slug="1b-deep",
        section="1b",
        title={"en": "Twelve hidden layers", "ja": "隠れ層 12 層"},
        question={
            "en": "How can a network with twelve hidden layers be trained at all?",
            "ja": "隠れ層が 12 層あるネットワークを学習させるには何が要るか？",
        },
        conclusion={
            "en": "With small initial weights, the layers near the input get no gradient. He's initial weights, batch"
            " norm and residual connections each restore it, and the network learns. Clipping alone does not help: it"
            " only shortens gradients that are too long.",
            "ja": "重みの初期値が小さいと、入力に近い層に勾配が届かない。He の初期値、バッチ正規化、残差接続を使えば、"
            "どれでも勾配が届くようになり、学習が進む。"
            "クリッピングは長すぎる勾配を縮めるだけで、勾配消失には効かない。",
        },
        common={
            "dataset": {"name": "mnist"},
            "optimizer": {"name": "sgd", "learning_rate": 0.05},
            "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
        },
        runs={
            "σ 0.01": _deep(),
            "σ 0.01, clipped": {**_deep(), "training": {"clip_norm": 1.0}},
            "He": _deep({"name": "he_normal"}),
            "σ 0.01, batch norm": _deep(batch_norm=True),
            "σ 0.01, residual": _deep(residual=True),
        },
        claims=(
            Claim("small initial weights leave it without a gradient", lambda f: f["σ 0.01"].lowest < 1e-10),
            Claim("clipping alone changes nothing", lambda f: f["σ 0.01, clipped"].test == f["σ 0.01"].test),
            Claim(
                "each of the others brings the gradient back",
                lambda f: [
                    f[name].lowest > 1e-3 for name in ("He", "σ 0.01, batch norm", "σ 0.01, residual")
                ],
            ),
            Claim(
                "and the network learns",
                lambda f: [f[name].test > 60 for name in ("He", "σ 0.01, batch norm", "σ 0.01, residual")],
            ),
        ),
    ),
)
