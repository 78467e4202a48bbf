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
    # With 300 images the outcome varies by a whole point from seed to seed. One run must stand for all of them
    # here, so it is one that ends (75.9 %) where the mean over twelve seeds lies (76.1 %); seed 0 ends at 74.7 %.
    "seed": 3,
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
    Lesson(
        slug="3b-l2-sweep",
        section="3b",
        title={"en": "How much L2, over three seeds", "ja": "L2 の強さと乱数の種"},
        question={
            "en": "Which λ helps, and how much of that is luck?",
            "ja": "どの λ が効き、どこまでが偶然か？",
        },
        conclusion={
            "en": "λ 0.01 gains about a point, λ 0.1 costs several; between seeds lies as much. One run"
            " proves little.",
            "ja": "λ = 0.01 は約 1 ポイントの改善、λ = 0.1 は数ポイントの悪化。種による差も同じくらいある。"
            "1 回の実行では何も言えない。",
        },
        common=_COMMON,
        runs={
            f"λ {strength:g}, seed {seed}": {"regularization": {"l2": strength}, "seed": seed}
            for strength in (0.0, 0.01, 0.1)
            for seed in (0, 1, 2)
        },
    ),
    Lesson(
        slug="3c-l1",
        section="3c",
        title={"en": "L1 regularization", "ja": "L1 正則化"},
        question={
            "en": "What does a penalty on absolute values do that one on squares does not?",
            "ja": "絶対値への罰則は、二乗への罰則と何が違うか？",
        },
        conclusion={
            "en": "It pulls at small weights as hard as at large ones, so many end near zero. At λ 0.005 and this"
            " learning rate the outcome is a lottery: try other seeds. λ 0.0005 is steady.",
            "ja": "小さな重みも大きな重みと同じ力で引くため、多くの重みが 0 に近づく。"
            "λ = 0.005 とこの学習率では結果が種に左右される。"
            "λ = 0.0005 なら安定する。",
        },
        common={**_COMMON, "optimizer": {"name": "sgd", "learning_rate": 0.1}},
        runs={
            "no penalty": {},
            "L1 λ 0.0005": {"regularization": {"l1": 0.0005}},
            "L1 λ 0.005": {"regularization": {"l1": 0.005}},
        },
    ),
    Lesson(
        slug="3d-remedies",
        section="3d",
        title={"en": "Remedies against overfitting", "ja": "過学習への対策"},
        question={
            "en": "What else closes the gap?",
            "ja": "差を縮める方法はほかに何があるか？",
        },
        conclusion={
            "en": "More images, by far. Dropout, early stopping and a smaller network keep the training loss from"
            " falling to zero, but with 300 images none of them gains test accuracy worth speaking of.",
            "ja": "画像を増やすことが断然効く。"
            "ドロップアウト、早期終了、小さなネットワークは訓練損失が 0 に落ちるのを防ぐが、"
            "300 枚ではテストの正解率はほとんど上がらない。",
        },
        common=_COMMON,
        runs={
            "as it is": {},
            "dropout 0.2": {"network": {"dropout": 0.2}},
            "early stopping": {"training": {"early_stopping": {"metric": "test_loss", "patience": 5}}},
            "smaller network": {"network": {"hidden": [20]}},
            "1,000 images": {"dataset": {"train_size": 1000}},
        },
    ),
    Lesson(
        slug="3d-more-data",
        section="3d",
        title={"en": "More data", "ja": "データを増やす"},
        question={"en": "How far do more images go?", "ja": "画像を増やすとどこまで良くなるか？"},
        conclusion={
            "en": "The gap all but closes: nothing else does as much for test accuracy.",
            "ja": "差はほとんどなくなる。テストの正解率にこれほど効くものはほかにない。",
        },
        common=_COMMON,
        runs={f"{size:,} images": {"dataset": {"train_size": size}} for size in (300, 1000, 10_000, 60_000)},
    ),
    Lesson(
        slug="3d-label-noise",
        section="3d",
        title={"en": "Wrong labels", "ja": "間違ったラベル"},
        question={
            "en": "What happens when some of the labels are wrong?",
            "ja": "ラベルの一部が間違っていると何が起こるか？",
        },
        conclusion={
            "en": "The network learns the mistakes by heart as well: train accuracy still climbs, test"
            " accuracy pays.",
            "ja": "ネットワークは間違いまで丸暗記する。訓練の正解率は上がり続け、テストの正解率が犠牲になる。",
        },
        common=_COMMON,
        runs={f"{100 * share:.0f} % wrong": {"dataset": {"label_noise": share}} for share in (0.0, 0.2, 0.4)},
    ),
    Lesson(
        slug="3d-augmentation",
        section="3d",
        title={"en": "Augmentation", "ja": "データ拡張"},
        question={
            "en": "Can 300 images be made to count as many?",
            "ja": "300 枚の画像を多くの画像のように使えるか？",
        },
        conclusion={
            "en": "Yes: shifted and turned digits lift test accuracy by more than any penalty does; noise does less.",
            "ja": "できる。ずらしたり回したりするとテストの正解率が上がる。雑音の効果は小さい。",
        },
        common=_COMMON,
        runs={
            "as it is": {},
            "shift 2": {"dataset": {"augment": {"shift": 2}}},
            "rotate 15°": {"dataset": {"augment": {"rotate": 15}}},
            "noise 0.2": {"dataset": {"augment": {"noise": 0.2}}},
        },
    ),
    Lesson(
        slug="3d-cross-validation",
        section="3d",
        title={"en": "Cross-validation", "ja": "交差検証"},
        question={
            "en": "How far can one accuracy be trusted?",
            "ja": "一つの正解率はどこまで信じられるか？",
        },
        conclusion={
            "en": "Five runs, each tested on another fifth of the 300 images: their accuracies spread over several"
            " points. Their mean is a better word than any of them.",
            "ja": "300 枚を 5 つに分け、毎回別の 1 つでテストする。正解率は数ポイントばらつく。"
            "どれか一つよりも平均のほうが信じられる。",
        },
        common=_COMMON,
        runs={
            f"fold {index + 1} of 5": {"dataset": {"fold": {"folds": 5, "index": index}}}
            for index in range(5)
        },
    ),
)
