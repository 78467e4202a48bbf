"""What must fit together in a lesson: ids, names of runs, expressions, experiments, translations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.lessons import expressions
from app.lessons.document import Choice, Click, Number, Question, Rank, Settings, Sketch, Spread, Try
from app.lessons.expressions import ExpressionError
from app.lessons.front_matter import Place
from app.lessons.functions import Kind
from app.lessons.lesson import STAND_IN, Lesson, placed_questions
from app.lessons.locks import is_lockable
from engine import ConfigError, ExperimentConfig, datasets
from engine.summary import summarize
from engine.views.subject import weight_shapes
from engine.views.weights import picture_shape

#: What is raised for documents that are no experiments: `ConfigError`, which is a `ValueError`, and others where
#: there is something else in the place of a section.
WRONG = (ValueError, TypeError, AttributeError, KeyError)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that does not fit: its place in the front matter, or its line in the body of a language."""

    reason: str
    place: Place = ()
    language: str | None = None
    body_line: int = 0


def texts_of(settings: Settings) -> dict[str, str]:
    """All texts of the settings by their ids, as a translation names them."""
    texts: dict[str, str] = {}
    for _, question in placed_questions(settings):
        texts[question.id] = question.ask
        if isinstance(question, Choice):
            texts |= {f"{question.id}.{option.id}": option.text for option in question.options}
    texts |= {claim.id: claim.says for claim in settings.claims}
    if settings.transfer is not None:
        texts |= {each.id: each.text for each in settings.transfer.try_}
        if (spread := settings.transfer.spread) is not None:
            texts[spread.id] = spread.says
    if settings.exit is not None:
        texts[settings.exit.id] = settings.exit.ask
    return texts


def units_of(settings: Settings) -> set[str]:
    """The ids of units. A translation may translate them, but need not: % is the same in every language."""
    numbers: list[Number | Spread] = [
        question for _, question in placed_questions(settings) if isinstance(question, Number)
    ]
    if settings.transfer is not None and settings.transfer.spread is not None:
        numbers.append(settings.transfer.spread)
    return {f"{number.id}.unit" for number in numbers if number.unit}


def flaws(lesson: Lesson, language: str) -> Iterator[Flaw]:
    """Everything that does not fit.

    Args:
        language: that of the file with the settings.
    """
    settings = lesson.settings
    wrong = list(_experiments(lesson))
    yield from wrong
    if not wrong:
        yield from _locks(lesson)
    yield from _ids(settings)
    for place, question in placed_questions(settings):
        yield from _question(lesson, question, place)
    if settings.transfer is not None:
        for number, each in enumerate(settings.transfer.try_):
            yield from _try(lesson, each, ("transfer", "try", number), startable=not wrong)
        if (spread := settings.transfer.spread) is not None:
            yield from _expression(lesson, spread.value, ("transfer", "spread", "value"), "number")
    for number, claim in enumerate(settings.claims):
        yield from _expression(lesson, claim.holds, ("claims", number, "holds"), "truth", curves=False)
        if claim.on is not None and datasets.find(claim.on) is None:
            names = ", ".join(datasets.catalog())
            yield Flaw(f"there is no data set {claim.on!r}; there are {names}", ("claims", number, "on"))
    for row, columns in settings.compared.items():
        for column, figure in columns.items():
            yield from _expression(lesson, figure, ("compared", row, column), "number", curves=False)
    yield from _bodies(lesson, language)
    yield from _translations(lesson, language)


def _ids(settings: Settings) -> Iterator[Flaw]:
    """Texts are translated by their ids, and answers are stored by them: each stands for one thing."""
    transfer = settings.transfer
    named: list[tuple[Place, str]] = [
        ((*place, "id"), question.id) for place, question in placed_questions(settings)
    ]
    named += [(("claims", number, "id"), claim.id) for number, claim in enumerate(settings.claims)]
    if transfer is not None:
        named += [(("transfer", "try", number, "id"), each.id) for number, each in enumerate(transfer.try_)]
        if transfer.spread is not None:
            named.append((("transfer", "spread", "id"), transfer.spread.id))
    if settings.exit is not None:
        named.append((("exit", "id"), settings.exit.id))
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            yield Flaw(f"{name!r} is the id of something else too", place)
        seen.add(name)


def _experiments(lesson: Lesson) -> Iterator[Flaw]:
    settings = lesson.settings
    data = settings.common.get("dataset")
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        yield Flaw("common needs dataset: {name: …}", ("common",))
        return
    if datasets.find(data["name"]) is None:
        names = ", ".join(datasets.catalog())
        yield Flaw(f"there is no data set {data['name']!r}; there are {names}", ("common", "dataset", "name"))
        return
    for part in ("runs", "also_measured"):
        for name, changes in getattr(settings, part).items():
            if "name" in changes:
                yield Flaw("a run has its name already", (part, name, "name"))
                return
    sets = [None, STAND_IN] if lesson.any_dataset else [None]
    for dataset in sets:
        for full in (False, True) if settings.full else (False,):
            try:
                for config in lesson.configs(dataset=dataset, measured=True, full=full):
                    summarize(config)
                summarize(lesson.experiment(dataset=dataset))
            except WRONG as error:
                yield Flaw(f"{_why(error)}{f' (on {dataset})' if dataset else ''}", _blamed(lesson, error))
                return


def _locks(lesson: Lesson) -> Iterator[Flaw]:
    """A field that is locked can be compared with that of the lesson's runs."""
    configs = lesson.configs() or [lesson.experiment()]
    for number, field in enumerate(lesson.settings.locked):
        if not is_lockable(field, configs):
            yield Flaw(f"the runs have no field {field!r}", ("locked", number))


def _why(error: Exception) -> str:
    """A `ConfigError` names the field; other errors come from values that are no sections at all."""
    return str(error) if isinstance(error, ConfigError) else "this is no experiment"


def _blamed(lesson: Lesson, error: Exception) -> Place:
    """The place of a wrong value: in the run that changes it, else in what is common."""
    path = tuple(error.field.split(".")) if isinstance(error, ConfigError) else ()
    for part in ("runs", "also_measured"):
        for name, changes in getattr(lesson.settings, part).items():
            try:
                ExperimentConfig.from_dict({**lesson._document(changes, None, full=False), "name": name})
            except WRONG:
                inside = changes.get(path[0]) if path else None
                if inside is not None:
                    return (part, name, *path)
    return ("common", *path)


def _expression(
    lesson: Lesson, text: str, place: Place, kind: Kind, *, curves: bool = True, also: str | None = None
) -> Iterator[Flaw]:
    try:
        expression = expressions.parse(text, lesson.run_names(also), kind=kind, curves=curves)
    except ExpressionError as error:
        yield Flaw(str(error), place)
        return
    for function, run, layer in expression.layers:
        if reason := _no_figure(lesson, function, run, layer):
            yield Flaw(reason, place)


def _no_figure(lesson: Lesson, function: str, run: str, layer: int) -> str | None:
    """Why a run has no such figure of a layer; None: it has, or its experiment is wrong, which is said elsewhere."""
    try:
        config = lesson.config_of(run)
        count = len(weight_shapes(config))
    except WRONG:
        return None
    if not 1 <= abs(layer) <= count:
        return f"{function}(…): {run!r} has {count} layers with weights, and no layer {layer}"
    if function.startswith("smoothness"):
        try:
            picture_shape(config, layer if layer > 0 else count + 1 + layer)
        except ConfigError as error:
            return f"{function}(…): {error}"
    return None


def _question(lesson: Lesson, question: Question, place: Place) -> Iterator[Flaw]:
    if isinstance(question, Choice):
        ids = [option.id for option in question.options]
        for number, option in enumerate(question.options):
            here: Place = (*place, "options", number)
            if option.id in ids[:number]:
                yield Flaw(f"{option.id!r} is the id of another option too", (*here, "id"))
            if option.holds is not None:
                yield from _expression(lesson, option.holds, (*here, "holds"), "truth")
            elif number < len(ids) - 1:
                yield Flaw("only the last option may leave out when it holds", here)
    if isinstance(question, Rank | Sketch):
        for number, name in enumerate(question.runs):
            yield from _run(lesson, name, (*place, "runs", number))
            if name in question.runs[:number]:
                yield Flaw(f"the run {name!r} stands here twice", (*place, "runs", number))
    if isinstance(question, Number | Click):
        yield from _expression(lesson, question.value, (*place, "value"), "number")
    if isinstance(question, Number) and question.low >= question.high:
        yield Flaw(f"low ({question.low:g}) must be below high ({question.high:g})", (*place, "low"))
    if (run := getattr(question, "run", None)) is not None:
        yield from _run(lesson, run, (*place, "run"))
    if (at := getattr(question, "at", None)) is not None:
        yield from _expression(lesson, at, (*place, "at"), "number")


def _run(lesson: Lesson, name: str, place: Place) -> Iterator[Flaw]:
    if name not in lesson.runs:
        yield Flaw(expressions.no_run(name, lesson.runs), place)


def _try(lesson: Lesson, each: Try, place: Place, *, startable: bool) -> Iterator[Flaw]:
    if each.reach is not None:
        yield from _expression(lesson, each.reach, (*place, "reach"), "truth", also=each.id)
    if each.run is not None and each.run not in lesson.runs:
        yield from _run(lesson, each.run, (*place, "run"))
        return
    if not startable:  # what it changes is wrong already
        return
    try:
        for dataset in (None, STAND_IN) if lesson.any_dataset else (None,):
            summarize(lesson.tried(each, each.id, dataset=dataset))
    except WRONG as error:
        yield Flaw(_why(error), (*place, "changes"))


def _bodies(lesson: Lesson, language: str) -> Iterator[Flaw]:
    claims = [claim.id for claim in lesson.claims]
    first = lesson.editions[language].body
    for name, edition in lesson.editions.items():
        body = edition.body
        for expression, line in body.figures:
            for named in expression.layers:
                if reason := _no_figure(lesson, *named):
                    yield Flaw(reason, language=name, body_line=line)
        for claim, line in [*body.claims.items(), *body.otherwise.items()]:
            if claim not in claims:
                names = ", ".join(claims) or "none"
                yield Flaw(f"there is no claim {claim!r}; there are {names}", language=name, body_line=line)
        if body.parts and first.parts and (missing := first.claims.keys() - body.claims.keys()):
            yield Flaw(
                f"the text states no claim {min(missing)!r}, which the other does", language=name, body_line=1
            )


def _translations(lesson: Lesson, language: str) -> Iterator[Flaw]:
    needed = texts_of(lesson.settings)
    for name, edition in lesson.editions.items():
        if name == language:
            continue
        for text in edition.texts.keys() - needed.keys() - units_of(lesson.settings):
            yield Flaw(f"nothing has the id {text!r}", ("texts", text), language=name)
        for text in needed.keys() - edition.texts.keys():
            yield Flaw(f"the text {text!r} is not translated", ("texts",), language=name)
