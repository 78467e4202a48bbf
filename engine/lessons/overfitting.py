"""Section 3: overfitting 過学習, and remedies against it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from engine.lessons.claims import Claim, Figures, Numbers, Outcome
from engine.lessons.lesson import Lesson

COMMON: dict[str, Any] = {
    "dataset": {"name": "mnist", "train_size": 300},
    "network": {
        "preset": "mlp",
        "hidden": [100] * 6,
        "activation": "relu",
        "initializer": {"name": "he_normal"},
    },
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
    "training": {"iterations": 1000, "batch_size": 100, "evaluate_every": 10},
    # With 300 images the outcome varies by a whole point from seed to seed. The lesson shows one
    # run, so it takes a seed that ends at the mean over twelve seeds, both without a penalty and with one.
    "seed": 7,
}


def _last_layer_untouched() -> dict[str, Any]:
    """The network of `COMMON` as the script in the course's notes trains it: its loop ends one layer too early."""
    layers: list[dict[str, Any]] = []
    for units in COMMON["network"]["hidden"]:
        layers += [{"type": "dense", "units": units}, {"type": "activation", "name": "relu"}]
    layers.append({"type": "dense", "units": 10, "penalized": False, "trainable": False})
    return {"layers": layers, "initializer": COMMON["network"]["initializer"]}


def _gain(f: Figures, name: str) -> Numbers:
    """By how many points the test accuracy is above that of the first run, for each seed."""
    return f[name].test - next(iter(f.values())).test


def _steps(f: Figures) -> Iterator[tuple[Outcome, Outcome]]:
    """Pairs of each run and the next one."""
    return pairwise(f.values())


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
            "ja": "300 枚を丸暗記する。訓練正解率は 100 % に達し、テスト正解率はずっと低いままである。",
        },
        common=COMMON,
        runs={"300 images": {}},
        claims=(
            Claim("it learns them by heart", lambda f: f["300 images"].train == 100),
            Claim("test accuracy stays far below", lambda f: f["300 images"].gap > 7),
            Claim("20 points and more on MNIST", lambda f: f["300 images"].gap > 20, on="mnist"),
        ),
    ),
    Lesson(
        slug="3b-l2",
        section="3b",
        title={"en": "L2 regularization", "ja": "L2 正則化"},
        question={
            "en": "Does weight decay close the gap between train and test accuracy?",
            "ja": "荷重減衰は、訓練正解率とテスト正解率の差を縮めるか？",
        },
        conclusion={
            "en": "λ 0.1 more than halves the weights, and the network no longer learns its images by heart: the gap"
            " gets a little smaller. But only because train accuracy falls by more than test accuracy, which also falls"
            " by several points. A smaller gap does not mean a better network.",
            "ja": "λ = 0.1 で重みは半分以下になり、丸暗記はできなくなって、差は少し縮む。"
            "しかしそれは訓練正解率がより大きく下がったからで、テスト正解率も数ポイント下がっている。"
            "差が小さいからといって、良いネットワークとは限らない。",
        },
        common=COMMON,
        runs={"no penalty": {}, "L2 λ 0.1": {"regularization": {"l2": 0.1}}},
        claims=(
            Claim(
                "it more than halves the weights",
                lambda f: f["L2 λ 0.1"].weights < f["no penalty"].weights / 2,
            ),
            Claim("no longer by heart", lambda f: f["L2 λ 0.1"].train < 98),
            Claim("test accuracy falls", lambda f: _gain(f, "L2 λ 0.1") < 0),
            Claim("by several points", lambda f: _gain(f, "L2 λ 0.1").mean() < -3),
            Claim(
                "the gap gets a little smaller",
                lambda f: f["L2 λ 0.1"].gap.mean() < f["no penalty"].gap.mean() - 1,
            ),
        ),
    ),
    Lesson(
        slug="3b-l2-sweep",
        section="3b",
        title={"en": "How much L2, over three seeds", "ja": "L2 の強さとシード"},
        question={
            "en": "Which λ helps, and how much of that is luck?",
            "ja": "どの λ が効き、どこまでが偶然か？",
        },
        conclusion={
            "en": "Runs with the same seed share their initial weights and their batches, so compare them in pairs. λ"
            " 0.1 lowers test accuracy with every seed. On MNIST λ 0.01 raises it by 0.8 points, in 12 of 12 pairs,"
            " although runs of different seeds differ by more than that. So a comparison of single runs with"
            " different seeds proves nothing; pairs do. On the small digits λ 0.01 sometimes raises and sometimes"
            " lowers test accuracy: no effect can be seen.",
            "ja": "シードが同じ実験は、重みの初期値もバッチも同じである。だから、同じシードどうしを比べる。"
            "すると λ = 0.1 はどのシードでもテスト正解率を下げる。MNIST では λ = 0.01 が 12 組中 12 組で改善し、"
            "平均は 0.8 ポイント。シードによる差はそれより大きいので、シードの違う実験を一つずつ比べても何も言えない。"
            "同じシードの組で比べて初めて、違いが分かる。"
            "小さな数字画像（digits）では λ = 0.01 でテスト正解率が上がることも下がることもあり、"
            "効果があるとはいえない。",
        },
        common=COMMON,
        runs={
            f"λ {strength:g}, seed {seed}": {"regularization": {"l2": strength}, "seed": seed}
            for strength in (0.0, 0.01, 0.1)
            for seed in (0, 1, 2)
        },
        claims=(
            Claim("λ 0.1 costs at every seed", lambda f: _gain(f, "λ 0.1, seed 0") < 0),
            Claim("λ 0.01 gains in every pair", lambda f: _gain(f, "λ 0.01, seed 0") > 0, on="mnist"),
            Claim("0.8 points", lambda f: abs(_gain(f, "λ 0.01, seed 0").mean() - 0.8) < 0.05, on="mnist"),
            Claim(
                "seeds differ by more",
                lambda f: f["λ 0, seed 0"].test.std() > _gain(f, "λ 0.01, seed 0").mean(),
                on="mnist",
            ),
            Claim(
                "on the digits λ 0.01 does nothing",
                lambda f: abs(_gain(f, "λ 0.01, seed 0").mean()) < _gain(f, "λ 0.01, seed 0").std(),
                on="digits",
            ),
        ),
    ),
    Lesson(
        slug="3b-last-layer",
        section="3b",
        title={"en": "The notes' own script", "ja": "講義ノートのスクリプト"},
        question={
            "en": "The notes' own script ends its loop one layer too early: the last layer is neither penalized nor"
            " trained. They conclude that L2 has clearly improved the network. Has it?",
            "ja": "講義ノートのスクリプトは、ループが 1 層分だけ早く終わる。"
            "最後の層にはペナルティがかからず、学習もしない。"
            "ノートの結論は「L2 で過学習が明らかに改善した」。本当にそうか？",
        },
        conclusion={
            "en": "No: even with the last layer untouched, λ 0.1 lowers test accuracy by several points. Train accuracy"
            " falls by more, so the gap is smaller. And a last layer of random weights that never learns costs nothing"
            " on average over twelve seeds: the six layers before it make up for it.",
            "ja": "改善していない。最後の層をそのままにしても、λ = 0.1 ではテスト正解率が数ポイント下がる。"
            "訓練正解率がそれより大きく下がるので、差が縮むだけである。"
            "なお、最後の層が乱数のまま学習しなくても、12 個のシードの平均ではテスト正解率は変わらない。"
            "その前の 6 層が補うからである。",
        },
        common=COMMON,
        runs={
            "no penalty": {},
            "no penalty, last layer fixed": {"network": _last_layer_untouched()},
            "L2 λ 0.1": {"regularization": {"l2": 0.1}},
            "L2 λ 0.1, last layer fixed": {
                "regularization": {"l2": 0.1},
                "network": _last_layer_untouched(),
            },
        },
        claims=(
            Claim(
                "test accuracy falls by several points",
                lambda f: _gain(f, "L2 λ 0.1, last layer fixed").mean() < -3,
            ),
            Claim("at every seed", lambda f: _gain(f, "L2 λ 0.1, last layer fixed") < 0),
            Claim(
                "train accuracy falls more",
                lambda f: f["L2 λ 0.1, last layer fixed"].gap.mean() < f["no penalty"].gap.mean(),
            ),
            Claim(
                "a last layer that never learns does no harm that one could see",
                lambda f: abs(_gain(f, "no penalty, last layer fixed").mean()) < 1,
            ),
        ),
    ),
    Lesson(
        slug="3c-l1",
        section="3c",
        title={"en": "L1 regularization", "ja": "L1 正則化"},
        question={
            "en": "What does a penalty on absolute values do that a penalty on squares does not?",
            "ja": "絶対値へのペナルティは、二乗へのペナルティと何が違うか？",
        },
        conclusion={
            "en": "L1 shrinks every weight by the same amount, small or large, and many end near zero: choose “Weights"
            " below 0.001 in size” in a chart. Without a penalty about 1 % of the weights are that small, with λ"
            " 0.0005 25 to 50 %, with λ 0.005 about 95 %. λ 0.0005 does not lower test accuracy. With λ 0.005 and"
            " this learning rate the result depends on the seed, also if the last layer is left untouched, as in the"
            " notes' own script. Try other seeds.",
            "ja": "小さな重みも大きな重みと同じだけ 0 に近づけるため、多くの重みがほぼ 0 になる。"
            "グラフで「絶対値が 0.001 未満の重みの割合」を選ぶと見える。"
            "その割合は、ペナルティなしで約 1 %、λ = 0.0005 で 25～50 %、λ = 0.005 で約 95 %。"
            "λ = 0.0005 ならテスト正解率は下がらない。λ = 0.005 とこの学習率では、結果がシードに左右される。"
            "講義ノートのスクリプトのように最後の層をそのままにしても同じである。ほかのシードでも試してみよう。",
        },
        common={**COMMON, "optimizer": {"name": "sgd", "learning_rate": 0.1}},
        runs={
            "no penalty": {},
            "L1 λ 0.0005": {"regularization": {"l1": 0.0005}},
            "L1 λ 0.005": {"regularization": {"l1": 0.005}},
            "L1 λ 0.005, last layer fixed": {
                "regularization": {"l1": 0.005},
                "network": _last_layer_untouched(),
            },
        },
        claims=(
            Claim("1 in 100 without", lambda f: f["no penalty"].small < 2),
            Claim(
                "a quarter to a half", lambda f: (f["L1 λ 0.0005"].small > 20) & (f["L1 λ 0.0005"].small < 55)
            ),
            Claim("19 of 20", lambda f: f["L1 λ 0.005"].small > 92),
            Claim("λ 0.0005 loses nothing", lambda f: _gain(f, "L1 λ 0.0005").mean() > 0),
            Claim(
                "λ 0.005 is a lottery",
                lambda f: [
                    f[name].test.std() > 5 * f["no penalty"].test.std()
                    for name in ("L1 λ 0.005", "L1 λ 0.005, last layer fixed")
                ],
            ),
        ),
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
            " falling to zero, but with 300 images none of them raises test accuracy. Dropout lowers it by more"
            " than a point on average over twelve seeds. On MNIST early stopping lowers it with every seed, by two"
            " points on average: it watches the loss of 300 validation images, which is best long before the accuracy"
            " is.",
            "ja": "画像を増やすことが断然効く。"
            "ドロップアウト、早期終了、小さなネットワークは訓練損失が 0 に落ちるのを防ぐが、"
            "300 枚ではどれもテスト正解率を上げない。"
            "ドロップアウトは、12 個のシードの平均で 1 ポイント以上下げる。"
            "MNIST では早期終了もどのシードでも下げ、平均で 2 ポイントの損になる。"
            "基準にしている検証画像 300 枚の損失は、正解率よりずっと早く最良になるからである。",
        },
        common=COMMON,
        runs={
            "as it is": {},
            "dropout 0.2": {"network": {"dropout": 0.2}},
            "early stopping": {
                "dataset": {"validation_size": 300},
                "training": {"early_stopping": {"metric": "validation_loss", "patience": 5}},
            },
            "smaller network": {"network": {"hidden": [20]}},
            "1,000 images": {"dataset": {"train_size": 1000}},
        },
        claims=(
            Claim("more images gain at every seed", lambda f: _gain(f, "1,000 images") > 0),
            Claim("by far", lambda f: _gain(f, "1,000 images").mean() > 3),
            Claim(
                "the others keep the training loss from falling to zero",
                lambda f: [
                    f[name].loss.mean() > 2 * f["as it is"].loss.mean()
                    for name in ("dropout 0.2", "early stopping", "smaller network")
                ],
            ),
            Claim(
                "none of them gains",
                lambda f: [
                    _gain(f, name).mean() < 0 for name in ("dropout 0.2", "early stopping", "smaller network")
                ],
            ),
            Claim("dropout costs", lambda f: _gain(f, "dropout 0.2").mean() < -1),
            Claim("early stopping costs at every seed", lambda f: _gain(f, "early stopping") < 0, on="mnist"),
            Claim("two points", lambda f: abs(_gain(f, "early stopping").mean() + 2) < 0.25, on="mnist"),
        ),
    ),
    Lesson(
        slug="3d-more-data",
        section="3d",
        title={"en": "More data", "ja": "データを増やす"},
        question={"en": "How far do more images go?", "ja": "画像を増やすとどこまで良くなるか？"},
        conclusion={
            "en": "With more images, test accuracy rises and the gap narrows; with MNIST's 60,000 images"
            " there is no gap. Nothing else helps test accuracy as much.",
            "ja": "増やすたびにテスト正解率は上がり、差は縮む。MNIST の 60,000 枚では差がなくなる。"
            "テスト正解率にこれほど効くものはほかにない。",
        },
        common=COMMON,
        runs={f"{size:,} images": {"dataset": {"train_size": size}} for size in (300, 1000, 10_000, 60_000)},
        claims=(
            Claim("test accuracy rises", lambda f: [a.test.mean() < b.test.mean() for a, b in _steps(f)]),
            Claim("the gap narrows", lambda f: [a.gap.mean() > b.gap.mean() + 1 for a, b in _steps(f)]),
            Claim("with 60,000 images it is closed", lambda f: abs(f["60,000 images"].gap) < 1, on="mnist"),
        ),
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
            "en": "The network learns the wrong labels by heart too: train accuracy rises far above the share of right"
            " labels, on MNIST to 100 %. Test accuracy falls.",
            "ja": "ネットワークは間違ったラベルまで覚えてしまう。訓練正解率は正しいラベルの割合をはるかに超え、"
            "MNIST では 100 % に達する。その代わり、テスト正解率は下がる。",
        },
        common=COMMON,
        runs={f"{100 * share:.0f} % wrong": {"dataset": {"label_noise": share}} for share in (0.0, 0.2, 0.4)},
        claims=(
            Claim(
                "train accuracy climbs far above the share of right labels",
                lambda f: [f["20 % wrong"].train.mean() > 80 + 10, f["40 % wrong"].train.mean() > 60 + 15],
            ),
            Claim("to 100 % on MNIST", lambda f: [run.train > 99.3 for run in f.values()], on="mnist"),
            Claim("test accuracy pays", lambda f: [a.test > b.test + 5 for a, b in _steps(f)]),
        ),
    ),
    Lesson(
        slug="3d-augmentation",
        section="3d",
        title={"en": "Augmentation", "ja": "データ拡張"},
        question={
            "en": "Can small changes make 300 images as useful as many more?",
            "ja": "画像を少しずつ変えれば、300 枚でも多くの画像と同じように学習できるか？",
        },
        conclusion={
            "en": "On MNIST, yes: on average over twelve seeds shifted and rotated digits raise test accuracy by four"
            " points and more, noise by three; no penalty does as much. On the small digits of 8 × 8 pixels only noise"
            " helps: one pixel is an eighth of the image, and shifted digits no longer look like those of the test."
            " Augmented images must look like images that could really occur.",
            "ja": "MNIST ではできる。"
            "12 個のシードの平均で、平行移動や回転でテスト正解率は 4 ポイント以上、ノイズでも約 3 ポイント上がる。"
            "ペナルティではここまで上がらない。8 × 8 画素の小さな数字画像（digits）で効くのはノイズだけである。"
            "1 画素は画像の幅の 8 分の 1 もあり、ずらすとテスト画像に似なくなる。"
            "作る画像は、実際にありそうな画像でなければならない。",
        },
        common=COMMON,
        runs={
            "as it is": {},
            "shift 2": {"dataset": {"augment": {"shift": 2}}},
            "rotate 15°": {"dataset": {"augment": {"rotate": 15}}},
            "noise 0.2": {"dataset": {"augment": {"noise": 0.2}}},
        },
        claims=(
            Claim("noise helps on both", lambda f: _gain(f, "noise 0.2") > 0),
            Claim("noise by three", lambda f: abs(_gain(f, "noise 0.2").mean() - 3) < 0.5, on="mnist"),
            Claim(
                "shifts and turns by four and more",
                lambda f: [_gain(f, name).mean() > 4 for name in ("shift 2", "rotate 15°")],
                on="mnist",
            ),
            Claim(
                "at every seed",
                lambda f: [_gain(f, name) > 0 for name in ("shift 2", "rotate 15°")],
                on="mnist",
            ),
            Claim(
                "on the digits shifts cost and turns do nothing",
                lambda f: [_gain(f, "shift 1").mean() < -3, abs(_gain(f, "rotate 15°").mean()) < 1],
                on="digits",
            ),
        ),
    ),
    Lesson(
        slug="3d-cross-validation",
        section="3d",
        title={"en": "Cross-validation", "ja": "交差検証"},
        question={
            "en": "How far can a single measured accuracy be trusted?",
            "ja": "一度だけ測った正解率は、どこまで信じられるか？",
        },
        conclusion={
            "en": "Five runs, each tested on another fifth of the 300 images: their accuracies spread over several"
            " points. Their mean can be trusted more than any one of them.",
            "ja": "300 枚を 5 つに分け、毎回別の 1 つでテストする。正解率は数ポイントばらつく。"
            "どれか一つよりも平均のほうが信じられる。",
        },
        common=COMMON,
        runs={
            f"fold {index + 1} of 5": {"dataset": {"fold": {"folds": 5, "index": index}}}
            for index in range(5)
        },
        claims=(
            Claim(
                "they spread over several points",
                lambda f: (
                    max(run.test.mean() for run in f.values()) - min(run.test.mean() for run in f.values())
                    > 3
                ),
            ),
        ),
    ),
)
