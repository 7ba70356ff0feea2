"""Find the application under test: import it, make sure that it is the one, and see how it is called."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..recording import RecordingError
from .copied_tree import BESIDE

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Sequence
    from types import ModuleType

Protocol = Literal["asgi", "wsgi", "aiohttp"]

TRACEBACK_LINES = 12
"""Lines of a traceback that an error message quotes: its end."""

NOT_OF_THE_TREE = sys.stdlib_module_names | {"__main__", "streamlift", "streamlift_legacy"}
"""What was imported before the tree could be, whatever else has these names in it."""

AIOHTTP = "aiohttp.web_app.Application"
"""What its own server only can call, as none of both protocols."""

ASGI_PARAMETERS = 3
WSGI_PARAMETERS = 2


def load(place: str, what: str) -> object:
    """Return the object at *place*.

    Args:
        place: `module:attribute`, each dotted or not; or `/path/to/file.py:attribute`.
        what: What it is, for error messages: "the application".

    Raises:
        RecordingError: If the module cannot be imported or has no such attribute; quotes the end
            of the traceback.
    """
    module_name, _, attribute = place.rpartition(":")
    try:
        found: object = (
            _module_of(Path(module_name))
            if is_file(module_name)
            else importlib.import_module(module_name)
        )
    except (Exception, SystemExit) as error:
        raise RecordingError(
            f"{what} {place} cannot be imported:\n{traceback_tail(error)}\n{_remedy(error)}"
        ) from error
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise RecordingError(
                f"{what} {place}: {getattr(found, '__name__', found)!r} has no {name!r}; "
                f"name one that it has ({', '.join(_public(found)) or 'it has none'})"
            )
        found = getattr(found, name)
    return found


def is_file(module: str) -> bool:
    """Tell whether *module* is the path of a file, and no dotted name."""
    return module.endswith(".py")


def file_of(place: str | None, requests: Path) -> Path | None:
    """Return the file that *place* names, from that of the *requests* on; `None` if it names none."""
    module = (place or "").rpartition(":")[0]
    return (requests.parent / module).resolve() if is_file(module) else None


def _module_of(path: Path) -> ModuleType:
    """Return the module that the file at *path* is, which need not stand where modules are imported from."""
    name = f"_{path.stem}{BESIDE}"  # the tree may have a module of its own name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _public(found: object) -> list[str]:
    return [name for name in vars(found) if not name.startswith("_")][:20]


def _remedy(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return (
            f"install what it needs for {sys.executable}, take another interpreter (--python), "
            f"or name the folder that holds {error.name!r} (import-from in the file of requests)"
        )
    return "mend that, or put something else in its place (setup, environment)"


def traceback_tail(error: BaseException) -> str:
    """Return the end of the traceback of *error*, without our own frames."""
    stack = error.__traceback__
    here = str(Path(__file__).parents[1])
    while stack and stack.tb_next and _is_ours(stack.tb_frame.f_code.co_filename, here):
        stack = stack.tb_next
    lines = "".join(traceback.format_exception(type(error), error, stack)).rstrip().splitlines()
    return "\n".join(lines[-TRACEBACK_LINES:])


def _is_ours(filename: str, here: str) -> bool:
    return filename.startswith((here, "<frozen importlib", importlib.__file__))


def check_origin(place: str | None, folders: Sequence[Path]) -> None:
    """Make sure that what stands in *folders* was imported from there, and the module of *place* too, if it is in one.

    Raises:
        RecordingError: If it was not: an installed copy would be recorded, and not this code.
    """
    here = {
        name
        for name in {each.partition(".")[0] for each in sys.modules}
        if _stands_in(name, folders)
    }
    module = (place or "").rpartition(":")[0]
    named = {module} if module and not is_file(module) else set()
    for name in sorted(here - NOT_OF_THE_TREE | named):
        file = getattr(sys.modules.get(name), "__file__", None)
        if file is None or not any(Path(file).resolve().is_relative_to(each) for each in folders):
            raise RecordingError(
                f"{name} was imported from {file or 'nowhere'}, which is not in {folders[0]}: "
                "other code than that of this tree would be recorded; run it for the right folder "
                "(--directory), or name the one that holds it (import-from in the file of requests)"
            )


def _stands_in(name: str, folders: Sequence[Path]) -> bool:
    return any(
        (each / f"{name}.py").is_file() or (each / name / "__init__.py").is_file()
        for each in folders
    )


def made_by(factory: object, place: str, loop: AbstractEventLoop) -> object:
    """Return the application that *factory* makes; if that is asynchronous, in *loop*.

    Raises:
        RecordingError: If it makes none.
    """
    if not callable(factory):
        raise RecordingError(
            f"{place} is no function, but {type(factory).__name__}; take factory = true out"
        )
    try:
        made: object = factory()
        return loop.run_until_complete(made) if isinstance(made, Coroutine) else made
    except (Exception, SystemExit) as error:
        raise RecordingError(
            f"{place}() made no application:\n{traceback_tail(error)}\n{_remedy(error)}"
        ) from error


def protocol_of(app: object, place: str) -> Protocol:
    """Return how *app* is called.

    Raises:
        RecordingError: If its signature does not tell.
    """
    if not callable(app):
        raise RecordingError(
            f"{place} is no application, but {type(app).__name__}; name the object that a server is given"
        )
    if any(f"{each.__module__}.{each.__name__}" == AIOHTTP for each in type(app).__mro__):
        return "aiohttp"
    call = type(app).__call__
    if any(map(inspect.iscoroutinefunction, (app, call, inspect.unwrap(call)))):
        return "asgi"
    required = _parameters(app)
    if required == ASGI_PARAMETERS:
        return "asgi"
    if required == WSGI_PARAMETERS:
        return "wsgi"
    if required == 0:
        raise RecordingError(
            f"{place} is called without arguments: if it makes the application, write factory = true"
        )
    raise RecordingError(
        f"it cannot be told whether {place} speaks ASGI or WSGI: "
        'write interface = "asgi" or interface = "wsgi" in the file of requests; if neither, start a '
        "server of the old code and one of the new, and compare these: streamlift snapshot diff URL URL"
    )


def _parameters(app: Callable[..., object]) -> int | None:
    """Return how many positional arguments *app* is called with, `None` if that is not one number."""
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None
    positional = [
        each
        for each in parameters
        if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}
    ]
    return sum(each.default is each.empty for each in positional)
