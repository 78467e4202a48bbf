"""`lossroom bench` runs the benchmarks of a checkout; without one it prints one clear line."""

import json

from app.commands.bench import bench
from tests.support import commands


def test_an_unknown_benchmark_is_refused_with_a_list_of_the_known_ones(tmp_path):
    # from another folder: the checkout is found around the package
    done = commands.run("bench", "speed", directory=tmp_path)
    assert done.returncode == 2
    assert "there are live, browser, memory, stream, engine, replay" in done.stderr


def test_names_and_json_go_to_the_benchmarks_and_their_status_comes_back(tmp_path, capfd):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()
    (tmp_path / "benchmarks" / "__main__.py").write_text(
        "import json, sys; print(json.dumps(sys.argv[1:])); sys.exit(7)"
    )
    assert bench(["engine", "live"], as_json=True, folders=[tmp_path / "elsewhere", tmp_path]) == 7
    assert json.loads(capfd.readouterr().out) == ["engine", "live", "--json"]
    assert bench([], as_json=False, folders=[tmp_path]) == 7
    assert json.loads(capfd.readouterr().out) == []


def test_without_a_checkout_the_bench_command_says_that_it_needs_one(tmp_path, capsys):
    assert bench([], as_json=False, folders=[tmp_path]) == 2
    shown = capsys.readouterr()
    assert "run this in a checkout" in shown.err
    assert len(shown.err.splitlines()) == 1
