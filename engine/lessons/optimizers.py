"""Section 2: optimizers 学習率最適化."""

from __future__ import annotations

from engine.lessons.lesson import Lesson

LESSONS = (
    Lesson(
        slug="2a-optimizers",
        section="2a",
        title={"en": "Optimizers", "ja": "最適化手法"},
        question={
            "en": "Which optimizer gets a sigmoid network with tiny weights to move?",
            "ja": "重みの小さいシグモイドのネットワークを動かせるのはどの最適化手法か？",
        },
        conclusion={
            "en": "SGD and Momentum stay flat. Adam divides each step by the gradient's own size, so even tiny"
            " gradients move the weights.",
            "ja": "SGD と Momentum は平らなまま。Adam は勾配自身の大きさで割るため、小さな勾配でも重みが動く。",
        },
        common={
            "dataset": {"name": "mnist"},
            "network": {
                "preset": "mlp",
                "hidden": [40, 20],
                "activation": "sigmoid",
                "initializer": {"name": "normal", "std": 0.01},
            },
            "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
        },
        runs={
            "SGD": {"optimizer": {"name": "sgd", "learning_rate": 0.01}},
            "Momentum": {"optimizer": {"name": "momentum", "learning_rate": 0.01, "momentum": 0.9}},
            "Adam": {
                "optimizer": {
                    "name": "adam",
                    "learning_rate": 0.01,
                    "beta1": 0.9,
                    "beta2": 0.999,
                    "epsilon": 1e-7,
                }
            },
        },
    ),
)
