"""The shapes of the answers of `/api/runs/{id}/findings`."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from app.answers.shape import answer


@answer
class SampleAnswer(TypedDict):
    """What the numbers were measured on: images of `part` (`batch`: of each iteration), in the last `rows` rows."""

    part: str
    images: int | None
    rows: int


@answer
class EvidenceAnswer(TypedDict):
    """Where the fault is seen: the card, the moment, and the layer by its name in the metrics."""

    card: str
    iteration: int
    layer: str | None


@answer
class TriedRun(TypedDict):
    """A run that tries a remedy for this one. `helped`: null unless both have completed or diverged."""

    id: str
    number: int
    name: str
    status: str
    helped: bool | None


@answer
class RemedyAnswer(TypedDict):
    """Something that may help. Its text is `findings.remedy.<code>`, with `values`. `changes`: dotted field → value.

    `path` and `body` are the request that tries it: POST `body` to `path`. `tried`: how many experiments of this lab
    had this fault and were trained with this remedy too; `helped`: in how many of these pairs the fault was gone and
    the accuracy higher by more than the spread. `runs` are those that try it for this run.
    """

    code: str
    kind: str
    changes: dict[str, Any]
    values: dict[str, Any]
    path: str
    body: dict[str, Any]
    tried: int
    helped: int
    runs: list[TriedRun]


@answer
class FindingAnswer(TypedDict):
    """Its text is `findings.<code>`, with `values`; `kinds` says how each is written: `count`, `number`, `share` (1 is
    100 %), `points` (0.1 is 10 percentage points), `times`, `layer`, `classes` or `part`. `iteration`: since when."""

    code: str
    iteration: int
    values: dict[str, Any]
    kinds: dict[str, str]
    sample: SampleAnswer
    evidence: EvidenceAnswer
    remedies: list[RemedyAnswer]


@answer
class FindingsAnswer(TypedDict):
    """What is found of a run at an iteration, the most decisive first. `compared`: how many ended trainings of this lab
    are among those that `tried` and `helped` count; `ended`: how many there are. `evaluations`: how many there are up
    to the iteration; with fewer than `evaluations_needed` some rules on evaluations cannot say anything."""

    run: str
    iteration: int
    findings: list[FindingAnswer]
    evaluations: int
    evaluations_needed: int
    compared: int
    ended: int
