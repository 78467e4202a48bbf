"""Which worker of a cluster takes the next training."""

from app import __version__
from app.cluster.members import Members
from app.cluster.messages import Member


def member(name, slots=1, *, arithmetic="one", version=__version__):
    return Member(
        address=name,
        id=name,
        name=name,
        host=name,
        slots=slots,
        version=version,
        processor="",
        arithmetic=arithmetic,
    )


def chosen(members, taken=(), arithmetic=None, **options):
    member = members.choose(taken, arithmetic, **options)
    return member and member["id"]


def test_the_worker_with_the_most_free_slots_takes_a_training():
    members = Members()
    assert chosen(members) is None
    members.set([member("small"), member("large", 3), member("leaving", 0)])
    assert members.slots == 4
    assert chosen(members) == "large"
    assert chosen(members, ["large", "large", "large"]) == "small"
    members.lose_touch()
    assert (members.slots, chosen(members)) == (0, None)


def test_no_slot_is_given_twice_but_to_a_training_that_begins_paused():
    members = Members()
    members.set([member("one"), member("two"), member("leaving", 0)])
    assert chosen(members, ["one", "two"]) is None
    assert chosen(members, ["one", "one", "two"], needs_slot=False) == "two"


def test_a_training_goes_on_on_the_same_kind_of_processor_where_one_is_free():
    members = Members()
    members.set([member("large", 3), member("other", arithmetic="two")])
    assert chosen(members, arithmetic="two") == "other"
    assert chosen(members, ["other"], arithmetic="two") == "large"
    assert chosen(members, arithmetic="three") == "large"


def test_a_worker_of_another_version_is_left_out_and_named_once(caplog):
    members = Members()
    for _ in range(2):
        members.set([member("old", 8, version="0.0.1"), member("new")])
    assert (members.slots, chosen(members)) == (1, "new")
    assert [record.getMessage() for record in caplog.records] == [
        f"the worker on old has version 0.0.1 and trains nothing for this lab, which has {__version__}"
    ]
