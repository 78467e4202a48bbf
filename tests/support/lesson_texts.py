"""The texts of a lesson that must not be seen before their step."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from app.lessons.body import Body
from app.lessons.document import Question
from app.lessons.rendering import TextFigure
from app.lessons.stage import Stage

#: The parts of a lesson's text in the order in which they come: a step, and whether it is the text with the answer.
PARTS = (
    ("predict", False),
    ("run", False),
    ("see", False),
    ("see", True),
    ("explain", False),
    ("transfer", False),
    ("transfer", True),
)
#: Shorter texts may also be elsewhere on the page. A Japanese character says more than a letter.
SHORTEST = {"en": 24, "ja": 10}
#: Stands in the place of a figure.
_FIGURE = "\x00"


def texts_after(stage: Stage, step: str, *, answered: bool = False) -> list[str]:
    """Texts of a lesson that come only after a step, without their figures; `answered`: its question is answered.

    What is said or asked at that step already, or before, is not among them.
    """
    shown = PARTS.index((step, answered)) + 1
    said = " ".join([*_pieces(stage.body, PARTS[:shown], 0), *_asked(stage, step)])
    return [text for text in _pieces(stage.body, PARTS[shown:], SHORTEST[stage.language]) if text not in said]


def _asked(stage: Stage, step: str) -> list[str]:
    """The texts of all questions up to a step."""
    settings = stage.lesson.settings
    questions: list[Question] = [*settings.predict]
    if settings.see is not None and step in ("see", "explain", "transfer"):
        questions.append(settings.see)
    if settings.transfer is not None and settings.transfer.question is not None and step == "transfer":
        questions.append(settings.transfer.question)
    shown = [stage.question(question) for question in questions]
    return [
        text
        for question in shown
        for text in (question["ask"], *(option["text"] for option in question.get("options", [])))
    ]


def _pieces(body: Body, parts: tuple[tuple[str, bool], ...], shortest: int) -> list[str]:
    found = []
    for step, answer in parts:
        for holds in (True, False):
            reader = _Texts()
            reader.feed(body.render(step, _Stub(holds), answer=answer))
            found += [text for text in reader.texts if len(text) >= shortest]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Stub:
    """What is assumed while no runs are there: all claims hold, or none."""

    all_hold: bool

    def figure(self, _figure: TextFigure) -> str:
        return _FIGURE

    def holds(self, _claim: str) -> bool:
        return self.all_hold

    def says(self, _claim: str) -> str:
        return _FIGURE

    def run(self, _name: str) -> None:
        return None


class _Texts(HTMLParser):
    """The pieces of text between tags and figures, with single spaces."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        pieces = (" ".join(piece.split()) for piece in data.split(_FIGURE))
        self.texts += [piece for piece in pieces if piece]
