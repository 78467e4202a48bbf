"""Lessons are files: each is read or refused with file, line and reason, and a broken one breaks nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lab import READS_LESSONS
from app.lessons.checks import units_of
from app.lessons.library import BUILT_IN, INTERVAL_SECONDS, Library
from app.lessons.reading import Problems, read_lesson
from app.routes import lesson_list, lessons, preview
from tests.app.two_rates import ENGLISH, JAPANESE, Clock, Figures, write


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, ENGLISH, JAPANESE)
    return tmp_path


def test_each_built_in_lesson_loads_in_both_languages_and_says_the_same_in_them():
    shelf = Library(whole=True).shelf()
    assert shelf.problems == ()
    slugs = {path.name.partition(".")[0] for path in BUILT_IN.glob("*.md")}
    assert set(shelf.lessons) == slugs
    for lesson in shelf.lessons.values():
        assert set(lesson.editions) == {"en", "ja"}
        english, japanese = (lesson.editions[language] for language in ("en", "ja"))
        assert english.texts.keys() == japanese.texts.keys() - units_of(lesson.settings)
        assert english.body.parts.keys() == japanese.body.parts.keys()
        assert english.body.claims.keys() == japanese.body.claims.keys()
        assert english.title != japanese.title


def test_the_first_look_at_lessons_is_made_in_a_thread_whatever_asks_for_it():
    """It takes half a second, in which the event loop would send no rows."""
    for router in (lesson_list.router, lessons.router, preview.router):
        assert READS_LESSONS in router.dependencies


def test_lessons_count_as_read_when_all_of_them_are(folder, monkeypatch):
    library, seen = Library(built_in=folder), []

    def look_and_read(*arguments, **named):
        seen.append(library.is_read)
        return read_lesson(*arguments, **named)

    monkeypatch.setattr("app.lessons.library.read_lesson", look_and_read)
    library.shelf()
    assert (seen, library.is_read) == ([False], True)


def test_each_built_in_lesson_is_in_one_course_and_the_list_follows_them():
    shelf = Library().shelf()
    ordered = [slug for course in shelf.courses.values() for slug in course.lessons]
    assert ordered == list(shelf.lessons)


def test_a_teachers_lesson_appears_changes_and_goes_while_the_lab_runs(tmp_path):
    clock = Clock()
    library = Library(tmp_path, clock=clock)
    built_in = set(library.shelf().lessons)
    assert "two-rates" not in built_in

    write(tmp_path, ENGLISH, JAPANESE)
    assert "two-rates" not in library.shelf().lessons  # it has just looked
    clock.now += INTERVAL_SECONDS
    shelf = library.shelf()
    assert set(shelf.lessons) == built_in | {"two-rates"}
    lesson = shelf.lessons["two-rates"]
    assert (lesson.own, lesson.title["ja"]) == (True, "二つの学習率")
    assert [config.name for config in lesson.configs()] == ["small", "large"]

    clock.now += INTERVAL_SECONDS
    assert library.shelf() is shelf  # nothing has changed, nothing is read again

    write(tmp_path, ENGLISH.replace("Two rates", "Two learning rates"))
    clock.now += INTERVAL_SECONDS
    assert library.shelf().lessons["two-rates"].title["en"] == "Two learning rates"
    assert library.shelf().version > shelf.version

    for path in tmp_path.iterdir():
        path.unlink()
    clock.now += INTERVAL_SECONDS
    assert set(library.shelf().lessons) == built_in


def test_a_broken_lesson_is_refused_and_breaks_nothing(folder):
    clock = Clock()
    write(folder, ENGLISH.replace("large:", "larger:"), slug="broken")
    library = Library(folder, clock=clock)
    shelf = library.shelf()
    assert "two-rates" in shelf.lessons
    assert "broken" not in shelf.lessons
    assert {(problem.path.name, problem.line) for problem in shelf.problems} == {
        ("broken.en.md", 16),
        ("broken.en.md", 19),
        ("broken.en.md", 29),
    }
    assert "there is no run 'large'; there are 'small', 'larger'" in str(shelf.problems[0])

    write(folder, ENGLISH.replace("Two rates", ""))  # a lesson that was right stays as it was
    clock.now += INTERVAL_SECONDS
    shelf = library.shelf()
    assert shelf.lessons["two-rates"].title["en"] == "Two rates"
    assert any(str(problem).startswith("two-rates.en.md:3: title:") for problem in shelf.problems)


def test_a_lesson_in_one_language_is_shown_in_it_to_all(tmp_path):
    write(tmp_path, ENGLISH)
    lesson = Library(tmp_path).shelf().lessons["two-rates"]
    assert lesson.title == {"en": "Two rates", "ja": "Two rates"}


def test_a_lesson_may_say_that_there_is_no_augmentation(tmp_path):
    data = "{name: mnist, train_size: 500, test_size: 100, augment: null}"
    write(tmp_path, ENGLISH.replace("{name: digits}", data).replace("section: X", "section: X\ndata: any"))
    shelf = Library(tmp_path).shelf()
    assert shelf.problems == ()
    lesson = shelf.lessons["two-rates"]
    for dataset in ("mnist", "digits"):
        assert [config.dataset.augment for config in lesson.configs(dataset=dataset)] == [None, None]


def test_a_lesson_of_a_teacher_replaces_the_built_in_one_with_its_slug(tmp_path):
    write(tmp_path, ENGLISH, slug="1a-vanishing-gradient")
    lessons = Library(tmp_path).shelf().lessons
    assert lessons["1a-vanishing-gradient"].title["en"] == "Two rates"
    write(tmp_path, "nothing", slug="1a-vanishing-gradient")
    assert Library(tmp_path).shelf().lessons["1a-vanishing-gradient"].title["ja"] == "勾配消失"


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("section: X\n", "", 1, "a lesson needs its settings"),
        ("section: X", "section: [X", 3, "this is no YAML"),
        ("title: Two rates", "title: Two rates\ntitle: Three", 4, "'title' stands here twice"),
        ("title: Two rates", "title: 5", 3, "title: this must be a text"),
        ("title: Two rates", "titel: Two rates", 3, "there is no titel"),
        ("name: digits", "name: digit", 6, "there is no data set 'digit'"),
        ("{name: digits}", "{name: digits, train_size: x}", 6, "dataset.train_size must be"),
        ("{iterations: 100}", "[100]", 7, "training must be"),
        ("iterations: 100", "iterations: -1", 7, "must be a whole number at least 1"),
        ("iterations: 100", "iteration: 1", 7, "there is no training.iteration"),
        ("learning_rate: 0.1", "learning_rate: x", 10, "optimizer.learning_rate must be"),
        (
            "runs:\n",
            "locked: [optimizer.name, optimiser.name]\nruns:\n",
            8,
            "the runs have no field 'optimiser.name'",
        ),
        ("runs:\n", "locked: [regularization.l3]\nruns:\n", 8, "no field 'regularization.l3'"),
        ("kind: choice", "kind: guess", 12, "does not match any of the expected tags"),
        ('\'test("small") > test("large")\'', "test.small", 16, "'test.small' is not allowed"),
        ("{id: large, text: the large one}", "{id: small, text: x}", 17, "'small' is the id of another"),
        ("id: ahead", "id: better", 19, "'better' is the id of something else"),
        ('holds: \'test("large") >', 'holds: \'best("large") >', 19, "only its end is known"),
        (
            'holds: \'test("large") >',
            'holds: \'moved("large", 9) >',
            19,
            "'large' has 3 layers with weights, and no",
        ),
        (
            'holds: \'test("large") >',
            'holds: \'smoothness("large", 2) >',
            19,
            "the weights of layer 2 are no pictures",
        ),
        ('{{ test("large")', '{{ small_weights("large", -4)', 29, "and no layer -4"),
        ("# Explain", "# Explian", 26, "a heading # must be one of"),
        ("::: claim ahead", "::: claim first", 28, "there is no claim 'first'"),
        ("# Explain", "# Explain\n\n::: otherwise first\nx\n:::", 28, "there is no claim 'first'"),
        ("| .0f", "| r", 29, "a figure is written like"),
        ("Two runs.", "Two runs.\nOne: {{ test('large') }}", 25, "before anything was measured"),
        ("Two runs.", "![x](y.png)", 24, "no pictures"),
        ("Two runs.", "[x](javascript:alert)", 24, "a link goes to a card"),
        ("Two runs.", "[x](card:loss?run=none)", 24, "there is no run 'none'"),
        ("Two runs.", "$\\frac{1$", 24, "as many { as }"),
        ("# Predict", "Some text.\n\n# Predict", 22, "below a heading"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_reason(tmp_path, before, after, line, reason):
    assert before in ENGLISH
    write(tmp_path, ENGLISH.replace(before, after))
    problems = Library(tmp_path).shelf().problems
    assert {problem.path.name for problem in problems} == {"two-rates.en.md"}
    assert any(problem.line == line and reason in problem.reason for problem in problems)


@pytest.mark.parametrize("number", [".inf", "inf", "-inf", ".nan", "nan", "1e999", "1e300"])
@pytest.mark.parametrize("field", ["low", "high", "within"])
def test_a_number_question_has_finite_bounds_and_others_are_refused_with_their_line(tmp_path, field, number):
    bounds = {"low": "0", "high": "100", "within": "1", field: number}
    asked = "".join(f"    {name}: {value}\n" for name, value in bounds.items())
    question = "  - id: much\n    kind: number\n    ask: How much?\n    value: 'test(\"large\")'\n" + asked
    write(tmp_path, ENGLISH.replace("claims:\n", f"{question}claims:\n"))
    problems = list(map(str, Library(tmp_path).shelf().problems))
    line = 22 + list(bounds).index(field)
    assert len(problems) == 1
    assert problems[0].startswith(f"two-rates.en.md:{line}: predict.1.{field}: this should be ")


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("  ahead: 大きいほうが上である。\n", "", 4, "the text 'ahead' is not translated"),
        ("better.small", "better.smal", 6, "nothing has the id 'better.smal'"),
        ("::: claim ahead", "::: otherwise ahead", 12, "states no claim 'ahead'"),
    ],
)
def test_a_translation_has_the_same_texts_and_claims(tmp_path, before, after, line, reason):
    write(tmp_path, ENGLISH, JAPANESE.replace(before, after))
    problems = [str(problem) for problem in Library(tmp_path).shelf().problems]
    assert any(p.startswith("two-rates.ja.md:") and reason in p for p in problems)


def test_other_files_are_named_or_passed_over(tmp_path):
    for name in ("README.md", ".hidden.en.md", "notes.txt", "Two Rates.en.md", "x.fr.md"):
        (tmp_path / name).write_text(ENGLISH, "utf-8")
    (tmp_path / "long.en.md").write_bytes(b"-" * 300_000)
    (tmp_path / "latin.en.md").write_bytes(b"---\ntitle: \xff\n---\n")
    (tmp_path / "lost.en.md").symlink_to(tmp_path / "nowhere")
    problems = {problem.path.name: problem.reason for problem in Library(tmp_path).shelf().problems}
    assert set(problems) == {"Two Rates.en.md", "x.fr.md", "long.en.md", "latin.en.md"}
    assert "200,000 bytes" in problems["long.en.md"]
    assert Library(tmp_path / "none").shelf().problems[0].reason.startswith("the folder cannot be read")


def test_a_course_orders_lessons(folder):
    (folder / "rates.course.yaml").write_text(
        "title: {en: Rates, ja: 学習率}\nlessons: [two-rates]\n", "utf-8"
    )
    (folder / "bad.course.yaml").write_text("title: {en: Rates, ja: 学習率}\nlessons: two-rates\n", "utf-8")
    shelf = Library(folder).shelf()
    assert shelf.courses["rates"].lessons == ["two-rates"]
    assert [str(problem) for problem in shelf.problems] == [
        "bad.course.yaml:2: lessons: this should be a valid list"
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_a_file_leaves_a_lesson_or_a_reason(tmp_path, data):
    text = (BUILT_IN / "2a-optimizers.en.md").read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 40))
        odd = st.sampled_from(
            ["", "\n", " ", "'", '"', "{", "[", "- ", ": ", "{{", "}}", "$", "---", "null", "0", "漢"]
        )
        text = text[:start] + data.draw(odd | st.text(max_size=3)) + text[start + length :]
    path = tmp_path / "damaged.en.md"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        body = read_lesson("damaged", {"en": path}, own=True).edition("en").body
    except Problems as problems:
        found = problems.found
    else:
        found = ()
        for step in body.parts:
            body.render(step, Figures())
    assert all(problem.line >= 1 and problem.reason for problem in found)
