"""Sections 4 to 6b: convolutional networks 畳み込みニューラルネットワーク, and what they look at."""

from __future__ import annotations

from typing import Any

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


LESSONS = (
    Lesson(
        slug="4-simple-convnet",
        section="4",
        title={"en": "A convolutional network", "ja": "畳み込みニューラルネットワーク"},
        question={
            "en": "How far does one convolution get on a thousand images?",
            "ja": "画像 1,000 枚で、畳み込み 1 層はどこまで行けるか？",
        },
        conclusion={
            "en": "To about 95 % on images it has never seen; its filters become strokes and edges.",
            "ja": "見たことのない画像で約 95 %。フィルターは線や縁の形になる。",
        },
        common=_MNIST,
        runs={"SimpleConvNet": {}},
    ),
    Lesson(
        slug="4b-pooling",
        section="4b",
        title={"en": "Pooling", "ja": "プーリング"},
        question={
            "en": "Maximum or average? And what would dense layers do with as many weights?",
            "ja": "最大値か平均値か。同じ数の重みを全結合層で使うとどうなるか？",
        },
        conclusion={
            "en": "Both pools come out close together; dense layers of the same size stay behind, because they"
            " must learn each stroke again at every place.",
            "ja": "二つのプーリングの差は小さい。同じ大きさの全結合層は及ばない。"
            "同じ線を場所ごとに学び直すからである。",
        },
        common={key: value for key, value in _MNIST.items() if key != "network"},
        runs={
            "max pooling": _pooled("max_pool2d"),
            "average pooling": _pooled("avg_pool2d"),
            "dense, as many weights": {"network": {"preset": "mlp", "hidden": [480, 100]}},
        },
    ),
    Lesson(
        slug="5-alexnet",
        any_dataset=False,
        section="5",
        title={"en": "AlexNet, small", "ja": "小さな AlexNet"},
        question={
            "en": "What do local response normalization and dropout do for AlexNet?",
            "ja": "局所応答正規化とドロップアウトは AlexNet に何をもたらすか？",
        },
        conclusion={
            "en": "Dropout slows learning and narrows the gap; local response normalization changes little, which is"
            " why later networks left it out.",
            "ja": "ドロップアウトは学習を遅くし差を縮める。局所応答正規化の影響は小さく、"
            "後のネットワークでは使われなくなった。",
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
    ),
    Lesson(
        slug="6-cifar",
        section="6",
        title={"en": "Photographs", "ja": "写真の分類"},
        question={
            "en": "Which regularization suits a convolutional network on photographs?",
            "ja": "写真を分類する畳み込みネットワークに合う正則化はどれか？",
        },
        conclusion={
            "en": "The base gains accuracy at each epoch and overfits. L2 on activities stays close to it,"
            " L1 makes them"
            " sparse; dropout and batch norm change most.",
            "ja": "基本形はエポックごとに良くなり、過学習する。活性への L2 は基本形に近く、"
            "L1 は活性をまばらにする。ドロップアウトと"
            "バッチ正規化の影響が最も大きい。",
        },
        common=_CIFAR,
        runs={
            "base": {},
            "L2 on activities": {"network": {"activity_l2": 0.01}},
            "L1 on activities": {"network": {"activity_l1": 0.01}},
            "dropout": {"network": {"dropout": 0.3}},
            "batch norm": {"network": {"batch_norm": True}},
        },
    ),
    Lesson(
        slug="6b-look-at-the-data",
        any_dataset=False,
        section="6b",
        title={"en": "Look at the data", "ja": "データを見る"},
        question={
            "en": "What does the network of lesson 6 get to see, and what is it made of?",
            "ja": "レッスン 6 のネットワークは何を見ているのか。どんな層でできているのか？",
        },
        conclusion={
            "en": "32 × 32 pixels are little: some of these even people get wrong. The first dense layer holds 99.6 %"
            " of all parameters, but 71 % of the multiply-adds are the two convolutions'.",
            "ja": "32 × 32 画素の情報は少なく、人でも迷う画像がある。パラメータの 99.6 % は最初の全結合層にあるが、"
            "積和演算の 71 % は二つの畳み込み層が占める。",
        },
        common=_CIFAR,
        runs={},
    ),
)
