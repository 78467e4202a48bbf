"""Texts for people use one term for one thing, and none of the terms that readers did not understand."""

import json
import re
from pathlib import Path

import pytest

from app.i18n import LANGUAGES, Messages
from tests.support import made_once

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = Messages()
LESSONS = made_once.lessons()
GUIDES = {
    "en": ("README.md", "docs/guide.md", "docs/administration.md", "docs/proxies.md", "docs/lessons.md"),
    "ja": ("docs/guide.ja.md", "docs/administration.ja.md", "docs/proxies.ja.md"),
}

#: A term (a regular expression) → the one that is used instead.
REPLACED = {
    "en": {
        r"\b(?:told|tells)\b": "shown, reported",
        r"\b(?:some|no)body\b": "a person, another person, no one in particular: name who",
        r"\b(?:so|that) many\b(?! of)": "this many, up to … ",
        r"\bas good as zero\b": "practically zero",
        r"\bstays? flat\b": "the loss does not fall",
        r"\bevens\b": "smooths",
        r"\bclone and change\b": "Edit a copy",
        r"\bfirst weights\b": "initial weights",
        r"\bpulls?\b.*\bhard\b": "too strong",
        r"\bput right\b": "corrected",
        r"\bforgotten\b": "decay of the running mean",
        r"\b[Cc]ould not be (?:fetched|downloaded)\b": "Could not download",
        r"\bclimbs?\b": "learns",
    },
    "ja": {
        r"忍耐": "待機回数（patience）",
        r"待つ評価回数": "待機回数（patience）",
        r"精度": "数値の型、または正解率",
        r"(?:テスト|訓練|学習)(?:データ)?の正解率|学習正解率": "テスト正解率・訓練正解率",
        r"学習画像": "訓練画像",
        r"(?<![線])種(?!類)": "シード",
        r"罰則": "ペナルティ",
        r"忘れる遅さ": "移動平均の減衰率",
        r"下の層|最下層": "入力に近い層",
        r"平らなまま": "損失が下がらないまま",
        r"歩幅": "更新量",
        r"暴れ": "激しく振動し NaN になる（発散）",
        r"活性 ?L[12]|活性へ|活性を": "出力（activity）の L1 正則化",
        r"(?:最大|平均)プール(?!リング)|(?:最大|平均)プー(?!リング)": "最大プーリング",
        r"雑音": "ノイズ",
        r"待機 ?[0-9{]": "待機中 1 件",
        r"複製して変更": "複製して編集",
        r"実行(?:ごと|一つ|数|の[大数])": "実験",
    },
}


def catalog_texts(language):
    return [(f"{language}: {key}", text) for key, text in MESSAGES.catalog(language).items()]


def lesson_texts(language):
    for lesson in LESSONS.values():
        edition = lesson.editions[language]
        for text in (edition.title, edition.question, *edition.texts.values()):
            yield lesson.slug, text
        path = next(path for path in lesson.paths if path.name.endswith(f".{language}.md"))
        for number, line in enumerate(path.read_text("utf-8").partition("\n---\n")[2].splitlines(), 1):
            yield f"{path.name}:{number}", line


def glossary_texts(language):
    for entry in json.loads((ROOT / "static/glossary.json").read_text("utf-8")):
        yield entry["en"]["word"], f"{entry[language]['word']}: {entry[language]['text']}"


def guide_texts(language):
    for name in GUIDES[language]:
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            yield f"{name}:{number}", line


@pytest.mark.parametrize("texts", [catalog_texts, lesson_texts, glossary_texts, guide_texts])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_uses_a_term_that_was_replaced(language, texts):
    read = list(texts(language))
    assert len(read) > 20
    found = [
        f"{where}: “{match.group()}” → {better}: {text}"
        for where, text in read
        for term, better in REPLACED[language].items()
        if (match := re.search(term, text))
    ]
    assert not found, "\n".join(found)


def test_one_name_of_an_initializer_is_used_and_the_other_is_explained_once():
    for language in LANGUAGES:
        texts = [*catalog_texts(language), *lesson_texts(language), *guide_texts(language)]
        named = [where for where, text in texts if "Xavier" in text]
        assert named == [f"{language}: network.initializer.help"]


@pytest.mark.parametrize(
    ("key", "english", "japanese"),
    [
        ("dataset.train_size", "Training examples", "訓練データ数"),
        ("early_stopping.patience", "Patience", "待機回数（patience）"),
        ("dtype", "Number type", "数値の型"),
        ("layer.max_pool2d", "max pool", "最大プーリング"),
        ("training.length", "Length", "学習の長さ"),
        ("runs.clone_change", "Edit a copy", "複製して編集"),
    ],
)
def test_terms_of_the_field_have_one_name_in_each_language(key, english, japanese):
    assert MESSAGES.catalog("en")[key] == english
    assert MESSAGES.catalog("ja")[key] == japanese
