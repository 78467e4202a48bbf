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
        claims=(_flat("SGD", "Momentum"), Claim("Adam climbs", lambda f: f["Adam"].test > 90)),
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
            "en": "Those that divide by a running size of the gradient (RMSProp, Adam, AdamW, Nadam) climb. AdaGrad"
            " divides by the root of the sum of all squared gradients so far, so its steps shrink and it gets less"
            " far. SGD, Momentum and Nesterov stay flat. Adadelta divides as well, but it multiplies by the size of"
            " its own last steps, which begins at √ε: with ε 1e-7 it has hardly begun after 1,000 iterations. On"
            " MNIST, with ε 1e-6 it is farther at every seed, at about 35 %.",
            "ja": "勾配の大きさの移動平均で割る手法（RMSProp、Adam、AdamW、Nadam）は進む。"
            "AdaGrad は過去の勾配すべての二乗和の平方根で割るため、歩幅が縮み、あまり進まない。"
            "SGD、Momentum、Nesterov は平らなまま。Adadelta も割り算をするが、自分の直前までの歩幅を掛ける。"
            "その歩幅は √ε から始まるので、ε = 1e-7 では 1,000 回反復してもほとんど進まない。"
            "MNIST では、ε = 1e-6 にするとどの種でも先へ進み、約 35 % になる。",
        },
        common=_COMMON,
        runs={name: {"optimizer": optimizer} for name, optimizer in _ALL.items()},
        claims=(
            _flat("SGD", "Momentum", "Nesterov"),
            Claim(
                "those that divide by a running size climb",
                lambda f: [f[name].test > 90 for name in ("RMSProp", "Adam", "AdamW", "Nadam")],
            ),
            Claim(
                "AdaGrad leaves chance behind, and stays behind them",
                lambda f: (f["AdaGrad"].test > 14) & (f["AdaGrad"].test < f["Adam"].test - 15),
            ),
            Claim("Adadelta has hardly got going", lambda f: f["Adadelta"].test < 30),
            Claim(
                "with ε 1e-6 it is farther at every seed",
                lambda f: f["Adadelta, ε 1e-6"].test > f["Adadelta"].test + 3,
                on="mnist",
            ),
            Claim("at about 35 %", lambda f: abs(f["Adadelta, ε 1e-6"].test.mean() - 35) < 1.5, on="mnist"),
        ),
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
        claims=(
            _flat("SGD, off", "Momentum, off"),
            Claim(
                "with batch norm they move",
                lambda f: [f[name].test > 50 for name in ("SGD, on", "Momentum, on")],
            ),
        ),
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
            "en": "With too small a rate, 1,000 iterations are over before much is learnt. Above the good rates the"
            " outcome depends on luck, and at 10 and above the loss is no longer finite after a few iterations: the"
            " run has diverged. The same network with ReLU does not even diverge: one large step leaves it dead, with"
            " a gradient of exactly 0 for every weight, and no step ever brings it back.",
            "ja": "学習率が小さすぎると、1,000 回の反復ではほとんど学習が進まない。"
            "良い範囲を超えると結果は運しだいになり、10 以上では数回の反復で損失が有限の値でなくなる。"
            "これが発散である。"
            "活性化関数を ReLU に変えると、発散すらしない。大きな一歩のあと、すべての重みの勾配がちょうど 0 になり、"
            "学習は二度と進まない。",
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
