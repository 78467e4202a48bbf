"""/api/class/challenge: the challenge that the class has now."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from app.answers.errors import ERRORS
from app.errors import Invalid
from app.lab import Lab, TheLab
from app.people.challenge import ChallengeView, OwnStanding
from app.people.judging import Terms
from app.people.person import Person
from app.people.visits import ThePerson
from engine.dataset_config import parse_dataset

router = APIRouter(prefix="/api/class/challenge", tags=["class"], responses=ERRORS)

#: Characters of a name.
MAX_NAME = 60


class ChallengeAnswer(TypedDict):
    """`challenge` is null where there is none; `standings` are a student's own, and for the teacher those of all."""

    challenge: ChallengeView | None
    standings: list[OwnStanding]


class NewChallenge(BaseModel):
    """A challenge with at least one of the three bounds."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=MAX_NAME, pattern=r"\S")
    dataset: str = Field(max_length=100)
    validation_size: int = Field(ge=1, le=10_000_000, strict=True, description="by these it is judged")
    max_parameters: int | None = Field(None, ge=1, le=1_000_000_000, strict=True)
    max_seconds: float | None = Field(
        None, gt=0, le=86_400, allow_inf_nan=False, description="of training, as the lab measures them"
    )
    max_iterations: int | None = Field(None, ge=1, le=10_000_000, strict=True)

    def terms(self) -> Terms:
        """
        Raises:
            Invalid: it has no bound.
            ConfigError: there is no such data set, or it has too few images.
        """
        if self.max_parameters is None and self.max_seconds is None and self.max_iterations is None:
            text = "a challenge needs a bound: give max_parameters, max_seconds or max_iterations"
            raise Invalid(text, code="challenge_budget", field="max_parameters")
        parse_dataset({"name": self.dataset, "validation_size": self.validation_size, "test_size": 0})
        return Terms(
            self.dataset, self.validation_size, self.max_parameters, self.max_seconds, self.max_iterations
        )


@router.get("")
async def get_challenge(lab: TheLab, person: ThePerson) -> ChallengeAnswer:
    """The challenge with its first places, and one's own place; for the teacher, the places of all."""
    return _answer(lab, person)


@router.post("", status_code=201)
async def start_challenge(lab: TheLab, person: ThePerson, given: NewChallenge) -> ChallengeAnswer:
    """Begin a challenge. From now on students train on its data set with its validation images and without test images;
    what was launched before does not count."""
    terms = given.terms()
    lab.demand_dataset(person, terms.dataset)
    lab.own_data.demand_shared(terms.dataset)
    await lab.demand_challenges().start(given.name.strip(), terms)
    return _answer(lab, person)


@router.post("/open", status_code=202)
async def open_test_set(lab: TheLab, person: ThePerson) -> ChallengeAnswer:
    """Open the test set, once: nothing counts any more, the lab measures the best run of each student on the test
    images, and then shows the figures and the new places to all."""
    await lab.demand_challenges().open_test_set()
    return _answer(lab, person)


@router.post("/end")
async def end_challenge(lab: TheLab, person: ThePerson) -> ChallengeAnswer:
    """Take the challenge from all screens. If its test set was not opened, it stays closed for what was trained."""
    await lab.demand_challenges().end()
    return _answer(lab, person)


def _answer(lab: Lab, person: Person) -> ChallengeAnswer:
    challenges = lab.demand_challenges()
    if person.is_teacher:
        return {"challenge": challenges.scoreboard.view, "standings": challenges.scoreboard.all_standings()}
    own = challenges.scoreboard.standing(person)
    return {"challenge": challenges.scoreboard.view, "standings": [] if own is None else [own]}
