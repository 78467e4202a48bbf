"""Section 2: optimizers 学習率最適化."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.lessons.claims import Claim
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

#: From too small to good.
_RATES = ("0.0001", "0.001", "0.01", "0.1")
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
    "Adadelta, ε 1e-6": {"name": "adadelta", "learning_rate": 1.0, "rho": 0.95, "epsilon": 1e-6},
    "Adam": _ADAM,
    "AdamW": {"name": "adamw", "learning_rate": 0.01},
    "Nadam": {"name": "nadam", "learning_rate": 0.01},
}


def _flat(*names: str) -> Claim:
    return Claim(f"{', '.join(names)} stay flat", lambda f: [f[name].test < 13.5 for name in names])


LESSONS = (
    Lesson(
        slug="2a-optimizers",
        section="2a",
        title={"en": "Optimizers", "ja": "最適化手法"},
        question={
            "en": "Which optimizer can train a sigmoid network that begins with tiny weights?",
            "ja": "重みの初期値が小さいシグモイドのネットワークを学習させられるのは、どの最適化手法か？",
        },
        conclusion={
            "en": "With SGD and Momentum the loss does not fall. Adam divides each step by the size of the gradient, so"
            " even tiny gradients change the weights.",
            "ja": "SGD と Momentum では損失が下がらないまま。"
            "Adam は更新量を勾配の大きさで割るので、勾配が小さくても重みが変わる。",
        },
        common=_COMMON,
        runs={
            "SGD": {"optimizer": _SGD},
            "Momentum": {"optimizer": _MOMENTUM},
            "Adam": {"optimizer": _ADAM},
        },
        claims=(_flat("SGD", "Momentum"), Claim("Adam climbs", lambda f: f["Adam"].test > 90)),
    ),
    Lesson(
        slug="2b-more-optimizers",
        section="2b",
        title={"en": "Nine optimizers", "ja": "9 つの最適化手法"},
        question={
            "en": "How do the nine optimizers differ?",
            "ja": "9 つの最適化手法は、どのように違うか？",
        },
        conclusion={
            "en": "RMSProp, Adam, AdamW and Nadam divide each step by a running mean of the gradient's size, and learn"
            " fast. AdaGrad divides by the root of the sum of all squared gradients so far, so its steps shrink and it"
            " learns less. With SGD, Momentum and Nesterov the loss does not fall. Adadelta divides too, but it also"
            " multiplies by the size of its last steps, which begins at √ε: with ε 1e-7 it has hardly begun after 1,000"
            " iterations. On MNIST, ε 1e-6 gets farther with every seed, to about 35 %.",
            "ja": "RMSProp、Adam、AdamW、Nadam は、更新量を勾配の大きさの移動平均で割るので、学習が速く進む。"
            "AdaGrad は過去の勾配すべての二乗和の平方根で割るため、更新量が小さくなっていき、あまり進まない。"
            "SGD、Momentum、Nesterov では損失が下がらないまま。"
            "Adadelta も割り算をするが、直前までの更新量の大きさを掛ける。"
            "その大きさは √ε から始まるので、ε = 1e-7 では 1,000 回反復してもほとんど進まない。"
            "MNIST では、ε = 1e-6 にするとどのシードでも先へ進み、約 35 % になる。",
        },
        common=_COMMON,
        runs={name: {"optimizer": optimizer} for name, optimizer in _ALL.items()},
        claims=(
            _flat("SGD", "Momentum", "Nesterov"),
            Claim(
                "those that divide by a running mean learn fast",
                lambda f: [f[name].test > 90 for name in ("RMSProp", "Adam", "AdamW", "Nadam")],
            ),
            Claim(
                "AdaGrad is better than chance, and stays behind them",
                lambda f: (f["AdaGrad"].test > 14) & (f["AdaGrad"].test < f["Adam"].test - 15),
            ),
            Claim("Adadelta has hardly begun", lambda f: f["Adadelta"].test < 30),
            Claim(
                "with ε 1e-6 it gets farther with every seed",
                lambda f: f["Adadelta, ε 1e-6"].test > f["Adadelta"].test + 3,
                on="mnist",
            ),
            Claim("at about 35 %", lambda f: abs(f["Adadelta, ε 1e-6"].test.mean() - 35) < 1.5, on="mnist"),
        ),
    ),
    Lesson(
        slug="2c-batch-norm",
        section="2c",
        title={"en": "Batch norm, on and off", "ja": "バッチ正規化の有無"},
        question={
            "en": "Does batch norm help the optimizers whose loss does not fall?",
            "ja": "損失が下がらないままの最適化手法でも、バッチ正規化を使えば学習が進むか？",
        },
        conclusion={
            "en": "Yes: when the inputs of each layer keep their size, even plain SGD learns.",
            "ja": "進む。各層への入力の大きさがそろうと、単純な SGD でも学習が進む。",
        },
        common=_COMMON,
        runs={
            name + (" + batch norm" if batch_norm else ""): {
                "optimizer": optimizer,
                "network": {"batch_norm": batch_norm},
            }
            for name, optimizer in {"SGD": _SGD, "Momentum": _MOMENTUM, "Adam": _ADAM}.items()
            for batch_norm in (False, True)
        },
        claims=(
            _flat("SGD", "Momentum"),
            Claim(
                "with batch norm they learn",
                lambda f: [f[name].test > 50 for name in ("SGD + batch norm", "Momentum + batch norm")],
            ),
        ),
    ),
    Lesson(
        slug="2d-learning-rate",
        section="2d",
        title={"en": "Too small, too large", "ja": "小さすぎる、大きすぎる"},
        question={
            "en": "How much does the result depend on the learning rate?",
            "ja": "学習率はどれほど結果を左右するか？",
        },
        conclusion={
            "en": "With too small a rate, 1,000 iterations are over before much is learnt. Above the good rates the"
            " result depends on luck, and at 10 and above the loss grows within a few iterations until it overflows to"
            " NaN: the run has diverged. The same network with ReLU does not even diverge: after one large step it is"
            " dead. The gradient of every weight is exactly 0, so no later step changes a weight; only the last layer's"
            " biases still move.",
            "ja": "学習率が小さすぎると、1,000 回の反復ではほとんど学習が進まない。"
            "適切な範囲を超えると結果は運しだいになり、10 以上では損失が数回の反復で激しく振動し NaN になる（発散）。"
            "活性化関数を ReLU に変えると、発散すらしない。大きな更新のあと、すべての重みの勾配がちょうど 0 になり、"
            "重みは二度と変わらない（動くのは最後の層のバイアスだけである）。",
        },
        common={
            **_COMMON,
            "network": {
                "preset": "mlp",
                "hidden": [40, 20],
                "activation": "leaky_relu",
                "initializer": {"name": "he_normal"},
            },
        },
        runs={
            f"η {rate:g}": {"optimizer": {"name": "sgd", "learning_rate": rate}}
            for rate in (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
        }
        | {
            "η 10, ReLU": {
                "optimizer": {"name": "sgd", "learning_rate": 10.0},
                "network": {"activation": "relu"},
            }
        },
        claims=(
            Claim(
                "the larger the rate, the farther, up to the good ones",
                lambda f: [f[f"η {a}"].test < f[f"η {b}"].test for a, b in pairwise(_RATES)],
            ),
            Claim("the smallest learns little", lambda f: f["η 0.0001"].test < 35),
            Claim("the good ones learn", lambda f: f["η 0.1"].test > 90),
            Claim("1 depends on luck", lambda f: f["η 1"].test.std() > 5 * f["η 0.1"].test.std()),
            Claim("10 and 100 diverge", lambda f: [f["η 10"].diverged == 1, f["η 100"].diverged == 1]),
            Claim(
                "after a few iterations", lambda f: [f["η 10"].iterations < 30, f["η 100"].iterations < 30]
            ),
            Claim("with ReLU it is dead and has not diverged", lambda f: f["η 10, ReLU"].dead == 1),
        ),
    ),
)
