"""The messages on the pipe between the server and the process that replays moments. They travel as JSON with the name
of their class, and a view as its bytes. Imports nothing of the server."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from app.jobs.messages import Job
from engine.live import Change
from engine.reasons import Why


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Replay a moment of a training, and write its weights into a file, or make a view of it.

    Attributes:
        job: the training, as for a worker.
        iteration: the moment.
        loss: the recorded loss of this iteration, as float32; None: it is not known.
        file: where the weights go; None: a view is asked for.
        view, options: the kind of view and its options; see `engine.views`. If `view` is empty and `file` is None, the
            figures on the test images are asked for.
        seconds_per_iteration: how long an iteration is expected to take.
        bound_seconds: how long all of it may take.
    """

    job: Job
    iteration: int
    loss: float | None
    file: str | None
    seconds_per_iteration: float
    bound_seconds: float
    view: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AskRate:
    """Find a learning rate for an experiment; see `engine.rate_finder`.

    Attributes:
        config: the experiment.
        data_dir, cache_dir, own_dir: folders; `own_dir` is that of own data sets.
        iterations: how many the test takes at most.
        bound_seconds: how long all of it may take.
    """

    config: dict[str, Any]
    data_dir: str
    cache_dir: str
    own_dir: str
    iterations: int
    bound_seconds: float


@dataclass(frozen=True, kw_only=True)
class AskLandscape:
    """Measure the loss landscape around some trainings; see `engine.landscape`. `Progress` comes before the answer.

    Attributes:
        jobs: the trainings, which have the same network.
        iterations: for each training the iterations of its path, ascending; the last one is the moment.
        losses: for each training the recorded loss of its moment, as float32; None: it is not known.
        options: as JSON of `engine.landscape.Options`.
        fewer: whether it may measure on fewer images than the options say, to end in time; true where the user gave no
            number.
        bound_seconds: how long all of it may take.
    """

    jobs: list[Job]
    iterations: list[list[int]]
    losses: list[float | None]
    options: dict[str, Any]
    fewer: bool
    bound_seconds: float


@dataclass(frozen=True)
class Withdraw:
    """The last question is not to be answered any more."""


@dataclass(frozen=True)
class Written:
    """The weights are in the file."""


@dataclass(frozen=True)
class Seen:
    """The view, in the format of `app.jobs.view_bytes`."""

    view: bytes


@dataclass(frozen=True)
class Tested:
    """Accuracy (0 to 1) and mean loss on all test images."""

    accuracy: float
    loss: float


@dataclass(frozen=True)
class RateFound:
    """The test of an experiment, as JSON of `engine.rate_finder.RateTest`."""

    found: dict[str, Any]


@dataclass(frozen=True)
class Surveyed:
    """The landscape, as JSON of `engine.landscape.Survey.result`."""

    landscape: dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """No answer yet: how many of the parts of the work are done."""

    done: int
    total: int


@dataclass(frozen=True)
class Withdrawn:
    """The question was not answered, as it was withdrawn."""


@dataclass(frozen=True)
class TooLong:
    """It takes longer than the bound, as far as is known. Nothing is in the file."""

    expected_seconds: float


@dataclass(frozen=True)
class Failed:
    """The question cannot be answered. `why` is the code and the values of `reason`; see `engine.reasons`."""

    reason: str
    why: Why | None


#: The questions that have an answer.
Task = Ask | AskRate | AskLandscape
Question = Task | Withdraw
Answer = Written | Seen | Tested | RateFound | Surveyed | Withdrawn | TooLong | Failed
Message = Question | Answer | Progress

#: The first byte of a message: JSON, or the bytes of a view.
_JSON, _SEEN = b"J", b"V"
_QUESTIONS = {kind.__name__: kind for kind in get_args(Question)}
_ANSWERS = {kind.__name__: kind for kind in get_args(Answer | Progress)}


def encode(message: Message) -> bytes:
    """A message as the bytes that travel on the pipe."""
    if isinstance(message, Seen):
        return _SEEN + message.view
    # JSON has no NaN, which the loss of a diverged training may be; Python reads and writes it all the same
    return _JSON + json.dumps([type(message).__name__, asdict(message)]).encode()


def decode_question(data: bytes) -> Question:
    """The question that `encode` has made these bytes of."""
    name, fields = json.loads(data[1:])
    if "job" in fields:
        fields["job"] = _job(fields["job"])
    if "jobs" in fields:
        fields["jobs"] = [_job(job) for job in fields["jobs"]]
    question: Question = _QUESTIONS[name](**fields)
    return question


def decode_answer(data: bytes) -> Answer | Progress:
    """The answer, or the progress, that `encode` has made these bytes of."""
    if data[:1] == _SEEN:
        return Seen(data[1:])
    name, fields = json.loads(data[1:])
    answer: Answer | Progress = _ANSWERS[name](**fields)
    return answer


def _job(fields: dict[str, Any]) -> Job:
    return Job(**{**fields, "changes": [Change(**change) for change in fields["changes"]]})
