"""Rooms: who may know whom, seen from outside, in clean processes and in the sources."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(out.stdout.split())


def top_levels(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_engine_imports_nothing_of_the_web_and_nothing_slow():
    loaded = top_levels(modules_after("from engine import Trainer"))
    assert "app" not in loaded
    allowed = {"numpy", "engine"} | set(sys.stdlib_module_names)
    strangers = {
        name for name in loaded - allowed if not name.startswith(("_", "sitecustomize", "usercustomize"))
    }
    assert strangers == set()


def imports(path: Path) -> set[str]:
    """The modules that a file imports, wherever: also in functions, and for types alone.

    Of `from package import name`: the module of that name where it is one, else the package.
    """
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {name if file_of(name) else node.module for name in full}
    return names


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def test_the_layers_do_not_import_the_fast_engine():
    """Nor does anything that the layers, the activations or the optimizers import, at any distance."""
    waiting = [*(f"engine.layers.{path.stem}" for path in sources("engine/layers", "py"))]
    waiting += ["engine.layers", "engine.activations", "engine.optimizers"]
    seen = set()
    while waiting:
        module = waiting.pop()
        file = file_of(module)
        if module in seen or file is None or not module.startswith("engine."):
            continue
        seen.add(module)
        waiting += imports(file)
    assert {"engine.layers.conv", "engine.fields"} <= seen
    assert {module for module in seen if module.startswith("engine.fast")} == set()


def test_the_worker_imports_the_engine_and_the_standard_library_only():
    loaded = modules_after("import app.jobs.worker")
    ours = {name for name in loaded if name.startswith("app")}
    assert ours == {
        "app",
        "app.jobs",
        "app.jobs.worker",
        "app.jobs.link",
        "app.jobs.messages",
        "app.jobs.checkpoint_store",
        "app.jobs.checkpoints",
        "app.jobs.confined",
        "app.jobs.kept",
        "app.jobs.looking",
        "app.jobs.measuring",
        "app.jobs.view_bytes",
    }
    strangers = top_levels(loaded) - {"app", "engine", "numpy"} - set(sys.stdlib_module_names)
    assert {name for name in strangers if not name.startswith("_")} <= {"sitecustomize", "usercustomize"}


def test_the_process_that_reads_own_data_knows_nothing_of_the_lab_and_the_web():
    loaded = modules_after("import app.own_data.child")
    ours = {name for name in loaded if name.startswith("app.") and not name.startswith("app.own_data")}
    assert ours == {"app.jobs", "app.jobs.confined"}
    known = {"app", "engine", "numpy", "PIL", "pydantic", "pydantic_core", *sys.stdlib_module_names}
    strangers = {name for name in top_levels(loaded) - known if not name.startswith("_")}
    # what pydantic needs, and Pillow looks for
    allowed = {
        "sitecustomize",
        "usercustomize",
        "annotated_types",
        "typing_extensions",
        "typing_inspection",
        "defusedxml",
    }
    assert strangers <= allowed


def test_the_command_line_is_instant():
    loaded = top_levels(modules_after("import app.cli"))
    assert not loaded & {"numpy", "fastapi", "pydantic", "uvicorn", "rich"}


def test_what_a_cluster_needs_is_loaded_only_for_one():
    assert not {"distributed", "dask", "fsspec", "cryptography"} & top_levels(
        modules_after("import app.main")
    )


def test_every_command_has_a_file_of_its_name_among_the_commands():
    tree = ast.parse((ROOT / "app/arguments.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    added = [call for call in calls if ast.unparse(call.func) == "commands.add_parser"]
    names = {ast.literal_eval(call.args[0]) for call in added}
    assert {"serve", "train", "backup", "restore", "prune"} <= names
    assert {f"app.commands.{name.replace('-', '_')}" for name in names} <= imports(ROOT / "app/cli.py")
    assert {name for name in imports(ROOT / "app/cli.py") if name.startswith("app.storage")} == set()
    chosen = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "command"]
    assert {ast.literal_eval(value) for value in chosen} == set(COMMANDS)


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The modules that import each other, directly or not, group by group."""
    reached = {module: set(named) for module, named in graph.items()}
    for middle in graph:
        for names in reached.values():
            if middle in names:
                names |= reached[middle]
    groups = {
        tuple(sorted(other for other in names if module in reached[other]))
        for module, names in reached.items()
        if module in names
    }
    return sorted(map(list, groups))


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": set()}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c", "a"}}) == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize("folder", ["engine", "app"])
def test_no_modules_import_each_other_in_a_circle(folder):
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sources(folder, "py")
    }
    assert len(modules) > 50
    assert circles({name: imports(path) & modules.keys() - {name} for name, path in modules.items()}) == []


@pytest.mark.parametrize("folder", ["scripts", "benchmarks", "tests/support"])
def test_scripts_and_benchmarks_share_with_the_tests_only_what_is_in_tests_support(folder):
    package = folder.replace("/", ".")
    for path in sources(folder, "py"):
        others = {
            name
            for name in imports(path)
            if name.partition(".")[0] in ("tests", "scripts", "benchmarks", "pytest")
            and not name.startswith((package, "tests.support"))
        }
        assert others == set(), path


def test_browsers_labs_and_data_sets_are_each_found_or_started_in_one_file():
    signs = {
        "chromium.py": r"import .*\bsync_playwright\b|executable_path=\w",
        "lab_server.py": r"is open at\s",
        "folders.py": r"""["']shared["'] */""",
    }
    files = [path for folder in ("tests", "scripts", "benchmarks") for path in sources(folder, "py")]
    for only, sign in signs.items():
        places = {path.name for path in files if re.search(sign, path.read_text("utf-8"))}
        assert places == {only}


def sources(folder: str, ending: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob(f"*.{ending}") if "__pycache__" not in path.parts]


def containing(pattern, paths):
    """The names of the files that contain a pattern."""
    sign = re.compile(pattern)
    return {path.name for path in paths if sign.search(path.read_text("utf-8"))}


def test_scripts_put_no_markup_into_the_page_and_only_one_names_plotly():
    scripts = sources("static/js", "js")
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
    assert containing(markup, scripts) == set()
    texts = {path.name: path.read_text("utf-8") for path in scripts}
    codes = {name: re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL) for name, text in texts.items()}
    assert {name for name, code in codes.items() if "Plotly" in code} == {"plotly.js"}


def test_only_one_script_names_what_the_browser_stores():
    """It may refuse, by throwing: see kept.js."""
    stored = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\."
    assert containing(stored, [*sources("static/js", "js"), *sources("app/exports", "js")]) == {"kept.js"}


def test_only_one_script_listens_to_keys_and_to_typed_text():
    """That file distinguishes an input method's keys from the page's."""
    listening = r"""key(?:down|up|press)\b|addEventListener\(["'`]input["'`]|\boninput\b"""
    assert containing(listening, sources("static/js", "js")) == {"keys.js"}


def test_scripts_hear_of_each_others_changes_through_the_emitter_only():
    own = r"#?listeners\b|CustomEvent|extends EventTarget"
    assert containing(own, sources("static/js", "js")) == {"emitter.js"}


def test_pages_have_no_inline_scripts_and_name_no_other_host():
    pages = sources("templates", "html")
    assert len(pages) > 4
    assert containing(r"<script(?![^>]*\bsrc=)|\son\w+=|https?://", pages) == set()


def test_pages_and_scripts_name_addresses_relative_to_the_page_so_that_the_lab_may_lie_below_a_path():
    own = r"/(?:api|docs|health|i18n|metrics|openapi|static|vendor|ws)\b"
    pages = [*sources("static", "js"), *sources("templates", "html")]
    assert containing(rf"[\"'`=(]{own}", pages) == set()
    assert containing(rf"(?:href|src)=\"{own}", [ROOT / "app/routes/api_docs.py"]) == set()


def test_no_path_of_a_request_is_compared_with_its_prefix_before_it():
    readers = {path.name for path in sources("app", "py") if 'scope["path"]' in path.read_text("utf-8")}
    assert readers == {"prefix.py", "proxies.py"}, (
        "app.security.prefix.route_path is the path below the lab's base"
    )


def test_nothing_is_unpickled():
    unpickling = r"\bimport (pickle|marshal|shelve|dill)\b|allow_pickle=True"
    assert containing(unpickling, [*sources("engine", "py"), *sources("app", "py")]) == set()


def test_only_the_store_speaks_sql():
    speakers = {
        path.relative_to(ROOT).parts[1]
        for path in sources("app", "py")
        if re.search(
            r"\b(SELECT|INSERT INTO|UPDATE (?:runs|trainings)|DELETE FROM)\b", path.read_text("utf-8")
        )
    }
    assert speakers == {"storage"}


def test_only_the_store_uses_sqlite():
    knowing = {
        path.relative_to(ROOT).parts[1]
        for path in sources("app", "py")
        if re.search(r"^\s*(?:import|from) sqlite3\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert knowing == {"storage"}


def test_constraints_pin_versions_and_carry_no_addresses():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in pins)


def test_the_tools_for_scripts_are_pinned_by_version_and_checksum_and_carry_no_addresses():
    named = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert "dependencies" not in named  # the page gets none of them
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    tools = {name: tool for name, tool in lock["packages"].items() if name}
    assert {f"node_modules/{name}" for name in named["devDependencies"]} <= set(tools)
    assert lock["packages"][""]["devDependencies"] == named["devDependencies"]
    for tool in tools.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", tool["version"])
        assert tool["integrity"].startswith("sha512-")
        assert "resolved" not in tool


def test_tests_run_coroutines_beside_the_loop_that_the_browser_may_have_in_the_same_process():
    """`asyncio.run` works in a test only as long as no browser test has run before it in its process."""
    direct = {
        path.relative_to(ROOT).as_posix()
        for path in sources("tests", "py")
        if re.search(r"\b(?:asyncio|uvloop)\.run\(", path.read_text("utf-8"))
    }
    own_processes = {"tests/support/lab_starter_process.py"}
    assert direct <= own_processes | {"tests/test_architecture.py"}
