"""Section 2: optimizers 学習率最適化."""

from __future__ import annotations

from typing import Any

from engine.lessons.lesson import Lesson

_COMMON: dict[str, Any] = {
    "dataset": {"name": "mnist"},
    "network": {
        "preset": "mlp",
        "hidden": [40, 20],
        "activation": "sigmoid",
        "initializer": {"name": "normal", "std": 0.01},
    },
    "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
}

_SGD = {"name": "sgd", "learning_rate": 0.01}
_MOMENTUM = {"name": "momentum", "learning_rate": 0.01, "momentum": 0.9}
_ADAM = {"name": "adam", "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
_ALL = {
    "SGD": _SGD,
    "Momentum": _MOMENTUM,
    "Nesterov": {"name": "nesterov", "learning_rate": 0.01, "momentum": 0.9},
    "AdaGrad": {"name": "adagrad", "learning_rate": 0.01},
    "RMSProp": {"name": "rmsprop", "learning_rate": 0.01, "rho": 0.9},
    "Adadelta": {"name": "adadelta", "learning_rate": 1.0, "rho": 0.95},
    "Adam": _ADAM,
    "AdamW": {"name": "adamw", "learning_rate": 0.01},
    "Nadam": {"name": "nadam", "learning_rate": 0.01},
}

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
        common=_COMMON,
        runs={
            "SGD": {"optimizer": _SGD},
            "Momentum": {"optimizer": _MOMENTUM},
            "Adam": {"optimizer": _ADAM},
        },
    ),
    Lesson(
        slug="2b-more-optimizers",
        section="2b",
        title={"en": "Nine optimizers", "ja": "9 つの最適化手法"},
        question={
            "en": "What is each optimizer's character?",
            "ja": "それぞれの最適化手法にはどんな性格があるか？",
        },
        conclusion={
            "en": "Those that divide by a running size of the gradient (RMSProp, Adam, AdamW, Nadam) climb."
            " AdaGrad divides by all gradients ever seen, so its steps shrink. SGD, Momentum and Nesterov stay flat.",
            "ja": "勾配の大きさの移動平均で割る手法（RMSProp、Adam、AdamW、Nadam）は進む。"
            "AdaGrad は過去の勾配すべての和で割るため"
            "歩幅が縮む。SGD、Momentum、Nesterov は平らなまま。",
        },
        common=_COMMON,
        runs={name: {"optimizer": optimizer} for name, optimizer in _ALL.items()},
    ),
    Lesson(
        slug="2c-batch-norm",
        section="2c",
        title={"en": "The batch norm switch", "ja": "バッチ正規化のスイッチ"},
        question={
            "en": "Does batch norm rescue the optimizers that stay flat?",
            "ja": "平らなままの最適化手法をバッチ正規化は救えるか？",
        },
        conclusion={
            "en": "Yes: with each layer's inputs at a steady size, even plain SGD moves.",
            "ja": "救える。各層への入力の大きさが揃うと、ただの SGD でも学習が進む。",
        },
        common=_COMMON,
        runs={
            f"{name}, {switch}": {"optimizer": optimizer, "network": {"batch_norm": switch == "on"}}
            for name, optimizer in {"SGD": _SGD, "Momentum": _MOMENTUM, "Adam": _ADAM}.items()
            for switch in ("off", "on")
        },
    ),
    Lesson(
        slug="2d-learning-rate",
        section="2d",
        title={"en": "Too small, too large", "ja": "小さすぎる、大きすぎる"},
        question={
            "en": "How much does the learning rate decide?",
            "ja": "学習率はどれほど結果を左右するか？",
        },
        conclusion={
            "en": "Ten times too small is ten times too slow; above the good rates the loss jumps about, and then it"
            " is no number any more: the run has diverged.",
            "ja": "10 分の 1 なら 10 倍遅い。良い範囲を超えると損失は暴れ、やがて数値でなくなる。これが発散である。",
        },
        common={
            **_COMMON,
            "network": {
                "preset": "mlp",
                "hidden": [40, 20],
                "activation": "relu",
                "initializer": {"name": "he_normal"},
            },
        },
        runs={
            f"η {rate:g}": {"optimizer": {"name": "sgd", "learning_rate": rate}}
            for rate in (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
        },
    ),
)
