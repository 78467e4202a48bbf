"""What the lab keeps of data sets that are not here."""

import pytest

from app.live.hub import Hub
from app.own_data.library import MAX_DESCRIBED, OwnData
from app.own_data.refusals import DataFull
from app.people.person import ANYONE, Person, Role
from app.settings import Settings
from engine.datasets import own
from tests.support import event_loop
from tests.support.own_data import about_table

ADA = Person(id="a", number=1, nickname="Ada", role=Role.STUDENT)
BOB = Person(id="b", number=2, nickname="Bob", role=Role.STUDENT)


async def opened(state_dir):
    own_data = OwnData(Settings(state_dir=state_dir), Hub(history=None), None)
    own.look_in(own_data.folder)
    await own_data.open()
    return own_data


def described(first, count):
    """Data sets of which a document of runs says what they are."""
    return [
        own.described(about_table(f"{number:016x}".ljust(64, "0")), f"Set {number}")
        for number in range(first, first + count)
    ]


def test_a_students_imports_leave_a_bounded_number_of_descriptions(tmp_path):
    async def scenario():
        own_data = await opened(tmp_path)
        await own_data.mention(ADA, described(0, MAX_DESCRIBED - 1))
        with pytest.raises(DataFull):
            await own_data.mention(ADA, described(MAX_DESCRIBED - 2, 3))
        assert len(own_data.names(ANYONE)) == MAX_DESCRIBED - 1  # none of what is refused is noted
        await own_data.mention(ADA, described(MAX_DESCRIBED - 2, 2))  # the first one is known
        await own_data.mention(ADA, described(0, MAX_DESCRIBED))
        await own_data.mention(BOB, described(1000, 1))
        await own_data.mention(ANYONE, described(2000, 1))

    event_loop.run(scenario())


def test_what_a_student_brings_and_deletes_again_is_bounded(tmp_path):
    async def scenario():
        own_data = await opened(tmp_path)
        await own_data.mention(ADA, described(0, MAX_DESCRIBED))
        own_data.demand_room(ADA, 0)
        (first, *_) = described(MAX_DESCRIBED, 1)
        card = own.Card(title="Deleted", owner=ADA.id)
        own.write_about(own_data.folder, first.about, card)
        await own_data.look()
        with pytest.raises(DataFull):
            own_data.demand_room(ADA, 0)
        own_data.demand_room(BOB, 0)

    event_loop.run(scenario())
