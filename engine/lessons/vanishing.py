"""Section 1: vanishing gradients 勾配消失."""

from __future__ import annotations

from engine.lessons.lesson import Lesson


def _network(activation: str) -> dict[str, object]:
    return {
        "network": {
            "preset": "mlp",
            "hidden": [40, 20],
            "activation": activation,
            "initializer": {"name": "normal", "std": 0.01},
        }
    }


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
            "en": "Sigmoid stays at chance, near 11 %: each layer shrinks the gradient on its way down."
            " ReLU passes it on and takes off.",
            "ja": "シグモイドは層を下るたびに勾配が縮み、正解率は約 11 % のまま。"
            "ReLU は勾配をそのまま伝え、学習が進む。",
        },
        common={
            "dataset": {"name": "mnist"},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"iterations": 2000, "batch_size": 100, "evaluate_every": 10},
        },
        runs={"sigmoid": _network("sigmoid"), "ReLU": _network("relu")},
    ),
)
