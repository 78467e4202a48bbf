"""The queue: in which order the trainings that wait start. (`test_fair_turns.py`: how long people wait.)"""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import QueueFull
from app.jobs.queue import Level, Queue

PEOPLE = ["a", "b", "c"]


def of(*owners, level=Level.CLASS):
    """The owners of a training, each with the level."""
    return dict.fromkeys(owners, level)


operations = st.lists(
    st.tuples(
        st.sampled_from(["add", "resume", "lost", "after", "take", "remove", "settle"]), st.integers(0, 99)
    ),
    max_size=60,
)


@given(operations)
def test_a_lab_without_a_class_keeps_the_order_of_launching(steps):
    """There, resumed trainings and those that lost their worker start before all others."""
    queue, plain = Queue(1000, lambda training: 3.0), deque[str]()
    taken: list[str] = []
    for number, (step, which) in enumerate(steps):
        name = f"t{number}"
        other = plain[which % len(plain)] if plain else "none"
        match step:
            case "add":
                queue.add(name)
                plain.append(name)
            case "resume":
                queue.add_first(name)
                plain.appendleft(name)
            case "lost":
                queue.put_back(name)
                plain.appendleft(name)
            case "after":
                queue.add_after(name, other)
                plain.insert(plain.index(other) + 1 if other in plain else 0, name)
            case "take":
                assert queue.take() == (plain[0] if plain else None)
                if plain:
                    taken.append(plain.popleft())
            case "remove" if other in plain:
                queue.remove(other)
                plain.remove(other)
            case "settle" if taken:
                queue.settle(taken.pop(), float(which))
        assert queue.order() == list(plain)
        assert len(queue) == len(plain)
        assert all(training in queue for training in plain)


class_steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("add", "teacher", "share", "leave", "resume", "lost", "first", "after", "take", "settle"),
                *("remove", "behind", "behind"),
            ]
        ),
        st.sampled_from(PEOPLE),
        st.integers(0, 99),
    ),
    max_size=60,
)


def after_steps(steps):
    """A queue after these steps, and the trainings that wait in it, with their owners. After each step, `order` has
    each of them once."""
    queue = Queue(1000, lambda training: 1.0 + len(training) % 3)
    waiting: dict[str, dict[str, Level]] = {}
    taken: list[str] = []
    for number, (step, person, which) in enumerate(steps):
        name = f"t{number}"
        other = list(waiting)[which % len(waiting)] if waiting else None
        match step:
            case "add" | "teacher":
                waiting[name] = of(person) if step == "add" else of("teacher", level=Level.FIRST)
                queue.add(name, waiting[name])
            case "share" if other:
                waiting[other] = {**waiting[other], **of(person)}
                queue.add(other, waiting[other])
            case "leave" if other and len(waiting[other]) > 1:
                waiting[other] = dict(list(waiting[other].items())[1:])
                queue.add(other, waiting[other])
            case "resume":
                waiting[name] = of(person)
                queue.add_first(name, waiting[name])
            case "lost":
                waiting[name] = of(person)
                queue.put_back(name, waiting[name])
            case "first" if other:
                queue.move_first(other)
                assert queue.order()[0] == other
            case "behind" if other:
                before = list(waiting)[which // 10 % len(waiting)]
                queue.move_behind(other, before)
                order = queue.order()
                assert other == before or order.index(other) == order.index(before) + 1
            case "after" if other:
                waiting[name] = of(person)
                queue.add_after(name, other, waiting[name])
            case "remove" if other:
                queue.remove(other)
                del waiting[other]
            case "settle" if taken:
                queue.settle(taken.pop(), float(which))
            case "take" if waiting:
                taken.append(queue.take())
                del waiting[taken[-1]]
        assert sorted(queue.order()) == sorted(waiting)
    return queue, waiting


@given(class_steps)
def test_the_order_says_what_starts_next_whatever_happened_before(steps):
    """Asking for the order changes nothing, and trainings are taken in it."""
    queue, _ = after_steps(steps)
    order = queue.order()
    assert [queue.take() for _ in order] == order
    assert queue.take() is None


@given(class_steps)
def test_the_queue_of_the_next_server_has_the_same_trainings_out_of_turn(steps):
    """After any steps. All trainings that waited wait again, each once."""
    before, waiting = after_steps(steps)
    after = Queue(1000)
    for training, owners in waiting.items():
        after.add(training, owners)
    after.restore([*before.out_of_turn(), ("gone", None)])
    assert after.out_of_turn() == before.out_of_turn()
    assert sorted(after.order()) == sorted(waiting)


def test_what_followed_a_training_that_has_ended_in_the_meantime_starts_before_all_turns():
    queue = Queue(10)
    for name in ("a1", "a2", "b1", "lost"):
        queue.add(name, of(name[0]))
    queue.put_back("going on", of("c"))
    queue.restore([("going on", None), ("b1", "ended"), ("lost", "a2")])
    assert queue.order() == ["going on", "b1", "a1", "a2", "lost"]


def test_the_teachers_runs_start_before_the_class_and_what_lost_its_worker_before_both():
    queue = Queue(10)
    queue.add("student", of("a"))
    queue.add("first", of("teacher", level=Level.FIRST))
    queue.add("second", of("teacher", level=Level.FIRST))
    queue.put_back("lost", of("b"))
    assert queue.order() == ["lost", "first", "second", "student"]


def test_what_the_teacher_puts_first_starts_before_all_and_its_owner_pays_for_it():
    queue = Queue(10, lambda training: 5.0)
    for name in ("a1", "a2", "b1", "b2"):
        queue.add(name, of(name[0]))
    queue.move_first("b2")
    queue.move_first("none")
    assert queue.order() == ["b2", "a1", "a2", "b1"]
    assert queue.waits_for("b") == 2
    assert queue.take() == "b2"
    assert queue.payers("b2") == ["b"]


def test_what_the_teacher_puts_behind_another_follows_it_and_the_others_keep_their_turns():
    queue = Queue(20, lambda training: 5.0)
    for name in ("a1", "a2", "b1", "b2", "c1"):
        queue.add(name, of(name[0]))
    assert queue.order() == ["a1", "b1", "c1", "a2", "b2"]
    queue.move_behind("b2", "a1")
    assert queue.order() == ["a1", "b2", "c1", "a2", "b1"]  # b has had a turn with it
    # one that comes later has its turn between those that were not moved
    assert queue.take() == "a1"
    queue.add("d1", of("d"))
    assert queue.order() == ["b2", "c1", "d1", "a2", "b1"]
    assert queue.waits_for("b") == 2
    # farther back; behind one that follows it; and behind one that has gone: the first
    queue.move_behind("b1", "d1")
    assert queue.order() == ["b2", "c1", "d1", "b1", "a2"]
    queue.move_behind("d1", "b1")
    assert queue.order().index("d1") == queue.order().index("b1") + 1
    queue.move_behind("a2", "gone")
    assert queue.order()[0] == "a2"
    queue.move_behind("gone", "a2")
    # one that follows another keeps a turn where that is cancelled
    queue.move_behind("c1", "b1")
    queue.remove("b1")
    assert sorted(queue.order()) == ["a2", "b2", "c1", "d1"]


def test_what_lost_its_worker_and_was_moved_behind_another_keeps_a_turn_where_that_one_is_moved():
    queue = Queue(10)
    queue.add("a1", of("a"))
    queue.put_back("lost", of("b"))
    queue.move_behind("lost", "a1")
    queue.move_first("a1")
    assert queue.order() == ["a1", "lost"]


def test_a_resumed_training_is_the_next_of_its_owner_and_not_of_the_class():
    queue = Queue(10)
    for name in ("a0", "a1", "b0"):
        queue.add(name, of(name[0]))
    queue.take()  # a0, so b's turn is next
    queue.add_first("a again", of("a"))
    assert queue.order() == ["b0", "a again", "a1"]


@given(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=3, unique=True), st.lists(st.integers(0, 2)))
def test_a_training_that_several_wait_for_starts_as_early_as_for_each_of_them_alone(owners, queued):
    def place(waiting):
        queue = Queue(100)
        for number, person in enumerate(queued):
            queue.add(f"{PEOPLE[person]}{number}", of(PEOPLE[person]))
        queue.add("shared", of(*waiting))
        return queue.order().index("shared")

    assert place(owners) == min(place([owner]) for owner in owners)


def test_the_seconds_of_a_shared_training_are_divided_between_those_who_wait_for_it():
    lengths = {"shared": 30.0, **{f"{person}{i}": 10.0 for person in "abcd" for i in range(3)}}
    queue = Queue(100, lengths.__getitem__)
    queue.add("shared", of("a", "b", "c"))
    for name in list(lengths)[1:]:
        queue.add(name, of(name[0]))
    order = queue.order()
    # each of the three has had 10 s of it, so the fourth person is next, and then all are equal
    assert order[:2] == ["shared", "d0"]
    assert {name[0] for name in order[2:5]} == {"a", "b", "c"}


def test_an_owner_at_the_limit_is_passed_over_and_keeps_the_turn():
    queue = Queue(100)
    for name in ("a0", "b0", "b1"):
        queue.add(name, of(name[0]))
    assert queue.take(lambda owner: owner != "a") == "b0"
    assert queue.take(lambda owner: False) is None
    assert queue.take() == "a0"
    assert queue.take() == "b1"


def test_more_than_may_wait_is_refused_with_the_bound():
    queue = Queue(2)
    queue.add("one")
    queue.demand_places(1)
    with pytest.raises(QueueFull, match="1 runs are waiting and at most 2 may"):
        queue.demand_places(2)
