"""Train every lesson from several seeds, and write the table of docs/lessons.md: `make lessons`.

The first time takes hours. It can be stopped at any time, and the next start continues (`lesson_figures.py`). At the
end it names the claims that the figures deny, and fails if there are some. `make lessons ARGS="--only 3b"` trains only
this lesson; `ARGS=--render` only writes the table. Figures that no lesson uses any more are deleted after a training,
once every lesson has its figures.
"""

from __future__ import annotations

import argparse
import re
import sys

import app

app.one_thread()  # before NumPy is imported

import numpy as np

from app.lessons.expressions import evaluate
from app.lessons.functions import Unmeasured
from app.lessons.lesson import Lesson
from app.lessons.outcome import Figures, Numbers, Outcome
from engine import datasets
from scripts.lesson_figures import (
    LESSONS,
    ROOT,
    Table,
    data_sets,
    denied,
    digest,
    figures,
    load,
    prune,
    save,
    seeds,
    sizes,
    train,
    untrained,
)

DOCUMENT = ROOT / "docs/lessons.md"
BEGIN, END = "<!-- make lessons -->", "<!-- /make lessons -->"


def render(table: Table) -> str:
    """All figures as Markdown: a table for each lesson, a row for each run."""
    return "\n\n".join(
        _lesson(table, lesson, full=full)
        for lesson in LESSONS.values()
        if data_sets(lesson)
        for full in sizes(lesson)
    )


def _lesson(table: Table, lesson: Lesson, *, full: bool) -> str:
    names = data_sets(lesson)
    titles = [datasets.source(name).title for name in names]
    head = [cell for title in titles for cell in (f"{title}: train", "test", "against the first")]
    rows: dict[str, list[str]] = {}
    for index, name in enumerate(names):
        seen = set()
        outcomes = figures(table, lesson, name, full=full).outcomes
        first = next(iter(outcomes.values()))
        for config in lesson.configs(dataset=name, measured=True, full=full):
            if digest(config) in seen:  # the same experiment with another seed
                continue
            seen.add(digest(config))
            run = re.sub(r"(, )?seed \d+$", "", config.name) or "one seed each"
            cells = rows.setdefault(run, [""] * (3 * index))
            cells += _cells(outcomes[config.name], first, sparse=config.regularization.l1 > 0)
    count = seeds(lesson, full=full)
    lines = [
        f"### {lesson.slug}: {lesson.title['en']} {lesson.title['ja']}{', full size' if full else ''}\n",
        f"{count} seeds.\n" if count > 1 else "One seed.\n",
        _line(["run", *head]),
        _line(["---"] * (1 + len(head))),
        *(_line([run, *cells, *[""] * (len(head) - len(cells))]) for run, cells in rows.items()),
    ]
    for name, title in zip(names, titles, strict=True):
        lines += _compared(lesson, figures(table, lesson, name, full=full), title)
    return "\n".join(lines)


def _compared(lesson: Lesson, outcomes: Figures, title: str) -> list[str]:
    """The lesson's further figures, as a table of their own; none where they were not measured."""
    if not lesson.settings.compared:
        return []
    try:
        rows = {
            row: {name: _figure(lesson, text, outcomes) for name, text in columns.items()}
            for row, columns in lesson.settings.compared.items()
        }
    except Unmeasured:  # in full size, figures of layers
        return []
    head = list(next(iter(rows.values())))
    return [
        "",
        _line([title, *head]),
        _line(["---"] * (1 + len(head))),
        *(_line([row, *columns.values()]) for row, columns in rows.items()),
    ]


def _figure(lesson: Lesson, text: str, outcomes: Figures) -> str:
    """A further figure, with its spread. Differences have a sign."""
    expression = lesson.expression(text, curves=False)
    return _spread(evaluate(expression, outcomes), ".2f" if expression.needs_layers else "+.2f")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(run: Outcome, first: Outcome, *, sparse: bool) -> list[str]:
    """Training accuracy, test accuracy, and the difference to the first run's test accuracy, seed by seed."""
    count = len(run.test)
    for what in ("diverged", "dead"):
        if affected := int(getattr(run, what).sum()):
            return [f"{what} in {affected} of {count}", _spread(run.test), ""]
    difference = run.test - first.test
    pairs = ""
    if run is not first and (difference != 0).any():
        higher = int((difference > 0).sum())
        pairs = _spread(difference, "+.2f") + (f", higher in {higher} of {count}" if count > 1 else "")
    more = f"; {run.small.mean():.0f} % of weights small" if sparse else ""
    if not np.isnan(run.validation).any():
        more += f"; on validation images {_spread(run.validation)}"
    return [_spread(run.train), _spread(run.test) + more, pairs]


def _spread(values: Numbers, form: str = ".1f") -> str:
    """Mean and standard deviation."""
    mean = f"{values.mean():{form}}".replace("-", "−")
    return f"{mean} ± {values.std(ddof=1):{form.lstrip('+')}}" if len(values) > 1 else mean


def write(table: Table) -> None:
    """Put the table into the document."""
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{render(table)}\n\n{END}{after}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Train the lessons from several seeds, and write docs/lessons.md."
    )
    parser.add_argument(
        "--only", default="", metavar="PREFIX", help="only lessons whose slug begins with this"
    )
    parser.add_argument("--dataset", help="only this data set")
    parser.add_argument("--render", action="store_true", help="train nothing, only write the table")
    arguments = parser.parse_args()
    if not arguments.render:
        train(arguments.only, arguments.dataset)
    table = load()
    if missing := untrained(table):
        print(f"These lessons lack figures of some runs: {', '.join(missing)}. `make lessons` trains them.")
        return 1
    if not arguments.render:
        table = prune(table)
        save(table)
    write(table)
    for claim in (wrong := denied(table)):
        print(f"not so over all seeds: {claim}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
