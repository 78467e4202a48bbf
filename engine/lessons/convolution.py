"""Sections 4 to 6b: convolutional networks 畳み込みニューラルネットワーク, and their data."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.lessons.claims import Claim, Figures, Numbers
from engine.lessons.lesson import Lesson

_MNIST: dict[str, Any] = {
    "dataset": {"name": "mnist", "train_size": 1000, "test_size": 200},
    "network": {"preset": "simple_convnet", "initializer": {"name": "normal", "std": 0.01}},
    "optimizer": {"name": "adam", "learning_rate": 0.001},
    "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
}
_CIFAR: dict[str, Any] = {
    "dataset": {"name": "cifar10"},
    "network": {"preset": "keras_cifar", "initializer": {"name": "glorot_uniform"}},
    "optimizer": {"name": "adam", "learning_rate": 0.001, "epsilon": 1e-7},
    "training": {"epochs": 5, "batch_size": 256, "sampling": "epochs"},
}


def _pooled(kind: str) -> dict[str, Any]:
    layers: list[dict[str, Any]] = [
        {"type": "conv2d", "filters": 30, "kernel_size": 5},
        {"type": "activation", "name": "relu"},
        {"type": kind},
        {"type": "dense", "units": 100},
        {"type": "activation", "name": "relu"},
        {"type": "dense", "units": 10},
    ]
    return {"network": {"layers": layers}}


def _over_dense(f: Figures, name: str) -> Numbers:
    """Test accuracy minus that of the dense network, in points, for each seed."""
    return f[name].test - f["dense, as many weights"].test


LESSONS = (
    Lesson(
        slug="4-simple-convnet",
        section="4",
        title={"en": "A convolutional network", "ja": "畳み込みニューラルネットワーク"},
        question={
            "en": "How far does one convolution get on a thousand images? And on which test images is that measured?",
            "ja": "画像 1,000 枚で、畳み込み 1 層の正解率はどこまで上がるか？ それはどの画像で測ったものか？",
        },
        conclusion={
            "en": "Both runs train exactly the same network; only the test images differ. On MNIST it gets about 95 %"
            " of the first 200 test images right and 91 % of all 10,000, on average over twelve seeds: the first ones"
            " happen to be easier, and 200 is so small a sample that a single run may differ by two points. On the"
            " small digits both are about 95 %. Always say on which images an accuracy was measured.",
            "ja": "二つの実験のネットワークはまったく同じである。MNIST での正解率は、12 個のシードの平均で、"
            "最初のテスト画像 200 枚なら約 95 %、10,000 枚すべてなら約 91 %。最初の画像はたまたま易しい。"
            "また 200 枚では少なすぎて、1 回の実験では 2 ポイントほどずれることもある。"
            "小さな数字画像（digits）ではどちらも約 95 %。正解率には、どの画像で測ったかを添えよう。",
        },
        common=_MNIST,
        runs={
            "200 test images": {},
            "10,000 test images": {"dataset": {"test_size": 10_000}, "training": {"evaluate_every": 100}},
        },
        claims=(
            Claim("exactly the same network", lambda f: len({tuple(run.loss) for run in f.values()}) == 1),
            Claim("about 95 % of 200", lambda f: abs(f["200 test images"].test.mean() - 95) < 1.5),
            Claim(
                "about 91 % of 10,000",
                lambda f: abs(f["10,000 test images"].test.mean() - 91) < 1,
                on="mnist",
            ),
            Claim(
                # on the digits both runs take all 360 test images, so they become one run with this name
                "about 95 % of 360 digits",
                lambda f: abs(f["360 test images"].test.mean() - 95) < 1,
                on="digits",
            ),
        ),
        seeds=3,
    ),
    Lesson(
        slug="4b-pooling",
        section="4b",
        title={"en": "Pooling", "ja": "プーリング"},
        question={
            "en": "Maximum or average pooling? And how good are dense layers with the same number of weights?",
            "ja": "最大プーリングと平均プーリングは、どちらがよいか？ 重みの数が同じ全結合層ではどうか？",
        },
        conclusion={
            "en": "On MNIST the two kinds of pooling are close, and the maximum is a little ahead. Dense layers with"
            " the same number of weights are at least two points behind, because they must learn each stroke again at"
            " every position. On the small digits of 8 × 8 pixels all three are close, because a stroke has few"
            " positions to appear in.",
            "ja": "MNIST では二つのプーリングの差は小さく、最大プーリングがわずかに上回る。"
            "重みの数が同じ全結合層は、2 ポイント以上及ばない。同じ線を、位置が変わるたびに学び直すからである。"
            "8 × 8 画素の小さな数字画像（digits）では位置の違いが少なく、三つの差は小さい。",
        },
        common={
            **{key: value for key, value in _MNIST.items() if key != "network"},
            # all test images: with 200, chance hides the differences between these networks
            "dataset": {"name": "mnist", "train_size": 1000},
            "training": {**_MNIST["training"], "evaluate_every": 100},
        },
        seeds=3,
        runs={
            "max pooling": _pooled("max_pool2d"),
            "average pooling": _pooled("avg_pool2d"),
            "dense, as many weights": {"network": {"preset": "mlp", "hidden": [480, 100]}},
        },
        claims=(
            Claim(
                "the two kinds of pooling are close",
                lambda f: (_over_dense(f, "max pooling") - _over_dense(f, "average pooling")).mean() < 1.5,
            ),
            Claim(
                "the maximum is a little ahead",
                lambda f: f["max pooling"].test.mean() > f["average pooling"].test.mean(),
            ),
            Claim("dense layers stay behind", lambda f: _over_dense(f, "average pooling") > 1.5, on="mnist"),
            Claim("two points and more", lambda f: _over_dense(f, "average pooling").mean() > 2, on="mnist"),
            Claim(
                "all three are close",
                lambda f: [abs(_over_dense(f, name).mean()) < 1.5 for name in list(f)[:2]],
                on="digits",
            ),
        ),
    ),
    Lesson(
        slug="5-alexnet",
        any_dataset=False,
        seeds=3,
        section="5",
        title={"en": "A small AlexNet", "ja": "小さな AlexNet"},
        question={
            "en": "What do local response normalization and dropout do for AlexNet?",
            "ja": "局所応答正規化とドロップアウトは AlexNet に何をもたらすか？",
        },
        conclusion={
            "en": "Dropout slows learning and narrows the gap between train and test accuracy: after 500 iterations"
            " the network without it is about six points ahead on the test images. Local response normalization"
            " makes little difference, for better with some seeds and for worse with others, so later networks left"
            " it out.",
            "ja": "ドロップアウトは学習を遅くし、訓練正解率とテスト正解率の差を縮める。500 回反復した時点の"
            "テスト正解率は、ドロップアウトなしのほうが約 6 ポイント高い。局所応答正規化の影響は小さく、"
            "シードによって良くも悪くもなる。そのため、後のネットワークでは使われなくなった。",
        },
        common={
            "dataset": {"name": "cifar10", "train_size": 10_000, "test_size": 1000},
            "network": {"preset": "alexnet_cifar", "initializer": {"name": "he_normal"}},
            "optimizer": {"name": "adam", "learning_rate": 0.0005},
            "training": {"iterations": 500, "batch_size": 64, "evaluate_every": 50, "sampling": "epochs"},
        },
        runs={
            "AlexNet": {},
            "without normalization": {"network": {"local_response_norm": False}},
            "without dropout": {"network": {"dropout": 0.0}},
        },
        claims=(
            Claim(
                "dropout slows learning",
                lambda f: f["without dropout"].train - f["AlexNet"].train > 5,
            ),
            Claim("it narrows the gap", lambda f: f["AlexNet"].gap < f["without dropout"].gap - 2),
            Claim(
                "without dropout about six points ahead on the test images",
                lambda f: abs((f["without dropout"].test - f["AlexNet"].test).mean() - 6) < 1.5,
            ),
            Claim(
                "normalization makes little difference",
                lambda f: abs((f["without normalization"].test - f["AlexNet"].test).mean()) < 2,
            ),
            Claim(
                "for better with some seeds and for worse with others",
                lambda f: len(set(np.sign(f["without normalization"].test - f["AlexNet"].test))) == 2,
            ),
        ),
    ),
    Lesson(
        slug="6-cifar",
        any_dataset=False,
        seeds=3,
        section="6",
        title={"en": "Photographs", "ja": "写真の分類"},
        question={
            "en": "Which regularization suits a convolutional network on photographs?",
            "ja": "写真を分類する畳み込みネットワークに合う正則化はどれか？",
        },
        conclusion={
            "en": "After five epochs the network without regularization is eight to ten points better on its"
            " training images than on test images. Batch norm learns fastest by far: 97 % of the training images,"
            " but only a few points more of the test images, so its gap is the widest. L2 on activations raises"
            " both accuracies a little. L1 makes the activations sparse, lowers train accuracy and narrows the gap."
            " Dropout changes test accuracy by less than the spread between seeds.",
            "ja": "5 エポック後、正則化なしのネットワークの訓練正解率は、テスト正解率より 8 〜 10 ポイント高い。"
            "バッチ正規化の学習は飛び抜けて速く、訓練正解率は 97 % に達するが、テスト正解率の伸びは数ポイントで、"
            "差は最も大きい。出力（activity）の L2 正則化では、どちらの正解率も少し上がる。"
            "L1 正則化では出力の多くが 0 に近くなり、訓練正解率が下がって差が縮まる。"
            "ドロップアウトによるテスト正解率の変化は、シードによる違いより小さい。",
        },
        common=_CIFAR,
        runs={
            "base": {},
            "L2 on activations": {"network": {"activity_l2": 0.01}},
            "L1 on activations": {"network": {"activity_l1": 0.01}},
            "dropout": {"network": {"dropout": 0.3}},
            "batch norm": {"network": {"batch_norm": True}},
        },
        claims=(
            Claim("eight to ten points better", lambda f: abs(f["base"].gap - 9) < 1.5),
            Claim("97 % of the training images", lambda f: abs(f["batch norm"].train - 97) < 1.5),
            Claim(
                "only a few points more of the test images",
                lambda f: abs(f["batch norm"].test - f["base"].test - 3) < 3,
            ),
            Claim(
                "its gap is the widest",
                lambda f: [f["batch norm"].gap > run.gap for name, run in f.items() if name != "batch norm"],
            ),
            Claim(
                "L2 on activations raises both accuracies",
                lambda f: [
                    f["L2 on activations"].train > f["base"].train,
                    f["L2 on activations"].test > f["base"].test,
                ],
            ),
            Claim("a little", lambda f: (f["L2 on activations"].test - f["base"].test).mean() < 4),
            Claim(
                "L1 lowers train accuracy and narrows the gap",
                lambda f: [
                    f["L1 on activations"].train < f["base"].train,
                    f["L1 on activations"].gap < f["base"].gap,
                ],
            ),
            Claim(
                "dropout changes test accuracy by less than the spread between seeds",
                lambda f: abs(f["dropout"].test - f["base"].test) < np.ptp(f["base"].test),
            ),
        ),
    ),
    Lesson(
        slug="6b-look-at-the-data",
        any_dataset=False,
        section="6b",
        title={"en": "Look at the data", "ja": "データを見る"},
        question={
            "en": "Which images does the network of lesson 6 see, and which layers does it have?",
            "ja": "レッスン 6 のネットワークは、どんな画像を見ているのか？ どんな層でできているのか？",
        },
        conclusion={
            "en": "32 × 32 pixels is very little: even people get some of these images wrong. The first dense layer"
            " holds 99.6 % of all parameters, but the two convolutions need 71 % of the multiply-adds.",
            "ja": "32 × 32 画素は少なく、人でも間違える画像がある。パラメータの 99.6 % は最初の全結合層にあるが、"
            "積和演算の 71 % は二つの畳み込み層で行われる。",
        },
        common=_CIFAR,
        runs={},
    ),
)
