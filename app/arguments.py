"""The arguments of the command line, and the texts of its help."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import __version__


def parser() -> argparse.ArgumentParser:
    """The parser. In the arguments that it parses, `command` is a key of `app.cli.COMMANDS`; it is missing if no
    command was given."""
    root = argparse.ArgumentParser(prog="lossroom", description="A live deep-learning lab for classrooms.")
    root.add_argument("--version", action="version", version=f"lossroom {__version__}")
    commands = root.add_subparsers(metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the lab")
    serve.add_argument(
        "--host", help="address to listen on (default: 127.0.0.1; with --class or --open: all addresses)"
    )
    serve.add_argument("--port", type=int, help="port to listen on (default: 8000; 0: a free one)")
    serve.add_argument("--class", dest="class_name", metavar="NAME", help="open a class that people join")
    serve.add_argument(
        "--open",
        action="store_true",
        default=None,
        help="no class: anyone who can reach the lab may do everything",
    )
    serve.add_argument("--workers", type=int, help="runs that train at the same time (default: cores)")
    _add_folders(serve)
    serve.set_defaults(command="serve")

    doctor = commands.add_parser("doctor", help="check everything that a class needs, and say what to do")
    doctor.add_argument(
        "--url", metavar="ADDRESS", help="address of the lab in a browser (default: LOSSROOM_PUBLIC_URL)"
    )
    doctor.add_argument("--host", help="address to listen on, as for serve")
    doctor.add_argument("--port", type=int, help="port to listen on, as for serve")
    _add_folders(doctor)
    doctor.set_defaults(command="doctor")

    teacher_link = commands.add_parser("teacher-link", help="a new link for the teacher of the class")
    _add_state_dir(teacher_link)
    teacher_link.set_defaults(command="teacher-link")

    train = commands.add_parser("train", help="train without a browser")
    source = train.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=Path, metavar="FILE", help="an experiment file (JSON)")
    source.add_argument("--lesson", metavar="SLUG", help="all runs of a lesson, such as 2a-optimizers")
    train.add_argument(
        "--data", metavar="NAME", help="train on this data set: its name, or an own one's title"
    )
    _add_set(train)
    train.add_argument("--json", action="store_true", dest="as_json", help="one JSON event per line")
    train.add_argument("--out", type=Path, metavar="DIR", help="write weights, metrics and config there")
    train.add_argument(
        "--plain",
        action="store_true",
        help="by the readable formulas in engine/layers: the same curve but for rounding, slower",
    )
    _add_folders(train)
    train.set_defaults(command="train")

    study = commands.add_parser("study", help="find the best of many settings, and say whether it is luck")
    study.add_argument("file", type=Path, metavar="FILE", help="a study file (JSON), as the lab exports it")
    study.add_argument("--json", action="store_true", dest="as_json", help="one JSON event per line")
    study.add_argument(
        "--out", type=Path, metavar="DIR", help="write the results and a table of the trials there"
    )
    _add_folders(study)
    study.set_defaults(command="study")

    look = commands.add_parser("look", help="show images of a data set, or what a lesson is about")
    target = look.add_mutually_exclusive_group(required=True)
    target.add_argument("name", nargs="?", metavar="NAME", help="such as mnist, cifar10, spirals")
    target.add_argument(
        "--lesson", metavar="SLUG", help="its data set and its network, such as 6b-look-at-the-data"
    )
    look.add_argument(
        "--part",
        choices=("test", "train", "validation"),
        default="test",
        help="(default: test); validation: the images that a lesson's experiment keeps back",
    )
    look.add_argument(
        "--first", type=int, default=0, metavar="N", help="index of the first to show, from 0 (default: 0)"
    )
    look.add_argument("--count", type=int, metavar="N", help="how many (default: 50 images, or all points)")
    _add_folders(look)
    look.set_defaults(command="look")

    summary = commands.add_parser("summary", help="a network's layers: shapes, parameters, cost")
    source = summary.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=Path, metavar="FILE", help="an experiment file (JSON)")
    source.add_argument("--lesson", metavar="SLUG", help="the networks of a lesson, such as 6-cifar")
    _add_set(summary)
    summary.set_defaults(command="summary")

    lessons = commands.add_parser("lessons", help="check lessons of your own, or begin one")
    _add_lessons(lessons)

    fetch = commands.add_parser("fetch", help="download data sets")
    fetch.add_argument("names", nargs="+", metavar="NAME", help="such as mnist, fashion_mnist, cifar10")
    _add_folders(fetch)
    fetch.set_defaults(command="fetch")

    data = commands.add_parser("data", help="data sets from files of your own")
    _add_data(data)

    cluster = commands.add_parser("cluster", help="train on several machines")
    _add_cluster(cluster)

    backup = commands.add_parser("backup", help="copy the database, while the lab runs or not")
    backup.add_argument("file", type=Path, metavar="FILE", help="where to")
    backup.add_argument("--force", action="store_true", help="replace FILE if it exists")
    _add_state_dir(backup)
    backup.set_defaults(command="backup")

    restore = commands.add_parser("restore", help="replace the database by a backup, while no lab runs")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `lossroom backup` has made")
    _add_state_dir(restore)
    restore.set_defaults(command="restore")

    prune = commands.add_parser("prune", help="delete old runs and free their disk space, while no lab runs")
    prune.add_argument(
        "--before", required=True, metavar="DATE", help="runs that ended before this day: 2026-04-01"
    )
    prune.add_argument("--keep-starred", action="store_true", help="but not those with a star")
    prune.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    _add_state_dir(prune)
    prune.set_defaults(command="prune")

    bench = commands.add_parser("bench", help="measure speed, in a checkout of the source")
    bench.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="live, browser, memory, stream, engine, replay, views, watching, cluster (default: all but memory)",
    )
    bench.add_argument("--json", action="store_true", dest="as_json", help="one JSON object per line")
    bench.set_defaults(command="bench")
    return root


def _add_lessons(lessons: argparse.ArgumentParser) -> None:
    subcommands = lessons.add_subparsers(metavar="WHAT", required=True)
    check = subcommands.add_parser(
        "check", help="check files of lessons, and train their runs to see what is true"
    )
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or files (default: all)")
    check.add_argument(
        "--seeds", type=int, metavar="N", help="seeds of each run (default: 6); 0: only read the files"
    )
    check.add_argument(
        "--quick", action="store_true", help="on the digits, two seeds, for about 90 s (or --budget)"
    )
    check.add_argument(
        "--budget",
        type=float,
        metavar="SECONDS",
        help="train for about this long: the lessons that take the least time come first, and the others are listed",
    )
    _add_folders(check)
    check.set_defaults(command="lessons check")

    new = subcommands.add_parser(
        "new", help="write the files of a new lesson, which can be launched as they are"
    )
    new.add_argument("slug", metavar="SLUG", help="its name in addresses and files, such as two-rates")
    new.add_argument("--folder", type=Path, help="where to (default: LOSSROOM_LESSONS_DIR, or this folder)")
    new.set_defaults(command="lessons new")

    schema = subcommands.add_parser("schema", help="the JSON Schema of the files, for editors")
    schema.add_argument("kind", nargs="?", choices=("lesson", "course"), default="lesson")
    schema.set_defaults(command="lessons schema")


def _add_data(data: argparse.ArgumentParser) -> None:
    subcommands = data.add_subparsers(metavar="WHAT", required=True)
    add = subcommands.add_parser("add", help="make a data set of a file, or of a folder of images")
    add.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a table (CSV, TSV), NPZ, IDX, a ZIP or a folder with one folder of images for each class",
    )
    add.add_argument("--name", required=True, help="its title")
    add.add_argument("--label", metavar="COLUMN", help="the column with the classes")
    add.add_argument("--columns", metavar="A,B", help="the input columns, separated by commas")
    add.add_argument(
        "--class", action="append", default=[], metavar="OLD=NEW", dest="renamed", help="rename a class"
    )
    add.add_argument(
        "--test-share", type=float, metavar="SHARE", help="kept for the test (default: 0.2 of all)"
    )
    add.add_argument(
        "--validation-share",
        type=float,
        metavar="SHARE",
        help="of the training part, which the form suggests",
    )
    add.add_argument("--seed", type=int, help="seed of the division into training and test (default: 0)")
    add.add_argument("--size", type=int, metavar="PIXELS", help="side of the images, 8 to 64")
    add.add_argument("--fit", choices=("crop", "pad"), help="how an image becomes a square")
    for name, text in (
        ("standardize", "the columns of a table"),
        ("colour", "keep the colours"),
        ("transpose", "exchange rows and columns of the pixels"),
        ("flippable", "a mirrored image keeps its class"),
        ("own-test", "use the test part that the file has"),
    ):
        add.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, help=text)
    _add_state_dir(add)
    add.set_defaults(command="data add")

    list_parser = subcommands.add_parser("list", help="list the own data sets of the lab")
    _add_state_dir(list_parser)
    list_parser.set_defaults(command="data list")

    remove = subcommands.add_parser("remove", help="delete one; its runs keep their curves")
    remove.add_argument("which", metavar="NAME", help="its name or title")
    _add_state_dir(remove)
    remove.set_defaults(command="data remove")


def _add_cluster(cluster: argparse.ArgumentParser) -> None:
    subcommands = cluster.add_subparsers(metavar="WHAT", required=True)
    scheduler = subcommands.add_parser(
        "scheduler", help="be the scheduler, to which the lab and all workers connect"
    )
    scheduler.add_argument("--host", help="address to listen on (default: all addresses)")
    scheduler.add_argument("--port", type=int, default=8786, help="port to listen on (default: 8786)")
    _add_certs(scheduler)
    scheduler.set_defaults(command="cluster scheduler")

    worker = subcommands.add_parser("worker", help="train on this machine")
    worker.add_argument(
        "address", metavar="HOST:PORT", help="address of the scheduler, such as 10.0.0.2:8786"
    )
    worker.add_argument("--slots", type=int, metavar="N", help="runs that train at a time (default: cores)")
    worker.add_argument("--name", help="name of this worker in the log (default: its address)")
    worker.add_argument(
        "--dir",
        type=Path,
        metavar="DIR",
        help="keep copies of data sets here, and use none of the lab's folders (default: use them where they are)",
    )
    _add_certs(worker)
    worker.set_defaults(command="cluster worker")

    certs = subcommands.add_parser(
        "certs", help="make certificates, so that only machines of this cluster can connect"
    )
    certs.add_argument("folder", type=Path, metavar="DIR", help="where to")
    certs.set_defaults(command="cluster certs")


def _add_certs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certs", type=Path, metavar="DIR", help="use TLS, with the certificates in this folder"
    )


def _add_state_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state-dir", type=_folder, help="folder of the database (default: ./state, or LOSSROOM_STATE_DIR)"
    )


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="changes",
        help="change the experiment, such as optimizer.name=adam or network.layers.0.units=50; may be repeated",
    )


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must be a folder; . is the working folder")
    return Path(text)


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=_folder, help="data sets (default: ./data, or LOSSROOM_DATA_DIR)")
    parser.add_argument(
        "--state-dir", type=_folder, help="database (default: ./state, or LOSSROOM_STATE_DIR)"
    )
