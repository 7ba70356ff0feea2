"""The command line: whatever happens, a person gets a report or one line, and an exit status."""

from __future__ import annotations

import gc
import io
import shlex
import sys
from typing import TYPE_CHECKING

from .argument_parser import parser
from .errors import ToolError, failure_of
from .exit_status import INTERRUPTED, NOT_ANALYSED, SOMETHING_LEFT
from .terminal import drop_output, tell, trace

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTRA = {"libcst", "pathspec", "tomli", "yaml_ft"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit status.

    Returns:
        0 if nothing is left to do, 1 for findings, a diff or sites that are left, 2 if something could
        not be analysed or was asked for wrongly.
    """
    options = parser().parse_args(arguments)
    options.command = shlex.join(
        ["streamlift", *(sys.argv[1:] if arguments is None else arguments)]
    )
    if arguments is None:  # the process ends with the run
        gc.disable()  # there is no garbage in syntax trees, and it would look for some again and again
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has every character
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # `streamlift scan | head`
        drop_output()
        return SOMETHING_LEFT
    except Exception as error:  # noqa: BLE001 - a person gets one line, whatever it is
        trace(error, is_asked_for=getattr(options, "debug", False))
        tell(_line_about(error))
        if isinstance(error, OSError):
            drop_output()
        return NOT_ANALYSED
    return status


def _line_about(error: Exception) -> str:
    """Return where, what, and what to do about it."""
    from streamlift.errors import StreamliftError

    if isinstance(error, ToolError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRA:
        return f"{error.name}: is not installed; run: pip install 'streamlift[codemods]'"
    if isinstance(error, StreamliftError):  # of the library; it tells a person what to do
        return str(error)
    if isinstance(error, OSError):
        place = error.filename or "the output"
        return f"{place}: {error.strerror or error}; check the disk and the permissions"
    return f"{failure_of(error)}; please report it, --debug shows where"
