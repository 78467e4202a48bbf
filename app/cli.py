"""lossroom: serve | train | fetch | bench.

Imports nothing heavy at the top: workers re-import the program's main module, and `--help` is instant.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """The program. Exit status 2 and one clear line for a mistake in its arguments or configuration."""
    arguments = _parser().parse_args(argv)
    status: int = arguments.command(arguments)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lossroom", description="A live deep-learning lab for classrooms.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="serve the lab")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8000; 0: a free one)")
    serve.add_argument("--workers", type=int, help="runs that train at the same time (default: cores)")
    _folders(serve)
    serve.set_defaults(command=_serve)

    fetch = commands.add_parser("fetch", help="download data sets")
    fetch.add_argument("names", nargs="+", metavar="NAME", help="such as mnist, fashion_mnist, cifar10")
    _folders(fetch)
    fetch.set_defaults(command=_fetch)
    return parser


def _folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, help="data sets (default: ./data, or LOSSROOM_DATA_DIR)")
    parser.add_argument("--state-dir", type=Path, help="database (default: ./state, or LOSSROOM_STATE_DIR)")


def _serve(arguments: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from app.serve import serve
    from app.settings import Settings

    names = ("host", "port", "workers", "data_dir", "state_dir")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        return _mistake(f"{'.'.join(map(str, first['loc']))}: {first['msg']} (got {first['input']!r})")
    return serve(settings)


def _fetch(arguments: argparse.Namespace) -> int:
    from app.fetch import fetch
    from app.settings import Settings

    return fetch(arguments.names, arguments.data_dir or Settings().data_dir)


def _mistake(message: str) -> int:
    print(f"lossroom: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
