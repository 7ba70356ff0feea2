"""The command line: the only module that prints."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ToolError, ToolFailure, UsageError, failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan
    from .project import Project
    from .settings import Settings

NOTHING_LEFT, SOMETHING_LEFT, NOT_ANALYSED, INTERRUPTED = 0, 1, 2, 130
PHASES = (2,)
EXTRA = {"libcst", "pathspec", "tomli"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit status.

    Returns:
        0 if nothing is left to do, 1 for findings, a diff or sites that are left, 2 if something could
        not be analysed or was asked for wrongly.
    """
    options = _parser().parse_args(arguments)
    if arguments is None:  # the process ends with the run
        gc.disable()  # there is no garbage in syntax trees, and it would look for some again and again
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has every character
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        _tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # `streamlift scan | head`
        _drop_output()
        return SOMETHING_LEFT
    except Exception as error:  # noqa: BLE001 - a person gets one line, whatever it is
        _trace(error, options)
        _tell(_line_about(error))
        if isinstance(error, OSError):
            _drop_output()
        return NOT_ANALYSED
    return status


def _line_about(error: Exception) -> str:
    """Return where, what, and what to do about it."""
    if isinstance(error, ToolError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRA:
        return f"{error.name}: is not installed; run: pip install 'streamlift[codemods]'"
    if isinstance(error, OSError):
        place = error.filename or "the output"
        return f"{place}: {error.strerror or error}; check the disk and the permissions"
    return f"{failure_of(error)}; please report it, --debug shows where"


def _tell(line: str) -> None:
    print(f"streamlift: {line}", file=sys.stderr)


def _trace(error: Exception, options: argparse.Namespace) -> None:
    """Show where *error* was raised, if that is asked for."""
    if getattr(options, "debug", False) or os.environ.get("STREAMLIFT_DEBUG"):
        import traceback

        traceback.print_exception(error)


def _drop_output() -> None:
    """Let what is still to be written to the output go nowhere, or the interpreter would fail when it ends."""
    with contextlib.suppress(OSError):  # what takes the place of the output may be no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="streamlift", description="Move hand-made Server-Sent Events out of business code."
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show program's version number and exit"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    scan = commands.add_parser("scan", help="list every site, what becomes of it, and why")
    _add_paths(scan)
    scan.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people, json for programs",
    )
    scan.set_defaults(run=_scan)

    migrate = commands.add_parser(
        "migrate", help="rewrite what is proved to be identical; a diff unless --write"
    )
    _add_paths(migrate)
    migrate.add_argument("--phase", type=int, choices=PHASES, required=True, help="2: separate")
    migrate.add_argument("--write", action="store_true", help="change the files")
    migrate.add_argument(
        "--producer",
        action="append",
        default=[],
        dest="producers",
        metavar="NAME",
        help="only this producer and what it needs, such as pkg.module:Class.method; may be repeated",
    )
    migrate.add_argument(
        "--allow-dirty", action="store_true", help="also where git has uncommitted changes"
    )
    migrate.set_defaults(run=_migrate)

    explain = commands.add_parser(
        "explain", help="say what a rule or a reason means, and what to do"
    )
    explain.add_argument(
        "code", metavar="CODE", help="a code from a report, such as SL101 or carrier-queue"
    )
    explain.set_defaults(run=_explain)
    return parser


class _Version(argparse.Action):
    """Looks the version up only if it is asked for: that takes longer than all the rest of the start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"streamlift {version('streamlift')}")
        parser.exit()


def _add_paths(command: argparse.ArgumentParser) -> None:
    explanation = "files or folders; without one, the current folder"
    command.add_argument(
        "paths", nargs="*", type=Path, default=[Path()], metavar="PATH", help=explanation
    )
    command.add_argument(
        "--debug",
        action="store_true",
        help="where the tool itself fails, show the traceback; so does STREAMLIFT_DEBUG=1",
    )


def _scan(options: argparse.Namespace) -> int:
    from .run import run

    project, settings = _opened(options.paths)
    plan, _ = run(project, settings, rewrites=False)
    _report_errors(plan, options)
    if options.format == "json":
        from .report.json_report import report

        print(report(plan))
    else:
        from .report.text_report import report_sites

        print(report_sites(plan, options.paths), end="")
    return _status(plan)


def _migrate(options: argparse.Namespace) -> int:
    from .report.text_report import report_changes
    from .run import run

    project, settings = _opened(options.paths)
    plan, changes = run(project, settings, options.producers)
    _report_errors(plan, options)
    if options.write:
        _refuse_dirty_tree(project, changes, allowed=options.allow_dirty)
    _check_second_run(project, settings, changes, options.producers)
    if not options.write:
        print(report_changes(project, changes), end="")
        return NOT_ANALYSED if plan.facts.errors else SOMETHING_LEFT if changes else _status(plan)
    from .journal import write_all
    from .report.text_report import report_written

    write_all({project.path_of(name): text for name, text in changes.items()})
    print(report_written(plan, changes), end="")
    left = any(site.verdict in {"review", "refused"} for site in plan.sites)
    return NOT_ANALYSED if plan.facts.errors else SOMETHING_LEFT if left else NOTHING_LEFT


def _explain(options: argparse.Namespace) -> int:
    from .report.explanation import explain

    print(explain(options.code), end="")
    return NOTHING_LEFT


def _opened(paths: list[Path]) -> tuple[Project, Settings]:
    from .project import open_project, project_root
    from .settings import read_settings

    for path in paths:
        if not path.exists():
            raise UsageError(str(path), "does not exist", "name a file or a directory")
    settings = read_settings(project_root(paths[0].resolve()))
    return open_project(paths, settings.exclude), settings


def _report_errors(plan: Plan, options: argparse.Namespace) -> None:
    for error in plan.facts.errors:
        if isinstance(error, ToolFailure):
            _trace(error, options)
        _tell(str(error))


def _status(plan: Plan) -> int:
    if plan.facts.errors:
        return NOT_ANALYSED
    left = any(site.verdict in {"auto", "review", "refused"} for site in plan.sites)
    return SOMETHING_LEFT if left else NOTHING_LEFT


def _refuse_dirty_tree(project: Project, changes: dict[str, bytes], *, allowed: bool) -> None:
    from .worktree import state_of

    outside = [project.path_of(name) for name in changes if name.startswith("..")]
    state = state_of(project.scanned, [path for path in outside if path.exists()])
    if state == "dirty" and not allowed:
        raise UsageError(
            str(project.scanned), "has uncommitted changes", "commit them, or pass --allow-dirty"
        )
    if state == "no-git":
        _tell(f"{project.scanned}: is not under git; keep a copy")


def _check_second_run(
    project: Project, settings: Settings, changes: dict[str, bytes], producers: list[str]
) -> None:
    """Refuse to hand out a change that a second run would change again."""
    from .run import run

    if not changes:
        return
    failed = len(project.failed)
    _, again = run(project.with_overlay(changes), settings, producers)
    if len(project.failed) > failed:
        raise project.failed[-1]
    if again:
        raise ToolError(
            ", ".join(sorted(again)),
            "would be changed again by a second run",
            "nothing was written; please report this",
        )
