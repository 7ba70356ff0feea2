"""What the commands have in common that run an app: which app, which requests, and how it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal import tell

if TYPE_CHECKING:
    import argparse

    from ..snapshots.recorder import Recorder

INTERFACES = ("asgi", "wsgi", "server")
GOLDENS = "goldens"


def add_recording_options(command: argparse.ArgumentParser) -> None:
    """Let *command* take an app and its requests."""
    add_requests_option(command)
    command.add_argument(
        "--app",
        metavar="MODULE:NAME",
        help="the app, or with `factory = true` what makes it; without it, what the requests file names",
    )
    command.add_argument(
        "--directory",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder that the app is run in and imported from; without it, the current one",
    )
    command.add_argument(
        "--python",
        metavar="FILE",
        help="the interpreter that the app is installed for; without it, that of streamlift",
    )
    command.add_argument(
        "--interface",
        choices=INTERFACES,
        help="how the app is called; server: by uvicorn, on a real socket. Without it, as what it is",
    )
    command.add_argument(
        "--debug",
        action="store_true",
        help="where the tool itself fails, show the traceback; so does STREAMLIFT_DEBUG=1",
    )


def add_requests_option(command: argparse.ArgumentParser) -> None:
    """Let *command* take requests, and a choice of them."""
    command.add_argument(
        "--requests",
        type=Path,
        default=Path("requests.toml"),
        metavar="FILE",
        help="the requests; without it, requests.toml",
    )
    command.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only the request with this name, or those that a pattern such as 'chat*' fits; may be repeated",
    )


def add_goldens_option(command: argparse.ArgumentParser, name: str = "--goldens") -> None:
    """Let *command* take the folder of the goldens."""
    command.add_argument(
        name,
        dest="goldens",
        type=Path,
        metavar="DIR",
        help="the folder of the goldens; without it, goldens beside the requests file",
    )


def goldens_of(options: argparse.Namespace) -> Path:
    """Return the folder of the goldens that *options* name."""
    named: Path | None = options.goldens
    requests: Path = options.requests
    return named or requests.parent / GOLDENS


def recorder_of(options: argparse.Namespace) -> Recorder:
    """Return what runs the app that *options* name, and say that it is run.

    Raises:
        StreamliftError: If the requests cannot be followed.
    """
    from streamlift.testing.requests.requests_file import read_requests

    from ..snapshots.chosen_requests import chosen_requests
    from ..snapshots.recorder import Recorder

    file = read_requests(options.requests)
    recorder = Recorder(
        file=file,
        requests=chosen_requests(file, options.only),
        app=options.app,
        directory=options.directory,
        python=options.python,
        interface=options.interface,
    )
    tell(f"running {recorder.app or file.app or file.setup} in a process of its own")
    return recorder
