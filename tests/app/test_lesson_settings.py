"""The settings at the head of a lesson's file: YAML, of which only plain values are read."""

import pytest

from app.lessons import front_matter
from app.lessons.front_matter import FrontMatterError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x [1]\nb: *x", 1),
        ("a: 1\nb: !!python/object:os.system x", 2),
        ("a: " + "[" * 100_000, 1),
        ("- " * 50_000, 1),
        ("a: {b: {c: " + "{d: " * 30, 1),
        ("? [a]\n: b", 1),
        ("", 1),
        ("a: 1\nb: \x01", 1),
        ("!!python/object:os.system\na: 1", 1),
        ("a: 1\n!!str b: 1", 2),
        ("a: 1\n&x b: 1", 2),
    ],
)
def test_yaml_that_could_do_harm_is_refused(text, line):
    with pytest.raises(FrontMatterError) as refused:
        front_matter.read(text)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("{a: 1} b", 1), ("a: 1\n...\nb: 2", 3), ("a: 1\n---\nb: 2", 2), ("{a: 1}\n...\n\nb", 4)],
)
def test_text_after_the_settings_is_refused_and_not_ignored(text, line):
    with pytest.raises(FrontMatterError) as refused:
        front_matter.read(text)
    assert refused.value.line == line


def test_yaml_is_read_as_people_mean_it():
    read = front_matter.read("on: yes\nrate: 1e-7\nname: '5'\nempty:\nright: true\n10,000 images: {n: -2}\n")
    assert read.values == {
        "on": "yes",
        "rate": 1e-7,
        "name": "5",
        "empty": None,
        "right": True,
        "10,000 images": {"n": -2},
    }
    assert read.line(("10,000 images", "n")) == 6
