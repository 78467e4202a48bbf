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
            "en": "Sigmoid stays at chance, near 10 %: each layer shrinks the gradient on its way down."
            " ReLU passes it on and takes off.",
            "ja": "シグモイドは層を下るたびに勾配が縮み、正解率は当て推量と同じ約 10 % のまま。"
            "ReLU は勾配をそのまま伝え、学習が進む。",
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
            "en": "What brings the gradient down to the lowest layers?",
            "ja": "勾配を下の層まで届かせるものは何か？",
        },
        conclusion={
            "en": "First weights whose size fits the width (Glorot, He), batch norm, and activations that do not"
            " flatten: each lifts the lower layers' gradient norms, and the network learns.",
            "ja": "幅に合わせた初期値（Glorot、He）、バッチ正規化、飽和しにくい活性化関数。"
            "どれも下の層の勾配ノルムを上げ、学習が進む。",
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
            "en": "What lets a network of twelve hidden layers learn at all?",
            "ja": "隠れ層が 12 層あるネットワークを学習させるには何が要るか？",
        },
        conclusion={
            "en": "Small first weights leave its lowest layers without a gradient. He's weights, batch norm and"
            " residual connections each bring it back, and the network learns; clipping alone does not, it only cuts"
            " what is too large.",
            "ja": "初期値が小さいと最下層に勾配が届かない。He の初期値、バッチ正規化、"
            "残差接続はそれぞれ勾配を取り戻し、学習が進む。"
            "クリッピングは大きすぎる勾配を切るだけで、消失には効かない。",
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
            Claim("small first weights leave it without a gradient", lambda f: f["σ 0.01"].lowest < 1e-10),
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
