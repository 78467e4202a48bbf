"""lossroom: serve, doctor, teacher-link, train, study, look, summary, lessons, fetch, data, cluster, backup, restore,
prune, bench.

Imports nothing heavy at the top: workers re-import the program's main module, and `--help` is instant.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

from app import one_thread
from app.arguments import parser
from app.commands.terminal import Ended, complain, terminal
from app.mistake import Mistake


def main(argv: list[str] | None = None) -> int:
    """The program. Exit status 2 and one clear line for a mistake in its arguments or configuration."""
    try:
        with terminal():
            return _run(argv)
    except Ended as end:
        return end.status


def _run(argv: list[str] | None) -> int:
    arguments = parser().parse_args(argv)
    if "command" not in arguments:
        parser().print_help()
        return 0
    try:
        return COMMANDS[arguments.command](arguments)
    except Mistake as mistake:
        complain(mistake)
        return mistake.status


def _serve(arguments: argparse.Namespace) -> int:
    from app.settings import read_settings

    names = ("host", "port", "class_name", "open", "workers", "data_dir", "state_dir")
    settings = read_settings(**{name: getattr(arguments, name) for name in names})
    from app.commands.serve import serve  # once the settings are right: it loads much

    return serve(settings)


def _doctor(arguments: argparse.Namespace) -> int:
    from app.commands.doctor import doctor
    from app.settings import read_settings

    names = ("host", "port", "data_dir", "state_dir")
    return doctor(read_settings(**{name: getattr(arguments, name) for name in names}), arguments.url)


def _teacher_link(arguments: argparse.Namespace) -> int:
    from app.commands.teacher_link import teacher_link
    from app.settings import read_settings

    return teacher_link(read_settings(state_dir=arguments.state_dir))


def _train(arguments: argparse.Namespace) -> int:
    one_thread()  # as a worker in the lab
    from app.commands.train import train

    names = ("config", "lesson", "data", "changes", "as_json", "out", "plain", "data_dir", "state_dir")
    return train(**{name: getattr(arguments, name) for name in names})


def _study(arguments: argparse.Namespace) -> int:
    one_thread()  # as a worker in the lab
    from app.commands.study import study

    names = ("file", "as_json", "out", "data_dir", "state_dir")
    return study(**{name: getattr(arguments, name) for name in names})


def _look(arguments: argparse.Namespace) -> int:
    from app.commands.look import look

    names = ("name", "lesson", "part", "first", "count", "data_dir", "state_dir")
    return look(**{name: getattr(arguments, name) for name in names})


def _summary(arguments: argparse.Namespace) -> int:
    from app.commands.summary import summary

    return summary(config=arguments.config, lesson=arguments.lesson, changes=arguments.changes)


def _lessons_check(arguments: argparse.Namespace) -> int:
    one_thread()  # as a worker in the lab
    from app.commands.lessons import check_lessons
    from app.settings import read_settings

    settings = read_settings(data_dir=arguments.data_dir, state_dir=arguments.state_dir)
    if arguments.seeds is not None and not 0 <= arguments.seeds <= 1000:
        raise Mistake(f"--seeds must be 0 to 1000, not {arguments.seeds}")
    if arguments.budget is not None and not 0 < arguments.budget < math.inf:
        raise Mistake(f"--budget must be a number of seconds above 0, not {arguments.budget:g}")
    return check_lessons(
        arguments.paths,
        settings,
        seeds=arguments.seeds,
        quick=arguments.quick,
        budget=arguments.budget,
    )


def _lessons_new(arguments: argparse.Namespace) -> int:
    from app.commands.lessons import new_lesson
    from app.settings import read_settings

    return new_lesson(arguments.slug, arguments.folder or read_settings().lessons_dir or Path())


def _lessons_schema(arguments: argparse.Namespace) -> int:
    from app.commands.lessons import print_schema

    return print_schema(arguments.kind)


def _fetch(arguments: argparse.Namespace) -> int:
    from app.commands.fetch import fetch
    from app.settings import read_settings

    return fetch(arguments.names, read_settings(data_dir=arguments.data_dir).data_dir)


def _data_add(arguments: argparse.Namespace) -> int:
    from app.commands.data import add
    from app.settings import read_settings

    names = ("label", "test_share", "validation_share", "seed", "size", "fit", "standardize", "colour")
    choices = {name: getattr(arguments, name) for name in (*names, "transpose", "flippable", "own_test")}
    choices["columns"] = arguments.columns.split(",") if arguments.columns else None
    settings = read_settings(state_dir=arguments.state_dir)
    return add(
        arguments.file, settings, name=arguments.name, new_class_names=arguments.renamed, options=choices
    )


def _data_list(arguments: argparse.Namespace) -> int:
    from app.commands.data import print_list
    from app.settings import read_settings

    return print_list(read_settings(state_dir=arguments.state_dir))


def _data_remove(arguments: argparse.Namespace) -> int:
    from app.commands.data import remove
    from app.settings import read_settings

    return remove(arguments.which, read_settings(state_dir=arguments.state_dir))


def _cluster_scheduler(arguments: argparse.Namespace) -> int:
    one_thread()
    from app.commands.cluster import run_scheduler

    return run_scheduler(arguments.host, arguments.port, arguments.certs)


def _cluster_worker(arguments: argparse.Namespace) -> int:
    one_thread()
    from app.commands.cluster import run_worker
    from app.machine import cores

    slots = cores() if arguments.slots is None else arguments.slots
    return run_worker(arguments.address, slots, arguments.name, arguments.certs, arguments.dir)


def _cluster_certs(arguments: argparse.Namespace) -> int:
    from app.commands.cluster_certs import make_certs

    return make_certs(arguments.folder)


def _backup(arguments: argparse.Namespace) -> int:
    from app.commands.backup import backup
    from app.settings import read_settings

    settings = read_settings(state_dir=arguments.state_dir)
    return backup(settings.database_path, arguments.file, settings.own_dir, force=arguments.force)


def _restore(arguments: argparse.Namespace) -> int:
    from app.commands.restore import restore
    from app.settings import read_settings

    return restore(arguments.file, read_settings(state_dir=arguments.state_dir).database_path)


def _prune(arguments: argparse.Namespace) -> int:
    from app.commands.prune import prune
    from app.settings import read_settings

    return prune(
        read_settings(state_dir=arguments.state_dir),
        before=arguments.before,
        keep_starred=arguments.keep_starred,
        dry_run=arguments.dry_run,
    )


def _bench(arguments: argparse.Namespace) -> int:
    from app.commands.bench import bench

    return bench(arguments.names, as_json=arguments.as_json)


#: command, as `app.arguments` names it → what does it
COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "doctor": _doctor,
    "teacher-link": _teacher_link,
    "train": _train,
    "study": _study,
    "look": _look,
    "summary": _summary,
    "lessons check": _lessons_check,
    "lessons new": _lessons_new,
    "lessons schema": _lessons_schema,
    "fetch": _fetch,
    "data add": _data_add,
    "data list": _data_list,
    "data remove": _data_remove,
    "cluster scheduler": _cluster_scheduler,
    "cluster worker": _cluster_worker,
    "cluster certs": _cluster_certs,
    "backup": _backup,
    "restore": _restore,
    "prune": _prune,
    "bench": _bench,
}


if __name__ == "__main__":
    sys.exit(main())
