"""Where checkpoints are: a folder, and three stores of fsspec, a shared folder, a server of files, and fsspec's own in
memory, which like a bucket gives no file another name. All are alike."""

import fsspec
import pytest

from app.jobs import checkpoints
from app.jobs.checkpoint_place import demand_usable, place_of
from app.jobs.checkpoint_store import open_store
from app.jobs.checkpoints import Writer
from app.jobs.kept import Keeper
from app.jobs.messages import Checkpoint
from app.mistake import Mistake
from app.settings import Settings, SettingsError, read_settings
from engine import ExperimentConfig, Trainer, load_dataset
from tests.support.experiments import QUICK
from tests.support.ftp import PASSWORD, USER, FtpServer


@pytest.fixture(scope="module")
def ftp(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, FtpServer(tmp_path_factory.mktemp("ftp")) as server:
        patch.setitem(fsspec.config.conf, "ftp", {"username": USER, "password": PASSWORD})
        yield server


@pytest.fixture(params=["folder", "file", "ftp", "memory"])
def place(request, tmp_path):
    """The place of a new, empty store."""
    match request.param:
        case "folder":
            return str(tmp_path / "deep" / "checkpoints")
        case "file":
            return (tmp_path / "common" / "lab").as_uri()
        case "memory":
            return f"memory://{tmp_path.name}/lab"
    return f"{request.getfixturevalue('ftp').address}/deep/{tmp_path.name}"


@pytest.fixture
def store(place):
    return open_store(place)


def fill(store, *names):
    for name in names:
        store.write(name, name.encode(), durable="/" not in name)


def test_what_was_written_is_read_and_listed_also_by_another_machine(store, place):
    assert store.files() == store.files("one") == set()
    store.write("one.1.5.npz", b"first")
    store.write("one/1.3.npz", bytes(range(256)) * 1000, durable=False)
    store.write("one.1.5.npz", b"again")
    other = open_store(place)
    assert other.read("one.1.5.npz") == b"again"
    assert other.read("one/1.3.npz") == bytes(range(256)) * 1000
    assert other.files() == other.files("one") == {"one.1.5.npz", "one/1.3.npz"}
    assert other.files("on") == other.files("two") == set()


def test_a_file_that_is_missing_is_an_error_and_no_checkpoint(store):
    with pytest.raises(FileNotFoundError):
        store.read("one.1.5.npz")
    fill(store, "one.1.5.npz")
    with pytest.raises(FileNotFoundError):
        store.read("one.1.6.npz")
    with pytest.raises(FileNotFoundError):
        store.copy("one.1.6.npz", "two.0.6.npz")
    store.remove(["one.1.6.npz", "lost/1.2.npz"])
    assert checkpoints.read(store, "one.1.6.npz") is None
    assert store.files() == {"one.1.5.npz"}


def test_files_that_no_training_has_are_deleted(store):
    fill(store, "goes-on.1.5.npz", "goes-on.1.4.npz", "gone.1.6.npz.part", "gone/1.4.npz", "ended/1.2.npz")
    fill(store, "ended/1.3.npz")
    named = {"goes-on.1.5.npz", "goes-on.1.9.npz", "ended/1.3.npz", "lost/1.4.npz"}
    assert checkpoints.sweep(store, named) == store.files() == {"goes-on.1.5.npz", "ended/1.3.npz"}


def test_of_an_ended_training_only_what_it_keeps_stays_and_of_a_deleted_one_nothing(store, place):
    others = {"other.1.1.npz", "other/1.2.npz"}
    fill(store, "one.1.5.npz", "one.2.6.npz.part", "one/1.2.npz", "one/2.4.npz", *others)
    kept: Checkpoint = {"file": "one/2.4.npz", "iteration": 4, "evaluations": 0, "kept_bytes": 0}
    checkpoints.remove_all(store, "one", but=[kept])
    assert store.files() == {"one/2.4.npz", *others}
    checkpoints.remove_all(store, "one")
    assert store.files() == others
    system, root = fsspec.url_to_fs(place)
    assert not system.exists(f"{root}/one")


def test_a_training_that_leaves_another_one_gets_its_checkpoints_also_where_two_are_of_one_iteration(store):
    fill(store, "one.1.4.npz", "one/1.4.npz")
    made: list[Checkpoint] = [
        {"file": "one.1.4.npz", "iteration": 4, "evaluations": 0},
        {"file": "one/1.4.npz", "iteration": 4, "evaluations": 0, "kept_bytes": 3},
        {"file": "one/1.2.npz", "iteration": 2, "evaluations": 0, "kept_bytes": 3},
    ]
    copied = checkpoints.copy(store, made, "new")
    checkpoints.remove_all(store, "one")
    assert [checkpoint["file"] for checkpoint in copied] == ["new.0.4.npz", "new/0.4.npz"]
    assert {file: store.read(file) for file in store.files()} == {
        "new.0.4.npz": b"one.1.4.npz",
        "new/0.4.npz": b"one/1.4.npz",
    }


def test_a_worker_saves_and_keeps_moments_that_lead_to_the_same_curve(store, monkeypatch):
    monkeypatch.setattr("app.jobs.kept.SHARE", 0)
    monkeypatch.setattr("app.jobs.checkpoints.SHARE", 0)
    trainer = Trainer(ExperimentConfig.from_dict(QUICK), load_dataset("digits"))
    writer = Writer(store, "one", 1, every=3600)
    keeper = Keeper(store, "one", 1, iterations=200, most_bytes=16 << 20, earlier=(), at=0)
    while trainer.iteration < 60:
        trainer.advance()
        if trainer.iteration >= keeper.due:
            keeper.keep(trainer, 0, is_saving=False)
            keeper.wait(60)
            assert not keeper.is_writing  # an ordinary checkpoint can be saved before the next kept moment
    writer.begin(trainer.checkpoint(), 60, 3, seconds=0)
    writer.wait()
    (made,), kept = writer.written(), keeper.news()
    assert kept is not None
    assert [checkpoint["iteration"] for checkpoint in kept] == [56, 42, 28, 14]
    assert store.files() == {made["file"], *(checkpoint["file"] for checkpoint in kept)}
    weights = {}
    while not trainer.done:
        trainer.advance()
    for checkpoint in [made, *kept]:
        restored = Trainer.restore(store.read(checkpoint["file"]))
        assert restored.iteration == checkpoint["iteration"]
        while not restored.done:
            restored.advance()
        weights[checkpoint["file"]] = restored.network.vector.tobytes()
    assert set(weights.values()) == {trainer.network.vector.tobytes()}


def test_a_connection_that_the_server_closed_is_opened_again(ftp):
    store = open_store(f"{ftp.address}/closed")
    fill(store, "one.1.5.npz")
    ftp.lose_connections()
    assert store.read("one.1.5.npz") == b"one.1.5.npz"
    ftp.lose_connections()
    assert store.files("one") == {"one.1.5.npz"}
    ftp.lose_connections()
    fill(store, "one.1.6.npz")
    assert store.files() == {"one.1.5.npz", "one.1.6.npz"}


def test_a_store_out_of_reach_is_an_error_that_names_it_and_takes_nothing_else_with_it(tmp_path):
    with FtpServer(tmp_path) as server:
        address = f"{server.address}/lab"
    store = open_store(address)
    writer = Writer(store, "one", 1, every=1)
    writer.begin(b"data", 1, 0, seconds=0)
    writer.wait()
    assert writer.written() == []
    assert address in (writer.problem() or "")
    assert checkpoints.read(store, "one.1.1.npz") is None
    checkpoints.remove_all(store, "one")
    made: list[Checkpoint] = [{"file": "one.1.4.npz", "iteration": 4, "evaluations": 0}]
    assert checkpoints.copy(store, made, "new") == []
    with pytest.raises(OSError, match="refused"):
        checkpoints.sweep(store, set())


def test_a_write_that_fails_leaves_the_file_of_before(tmp_path, monkeypatch):
    store = open_store(tmp_path.as_uri())
    fill(store, "one.1.5.npz")

    def refuse(*_, **__):
        raise PermissionError("no names are given here")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.mv", refuse)
    with pytest.raises(OSError, match="no names"):
        store.write("one.1.5.npz", b"new")
    assert store.read("one.1.5.npz") == b"one.1.5.npz"


def test_each_lab_has_a_folder_of_its_own_at_the_address(tmp_path):
    labs = [Settings(state_dir=tmp_path / name, checkpoints="s3://bucket/lossroom/") for name in "ab"]
    for lab in labs:
        lab.state_dir.mkdir()
    first, second = map(place_of, labs)
    assert first.startswith("s3://bucket/lossroom/")
    assert "//" not in first.removeprefix("s3://")
    assert first == place_of(labs[0]) != second
    assert place_of(Settings(state_dir=tmp_path)) == str(tmp_path / "checkpoints")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/shared/lossroom", "must be an address"),
        ("s3://", "must be an address"),
        ("simplecache::s3://bucket", "must be an address"),
        ("file://shared", "must begin at the root"),
        (f"ftp://{USER}:{PASSWORD}@host/folder", "must have no password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_no_password_is_shown(address, said):
    with pytest.raises(SettingsError, match=said) as refused:
        read_settings(checkpoints=address)
    assert PASSWORD not in str(refused.value)


def test_an_address_whose_package_is_missing_says_what_to_install():
    for address, said in (("s3://bucket", "nstall s3fs"), ("nothing://there", "not known")):
        with pytest.raises(Mistake, match=rf"LOSSROOM_CHECKPOINTS={address} cannot be used: .*{said}"):
            demand_usable(Settings(checkpoints=address))
    demand_usable(Settings(checkpoints="ftp://host/folder"))
    demand_usable(Settings())
