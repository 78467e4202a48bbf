"""How many slow questions of one person are answered at the same time."""

from contextlib import ExitStack

import pytest

from app.people.person import ANYONE
from app.security.questions import MAX_TOGETHER, Questions, TooManyQuestions


def test_a_person_has_a_bounded_number_of_questions_at_a_time_and_others_are_not_refused():
    questions = Questions()
    with ExitStack() as held:
        for _ in range(MAX_TOGETHER):
            held.enter_context(questions.answering("a"))
        with pytest.raises(TooManyQuestions), questions.answering("a"):
            pass
        with questions.answering("b"):
            pass
    with questions.answering("a"):
        pass


def test_the_many_people_of_a_lab_without_a_class_are_not_one_person():
    questions = Questions()
    with ExitStack() as held:
        for _ in range(MAX_TOGETHER + 1):
            held.enter_context(questions.answering(ANYONE.id))
