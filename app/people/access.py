"""Access: who may use which route of a lab with a class. One table for HTTP, the WebSocket and the pages.

It is complete by construction: `check` refuses to open a lab with a route that has no row, or a row without a route,
and `app.people.guard` answers nothing that has no row. What is not in the path, such as the runs of a selection, the
routes ask `app.people.sight` for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from app.people.person import Role


class Needs(enum.Enum):
    """What the person must be allowed with the run in the path."""

    NOTHING = enum.auto()
    SEE = enum.auto()
    CHANGE = enum.auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route.

    Attributes:
        roles: None is a visitor, who has not joined.
        run: for routes with a run in their path.
        when_held: whether students may while the teacher holds launching.
        counts: whether it is counted how often a student does this; launching and importing are counted by themselves.
    """

    roles: frozenset[Role | None]
    run: Needs = Needs.NOTHING
    when_held: bool = True
    counts: bool = False


#: The method of the WebSocket.
SOCKET = "SOCKET"
#: A method and the path of a route, with its parameters by name.
Key = tuple[str, str]

ALL: frozenset[Role | None] = frozenset({None, *Role})
PEOPLE: frozenset[Role | None] = frozenset(Role)
#: Those who work with runs; the projector only looks.
WORKERS: frozenset[Role | None] = frozenset({Role.TEACHER, Role.STUDENT})
SCREENS: frozenset[Role | None] = frozenset({Role.TEACHER, Role.PROJECTOR})
STUDENT: frozenset[Role | None] = frozenset({Role.STUDENT})
TEACHER: frozenset[Role | None] = frozenset({Role.TEACHER})

_ANYBODY = Rule(ALL)
_LOOK = Rule(PEOPLE)
_WORK = Rule(WORKERS)
_LAUNCH = Rule(WORKERS, when_held=False)
_SEE = Rule(PEOPLE, Needs.SEE)
_USE = Rule(WORKERS, Needs.SEE)
_USE_TO_LAUNCH = Rule(WORKERS, Needs.SEE, when_held=False)
_CHANGE = Rule(WORKERS, Needs.CHANGE, counts=True)
_GO_ON = Rule(WORKERS, Needs.CHANGE, when_held=False, counts=True)
_SHARE = Rule(WORKERS, counts=True)
_ME = Rule(STUDENT, counts=True)
_TEACH = Rule(TEACHER)

TABLE: dict[Key, Rule] = {
    # what is the same for all people, and what joining needs
    ("GET", "/health"): _ANYBODY,
    ("GET", "/health/live"): _ANYBODY,
    ("GET", "/metrics"): _ANYBODY,
    ("GET", "/openapi.json"): _ANYBODY,
    ("GET", "/docs"): _ANYBODY,
    ("GET", "/vendor/swagger-ui{rest}"): _ANYBODY,
    ("GET", "/vendor/{name}"): _ANYBODY,
    ("GET", "/static/{path:path}"): _ANYBODY,
    ("GET", "/guide/images/{path:path}"): _ANYBODY,
    ("GET", "/guide/{language}.json"): _ANYBODY,
    ("GET", "/i18n/{part}.{language}.json"): _ANYBODY,
    ("GET", "/i18n/{language}.json"): _ANYBODY,
    ("GET", "/favicon.ico"): _ANYBODY,
    ("GET", "/join"): _ANYBODY,
    # two pages that lead others to where they belong
    ("GET", "/"): _ANYBODY,
    ("GET", "/wall"): _ANYBODY,
    # the class
    ("GET", "/api/class"): _ANYBODY,
    ("POST", "/api/class/check"): _ANYBODY,
    ("POST", "/api/class/join"): _ANYBODY,
    ("POST", "/api/class/enter"): _ANYBODY,
    ("POST", "/api/class/return"): _ANYBODY,
    ("POST", "/api/class/me/leave"): _LOOK,
    ("POST", "/api/class/me/phrase"): _ME,
    ("PUT", "/api/class/me/hand"): _ME,
    # a view is of several runs, which the route asks for; whose it is, `app.people.shared_views` does
    ("GET", "/api/class/views"): _LOOK,
    ("POST", "/api/class/views"): _SHARE,
    ("DELETE", "/api/class/views/{view_id}"): _SHARE,
    ("GET", "/api/class/challenge"): _LOOK,
    ("POST", "/api/class/challenge"): _TEACH,
    ("POST", "/api/class/challenge/open"): _TEACH,
    ("POST", "/api/class/challenge/end"): _TEACH,
    ("GET", "/api/class/people"): _TEACH,
    ("PATCH", "/api/class/people/{person_id}"): _TEACH,
    ("POST", "/api/class/people/{person_id}/phrase"): _TEACH,
    ("POST", "/api/class/code"): _TEACH,
    ("GET", "/api/class/qr.svg"): Rule(SCREENS),
    ("POST", "/api/class/hold"): _TEACH,
    ("POST", "/api/class/step"): _TEACH,
    ("POST", "/api/class/show"): _TEACH,
    ("POST", "/api/class/vote"): _TEACH,
    # all answers of lessons, and files of the teacher
    ("GET", "/preview"): _TEACH,
    ("GET", "/api/lesson-files"): _TEACH,
    ("POST", "/api/class/queue/{training_id}/first"): _TEACH,
    ("POST", "/api/class/queue/{training_id}/behind"): _TEACH,
    ("POST", "/api/class/projector-link"): _TEACH,
    ("PATCH", "/api/class"): _TEACH,
    ("POST", "/api/class/end"): _TEACH,
    ("GET", "/api/class/export.html"): _TEACH,
    ("GET", "/api/class/export.csv"): _TEACH,
    # what can be launched
    ("GET", "/api/options"): _LOOK,
    ("GET", "/api/datasets"): _LOOK,
    ("GET", "/api/datasets/{name}/images"): _LOOK,
    ("POST", "/api/datasets/{name}/fetch"): _TEACH,
    # own data: whose it is, `app.own_data.library` knows
    ("POST", "/api/own-data/uploads"): _WORK,
    ("POST", "/api/own-data/uploads/{upload_id}/preview"): _WORK,
    ("POST", "/api/own-data/uploads/{upload_id}/keep"): _WORK,
    ("DELETE", "/api/own-data/uploads/{upload_id}"): _SHARE,
    ("GET", "/api/own-data/drawings"): _LOOK,
    ("POST", "/api/own-data/drawings"): _SHARE,
    ("DELETE", "/api/own-data/drawings"): _SHARE,
    ("POST", "/api/own-data/drawings/upload"): _TEACH,
    ("PATCH", "/api/own-data/{name}"): _SHARE,
    ("DELETE", "/api/own-data/{name}"): _SHARE,
    ("GET", "/api/own-data/{name}/file"): _WORK,
    ("GET", "/api/lessons"): _LOOK,
    ("GET", "/api/lessons/{slug}"): _LOOK,
    ("GET", "/api/lessons/{slug}/play"): _LOOK,
    ("GET", "/api/lessons/{slug}/room"): _LOOK,
    ("GET", "/api/lessons/{slug}/attempts/newest"): _LOOK,
    ("POST", "/api/lessons/{slug}/attempts/newest/answers"): _SHARE,
    ("POST", "/api/lessons/{slug}/ballots"): _SHARE,
    ("GET", "/api/source/{kind}/{name}"): _LOOK,
    ("POST", "/api/summary"): _WORK,
    ("POST", "/api/experiments/summary"): _WORK,
    # launching
    ("POST", "/api/runs"): _LAUNCH,
    ("POST", "/api/experiments"): _LAUNCH,
    ("POST", "/api/lessons/{slug}/runs"): _LAUNCH,
    ("POST", "/api/lessons/{slug}/attempts"): _LAUNCH,
    ("POST", "/api/runs/{run_id}/clone"): _USE_TO_LAUNCH,
    ("POST", "/api/runs/{run_id}/fork"): _USE_TO_LAUNCH,
    ("POST", "/api/runs/{run_id}/fork/check"): _USE,
    ("POST", "/api/rate-finder"): _LAUNCH,
    ("POST", "/api/landscapes"): _WORK,
    ("POST", "/api/imports"): _WORK,
    # studies: whose a study is, `app.studies.studies` knows
    ("GET", "/api/studies"): _LOOK,
    ("POST", "/api/studies"): _LAUNCH,
    ("POST", "/api/studies/summary"): _WORK,
    ("GET", "/api/studies/{study_id}"): _LOOK,
    ("PATCH", "/api/studies/{study_id}"): _SHARE,
    ("DELETE", "/api/studies/{study_id}"): _SHARE,
    ("POST", "/api/studies/{study_id}/pause"): _SHARE,
    ("POST", "/api/studies/{study_id}/resume"): Rule(WORKERS, when_held=False, counts=True),
    ("POST", "/api/studies/{study_id}/cancel"): _SHARE,
    ("GET", "/api/studies/{study_id}/trials"): _LOOK,
    ("POST", "/api/studies/{study_id}/trials/{number}/run"): _LAUNCH,
    ("GET", "/api/studies/{study_id}/results"): _LOOK,
    ("GET", "/api/studies/{study_id}/export.json"): _WORK,
    ("GET", "/api/studies/{study_id}/export.csv"): _WORK,
    # runs: lists and selections hold what the person may see
    ("GET", "/api/runs"): _LOOK,
    (SOCKET, "/ws"): _LOOK,
    ("POST", "/api/stream"): _LOOK,
    ("GET", "/api/fields"): _LOOK,
    ("GET", "/api/exports/csv"): _WORK,
    ("GET", "/api/exports/json"): _WORK,
    ("GET", "/api/exports/html"): _WORK,
    # one run
    ("GET", "/api/runs/{run_id}"): _SEE,
    ("GET", "/api/runs/{run_id}/metrics"): _SEE,
    ("GET", "/api/runs/{run_id}/comparison"): _SEE,
    ("GET", "/api/runs/{run_id}/findings"): _SEE,
    ("GET", "/api/runs/{run_id}/moments/{iteration}"): _SEE,
    ("GET", "/api/runs/{run_id}/moments/{iteration}/weights.npz"): _USE,
    ("GET", "/api/runs/{run_id}/moments/{iteration}/views/{view}"): _SEE,
    ("GET", "/api/runs/{run_id}/export.json"): _USE,
    ("GET", "/api/runs/{run_id}/export.csv"): _USE,
    ("GET", "/api/runs/{run_id}/export.html"): _USE,
    ("GET", "/api/runs/{run_id}/export.py"): _USE,
    ("GET", "/api/runs/{run_id}/export.torch.py"): _USE,
    ("GET", "/api/runs/{run_id}/export.tfevents"): _USE,
    ("PATCH", "/api/runs/{run_id}"): _CHANGE,
    ("PATCH", "/api/runs/{run_id}/live"): _CHANGE,
    ("DELETE", "/api/runs/{run_id}"): _CHANGE,
    ("POST", "/api/runs/{run_id}/pause"): _CHANGE,
    ("POST", "/api/runs/{run_id}/cancel"): _CHANGE,
    ("POST", "/api/runs/{run_id}/resume"): _GO_ON,
    ("POST", "/api/runs/{run_id}/step"): _GO_ON,
}


class IncompleteTable(Exception):
    """A route has no row, a row has no route, or a run in the path has no rule."""


def check(routes: Iterable[Key]) -> None:
    """Refuse routes and rows that do not belong together.

    Raises:
        IncompleteTable: with what is missing.
    """
    route_keys = set(routes)
    without_row, without_route = route_keys - TABLE.keys(), TABLE.keys() - route_keys
    unruled = {
        key for key, rule in TABLE.items() if ("{run_id}" in key[1]) != (rule.run is not Needs.NOTHING)
    }
    for keys, problem in (
        (without_row, "no row in app/people/access.py"),
        (without_route, "a row in app/people/access.py, but there is no such route"),
        (unruled, "a row that does not fit its path: it needs a rule for {run_id}, or no such rule"),
    ):
        if keys:
            named = ", ".join(" ".join(key) for key in sorted(keys))
            raise IncompleteTable(f"{named}: {problem}")
