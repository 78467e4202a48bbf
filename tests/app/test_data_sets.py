"""Data sets as the lab offers them, downloaded from a real server on this machine."""

import asyncio

from app.data_sets import DataSets
from app.settings import Settings
from tests.engine.test_emnist import mirror as mirror
from tests.support import event_loop
from tests.support.hub import HubLab, drain


def test_a_download_says_of_each_data_set_of_its_archive_that_it_is_there(tmp_path, mirror, monkeypatch):
    monkeypatch.setenv("LOSSROOM_MIRRORS", mirror[0])
    lab = HubLab()

    async def download():
        data_sets = DataSets(Settings(state_dir=tmp_path / "state", data_dir=tmp_path / "data"), lab.hub)
        data_sets.fetch("emnist_letters")
        while data_sets.answer("emnist_letters")["fetching"] is not None:
            await asyncio.sleep(0.01)

    event_loop.run(download())
    _, published = drain(lab.viewer())
    there = {each["dataset"]["name"]: each["dataset"]["available"] for each in published if "dataset" in each}
    assert there == {"emnist_letters": True, "emnist_balanced": True}
