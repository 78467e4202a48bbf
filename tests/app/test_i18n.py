"""The catalogs: every text in every language, with the same placeholders."""

import re
from pathlib import Path

import numpy as np
import pytest

from app.i18n import LANGUAGES, Messages
from app.routes.people import SEES
from engine import datasets, options, schedules
from engine.optimizers import OPTIMIZERS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def messages():
    return Messages()


def test_every_message_exists_in_every_language_with_the_same_placeholders(messages):
    catalogs = [messages.catalog(language) for language in LANGUAGES]
    assert all(catalog.keys() == catalogs[0].keys() for catalog in catalogs)
    for key in catalogs[0]:
        texts = [catalog[key] for catalog in catalogs]
        assert all(texts), key
        blanks = [set(re.findall(r"\{\w+\}", text)) for text in texts]
        assert all(found == blanks[0] for found in blanks), key


def used_keys():
    """Keys that scripts and templates name in full."""
    for path in (ROOT / "static/js").rglob("*.js"):
        yield from re.findall(r"""\bt\(\s*["']([a-z0-9_.]+)["']""", path.read_text("utf-8"))
    for path in (ROOT / "templates").rglob("*.html"):
        yield from re.findall(
            r"""t\(["']([a-z0-9_.]+)["']\)|data-i18n(?:-label)?="([a-z0-9_.]+)\"""", path.read_text("utf-8")
        )


def test_every_key_that_is_used_has_a_text(messages):
    known = messages.catalog("en").keys()
    keys = {key if isinstance(key, str) else next(filter(None, key)) for key in used_keys()}
    assert len(keys) > 30
    assert keys - known == set()


def test_everything_that_can_be_chosen_has_a_label(messages):
    known = messages.catalog("en").keys()
    described = options.describe()
    wanted = {f"activation.{name}" for name in described["activations"]}
    wanted |= {f"optimizer.{name}" for name in described["optimizers"]}
    wanted |= {f"initializer.{name}" for name in described["initializers"]}
    wanted |= {f"preset.{name}" for name in described["presets"]}
    wanted |= {f"layer.{name}" for name in described["layers"]}
    wanted |= {f"schedule.{name}" for name in described["schedules"]}
    for registry in ("optimizers", "initializers", "schedules", "layers"):
        for fields in described[registry].values():
            wanted |= {f"{registry[:-1]}.{field['name']}" for field in fields}
    for name, fields in described["presets"].items():
        section = "network" if name == "mlp" else "preset"
        wanted |= {f"{section}.{field['name']}" for field in fields if field["name"] != "hidden"}
    for section in ("dataset", "training", "augment", "early_stopping"):
        wanted |= {f"{section}.{field['name']}" for field in described[section]}
    assert wanted - known == set()


def test_all_that_the_teacher_sees_of_a_student_has_a_sentence(messages):
    missing = [code for code in SEES if f"class.sees.{code}" not in messages.catalog("en")]
    assert missing == []


def test_help_says_what_a_rate_does_in_the_code(messages):
    assert schedules.exponential(700, 700, rate=0.01) == pytest.approx(0.01)
    parameters = np.ones(4)  # weights and biases alike
    OPTIMIZERS["adamw"](parameters, beta1=0.9, beta2=0.999, epsilon=1e-7, weight_decay=0.5).step(
        parameters, np.zeros(4), 0.1
    )
    assert parameters == pytest.approx(np.full(4, 1 - 0.1 * 0.5))
    for language, end, rate, biases in (
        ("en", "at the end", "learning rate", "biases"),
        ("ja", "最後", "学習率", "バイアス"),
    ):
        catalog = messages.catalog(language)
        assert end in catalog["schedule.rate.help"]
        assert rate in catalog["optimizer.weight_decay.help"]
        assert biases in catalog["optimizer.weight_decay.help"]


def test_every_class_of_a_data_set_has_a_name_in_every_language(messages):
    names = {name for known in datasets.catalog() for name in datasets.source(known).class_names}
    words = {name for name in names if len(name) > 1}  # a digit and a letter are themselves
    assert len(words) == 20 + 100
    for name in words:
        key = "category." + re.sub(r"[^a-z0-9]+", "_", name.lower())
        assert messages.catalog("en")[key] == name
        assert messages.catalog("ja")[key] != name


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("ja", None), "ja"),
        ((None, None, "ja-JP,ja;q=0.9,en;q=0.8"), "ja"),
        ((None, None, "fr-FR,fr;q=0.9"), "en"),
        ((None, "en", "ja"), "en"),
        (("klingon", None, "ja"), "ja"),
        (("", "", ""), "en"),
        (("JA",), "ja"),
        ((None, "EN-us"), "en"),
        (("ja;q=0",), "en"),
        (("en;q=0.1, fr, ja; Q=0.9",), "ja"),
        (("ja;q=high",), "ja"),
    ],
)
def test_the_first_requested_language_that_the_lab_has_is_used(messages, wishes, language):
    assert messages.negotiate(*wishes) == language
