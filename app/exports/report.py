"""The report: one HTML file with interactive figures, configs and notes, that needs neither the lab nor a network.

Everything that people wrote (names, tags, notes) enters through the template's escaping or as JSON that cannot end
its own element; and a content security policy with a nonce lets no other script run than the report's own two.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from app.exports.fields import Fields, difference, flatten
from app.exports.hues import assign_hues
from app.exports.of_class import Ranked
from app.exports.recording import Recording
from app.exports.thinning import extremes
from app.exports.wording import label_of, labels_of, reason_text, value_label_of
from app.lessons.class_counts import LessonCount
from app.lessons.lesson import Lesson
from app.people.challenge import Outcome

#: Points of one curve in the report at most; CSV and JSON have every row.
MAX_POINTS = 4000
VALIDATION = "validation_accuracy"
#: stream → curves that the report draws
CURVES = {"train": ("loss",), "evaluation": ("train_accuracy", "test_accuracy", VALIDATION)}

_environment = Environment(
    loader=PackageLoader("app.exports", "assets"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


#: Nodes of the template that are written in one piece.
PIECE = 20


def report(
    recordings: Sequence[Recording],
    curves: Sequence[Markup],
    texts: Mapping[str, str],
    language: str,
    plotly: bytes,
    dash: str | None = None,
    lessons: Mapping[str, Lesson] | None = None,
    challenges: Sequence[tuple[Outcome, Sequence[Ranked]]] = (),
    counts: Sequence[LessonCount] = (),
) -> Iterator[str]:
    """The page, in pieces.

    Args:
        curves: of each recording, from `curves`.
        texts: the messages of `language`, by key; among them the titles of own data sets, as the reader calls them.
        plotly: Plotly's script.
        dash: a field of the flat configs; dashes and symbols show its values, as on the lab's page.
        lessons: by slug; a lesson's title and question are shown above its runs.
        challenges: of a class, with their places.
        counts: how a class did in its lessons.
    """
    configs = [flatten(recording.config) for recording in recordings]
    differing = difference(configs)
    hues = assign_hues([recording.run for recording in recordings])
    lesson = _lesson(recordings, lessons or {})
    stream = _environment.get_template("report.html").stream(
        t=lambda key: texts[key],
        reason_text=lambda why, reason: reason_text(why, reason, texts, language),
        fork_text=lambda origin: _fork_text(origin, texts["report.fork"]),
        indented=_indented,
        language=language,
        nonce=secrets.token_urlsafe(16),
        dash=dash,
        challenges=challenges,
        counts=counts,
        label_of_data=lambda name: value_label_of("dataset.name", name, texts),
        label_of=lambda field: label_of(field, texts),
        has_validation=any(VALIDATION in recording.run["latest"] for recording in recordings),
        title=_heading(recordings, lesson, texts, language),
        question=lesson.question[language] if lesson else "",
        written=time.strftime("%Y-%m-%d %H:%M", time.localtime()),
        runs=[
            {**recording.run, "hue": hue, "data_title": recording.data_title}
            for recording, hue in zip(recordings, hues, strict=True)
        ],
        documents=[_indented(recording.config) for recording in recordings],
        difference=_rows(differing, texts),
        same=_same(configs, differing, texts) if len(configs) > 1 else [],
        style=_asset("report.css"),
        plotly=Markup(plotly.decode("utf-8")),
        script=_asset("report.js"),
        data=_data(curves, hues, _dash(dash, configs, texts), _charts_texts(texts)),
    )
    stream.enable_buffering(PIECE)
    return stream


def curves(recording: Recording, points: int = MAX_POINTS) -> Markup:
    """A run's curves as the report's script reads them, with at most `points` points each. Each run's are written by
    themselves: while JSON is written, no other thread has its turn."""
    return _json_in_html(_curves(recording, points))


def _data(
    curves: Sequence[Markup], hues: Sequence[int], dash: dict[str, Any] | None, texts: dict[str, str]
) -> Iterator[Markup]:
    """What the report's script reads, in pieces."""
    yield Markup('{"runs":[')
    for number, own in enumerate(curves):
        yield Markup("," if number else "")
        yield own
    yield Markup('],"hues":')
    yield _json_in_html(hues)
    yield Markup(',"dash":')
    yield _json_in_html(dash)
    yield Markup(',"texts":')
    yield _json_in_html(texts)
    yield Markup("}")


def _dash(field: str | None, configs: Sequence[Fields], texts: Mapping[str, str]) -> dict[str, Any] | None:
    if not field:
        return None
    values = [value_label_of(field, config.get(field), texts) for config in configs]
    return {"label": label_of(field, texts), "values": values}


def _lesson(recordings: Sequence[Recording], lessons: Mapping[str, Lesson]) -> Lesson | None:
    """The lesson that all runs are of, if it is still there."""
    slugs = {recording.run.get("lesson") for recording in recordings}
    return lessons.get(slugs.pop() or "") if len(slugs) == 1 else None


def _heading(
    recordings: Sequence[Recording], lesson: Lesson | None, texts: Mapping[str, str], language: str
) -> str:
    """The lesson's title, or one run's name, or that experiments are compared."""
    if lesson:
        return f"{lesson.section} · {lesson.title[language]}"
    return str(recordings[0].run["name"]) if len(recordings) == 1 else texts["report.title"]


def _charts_texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: texts[key] for key in texts if key.startswith(("chart.", "report."))}


@cache
def _asset(name: str) -> Markup:
    return Markup(resources.files("app.exports").joinpath("assets", name).read_text("utf-8"))


def _fork_text(origin: Mapping[str, Any], text: str) -> str:
    """What a run was forked from, in words; a name is put in last, whatever it holds. In a class
    the name may be another person's, and missing."""
    for name in ("number", "iteration"):
        text = text.replace(f"{{{name}}}", f"{origin[name]:,}")
    return text.replace("{name}", origin["name"] or "–")


def _indented(config: dict[str, Any]) -> str:
    return json.dumps(config, indent=2, ensure_ascii=False, allow_nan=False)


def _rows(fields: dict[str, list[Any]], texts: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    labels = labels_of(fields, texts)
    return [
        (labels[name], [value_label_of(name, value, texts) for value in values])
        for name, values in fields.items()
    ]


def _same(
    configs: Sequence[Fields], differing: Container[str], texts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What all configs have in common."""
    common = {name: value for name, value in configs[0].items() if name not in differing}
    labels = labels_of(common, texts)
    return [(labels[name], value_label_of(name, value, texts)) for name, value in common.items()]


def _curves(recording: Recording, points: int) -> dict[str, Any]:
    curves: dict[str, Any] = {"name": recording.run["name"], "not_positive": 0}
    for stream, names in CURVES.items():
        columns = recording.some(stream, ("iteration", *names))
        for name in names:
            if name in columns:
                curves[name] = _points(columns["iteration"], columns[name], points)
        if "loss" in columns:
            curves["not_positive"] = int((columns["loss"] <= 0).sum())
    return curves


def _points(x: NDArray[np.float32], y: NDArray[np.float32], most: int) -> dict[str, list[Any]]:
    if len(x) > most:
        picked = extremes(y, most)
        x, y = x[picked], y[picked]
    finite = np.isfinite(y).tolist()
    values = [float(f"{value:.6g}") if ok else None for value, ok in zip(y.tolist(), finite, strict=True)]
    return {"x": [int(value) for value in x.tolist()], "y": values}


def _json_in_html(value: Any) -> Markup:
    """JSON for a script element: no `<`, so that nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
