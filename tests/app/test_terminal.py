"""The commands in real terminals: other encodings, names with control codes, pipes that are closed early."""

import json
import os
import subprocess
import sys

import pytest

from app.commands.terminal import Ended, terminal
from engine import datasets
from tests.support import commands
from tests.support.commands import LOSSROOM

BRIEF = {
    "dataset": {"name": "digits", "train_size": 50, "test_size": 50},
    "network": {"preset": "mlp", "hidden": [4]},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 3, "batch_size": 8},
}


def experiment(folder, **changes):
    path = folder / "experiment.json"
    path.write_text(json.dumps({**BRIEF, **changes}), "utf-8")
    return path


def lossroom(*arguments, cwd, **environment):
    variables = {**os.environ, "COLUMNS": "200", **environment}
    return commands.run_in_bytes(*arguments, directory=cwd, environment=variables)


@pytest.mark.parametrize("command", ["train", "summary"])
def test_terminal_control_codes_in_a_name_are_printed_as_text(tmp_path, command):
    name = "[lr=0.1] [/x] [bold]b[/] :smile: \x1b[31m \u202e"
    done = lossroom(command, "--config", experiment(tmp_path, name=name), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert r"[lr=0.1] [/x] [bold]b[/] :smile: \x1b[31m \u202e" in text
    assert "\x1b[31m" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("encoding", ["cp932", "ascii"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--config", "experiment.json"),
        ("train", "--config", "experiment.json", "--json"),
        ("summary", "--lesson", "2a-optimizers"),
        ("summary", "--config", "experiment.json"),
        ("look", "spirals"),
        ("look", "--lesson", "6b-look-at-the-data", "--count", "2"),
        ("fetch", "–"),
        ("train", "--lesson", "σ–"),
    ],
)
def test_an_encoding_without_the_characters_of_a_name_stops_no_command(
    tmp_path, data_dir, encoding, arguments
):
    if "6b-look-at-the-data" in arguments and not datasets.status("cifar10", data_dir)["available"]:
        pytest.skip("no CIFAR-10 files on this machine")
    experiment(tmp_path, name="σ × λ ² – 学習率 é")
    # no UTF-8 mode, which Python may choose for ASCII, and the encoding as strict as a console's
    usual = {"PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0", "LOSSROOM_DATA_DIR": str(data_dir)}
    done = lossroom(*arguments, cwd=tmp_path, **usual)
    assert b"Traceback" not in done.stderr
    assert done.returncode == (2 if "–" in arguments[-1] else 0), done.stderr
    done.stdout.decode(encoding)
    if "--json" in arguments:
        assert json.loads(done.stdout.splitlines()[0])["name"] == "σ × λ ² – 学習率 é"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_experiment_file_may_have_a_byte_order_mark(tmp_path, encoding):
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps({**BRIEF, "name": "学習率"}, ensure_ascii=False), encoding)
    done = lossroom("train", "--config", path, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["name"] == "学習率"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"name": "学習率"}'.encode("cp932"), b"UTF-8"),
        (b"[" * 100_000, b"JSON"),
        (b'{"seed": ' + b"9" * 5000 + b"}", b"JSON"),
        (b'{"name": "\\ud800"}', b"name holds U+D800"),
        (b'{"network": {"layers": [{"\\u0000": 1}]}}', b"network.layers.0 holds U+0000"),
    ],
)
def test_a_file_that_is_not_text_or_not_an_experiment_is_named_in_one_line(tmp_path, data, said):
    path = tmp_path / "experiment.json"
    path.write_bytes(data)
    done = lossroom("train", "--config", path, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are text there")
def test_an_argument_that_is_not_valid_text_is_named_in_one_line(tmp_path):
    done = lossroom("train", "--config", experiment(tmp_path), "--set", b"name=\xff", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(b"lossroom: name holds U+DCFF")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGPIPE")
@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--config", "experiment.json", "--json", "--set", "training.iterations=20000"),
        ("train", "--config", "experiment.json"),
        ("summary", "--lesson", "2a-optimizers"),
        ("look", "spirals"),
    ],
)
def test_a_closed_pipe_ends_a_command_silently(tmp_path, arguments):
    experiment(tmp_path)
    read_end, write_end = os.pipe()
    os.close(read_end)  # as `| head` after its lines
    process = subprocess.run(
        [LOSSROOM, *arguments], stdout=write_end, stderr=subprocess.PIPE, cwd=tmp_path, timeout=300
    )
    os.close(write_end)
    assert process.stderr == b""
    assert process.returncode == 128 + 13


def test_ctrl_c_is_one_line_and_the_usual_status(capsys):
    with pytest.raises(Ended) as ended, terminal():
        raise KeyboardInterrupt
    assert ended.value.status == 130
    assert capsys.readouterr().err == "lossroom: interrupted\n"
