"""The copy of the Pattern-1 app that the demo migrates, and records before and after each phase."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from streamlift.testing.recorders.socket_recorder import Server, serve
from streamlift.testing.recording import Recording, RecordingError

from .scenarios import Scenario
from .tool import DemoError

PACKAGE = "chat_app"
SOURCE = Path(__file__).parents[1] / "pattern1"


def copy_app(folder: Path) -> Path:
    """Copy the Pattern-1 app into *folder* and return where it is."""
    return Path(
        shutil.copytree(SOURCE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    )


def compile_app(app: Path) -> int:
    """Compile every module and return how many there are.

    Raises:
        DemoError: If one is no Python.
    """
    modules = sorted(app.rglob("*.py"))
    try:
        for module in modules:
            compile(module.read_bytes(), str(module), "exec")
    except SyntaxError as error:
        raise DemoError(f"the migrated app does not compile: {error}") from error
    return len(modules)


@contextmanager
def serve_app(
    app: Path,
    application: str = f"{PACKAGE}.app:create_app",
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """Run *app* on a real server, with an empty history.

    Args:
        app: Where it is.
        application: What makes it.
        more: Variables of its environment.

    Raises:
        DemoError: If it does not start, or what was asked is not answered.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "STREAMLIFT_EXAMPLE_DATABASE": str(Path(folder, "history.sqlite3")),
            # The offline model: a real one answers differently every time.
            "STREAMLIFT_EXAMPLE_MODEL": "",
            # Old and new code have the same file names: nothing of the old may be cached.
            "PYTHONDONTWRITEBYTECODE": "1",
            **more,
        }
        try:
            with serve(
                application,
                directory=app.parent,
                environment=environment,
                options={"factory": True},
            ) as server:
                yield server
        except RecordingError as error:
            raise DemoError(str(error)) from error


def record_app(app: Path, scenarios: Sequence[Scenario]) -> list[Recording]:
    """Run *app* on a real server and record its answers, in order."""
    with serve_app(app) as server:
        return record(server, scenarios)


def record(server: Server, scenarios: Sequence[Scenario]) -> list[Recording]:
    """Return what *server* answers, in order."""
    return [
        server.record(
            scenario.path,
            method=scenario.method,
            headers=[(b"Content-Type", b"application/json")],
            body=scenario.body,
            disconnect_after=scenario.leaves_after,
        )
        for scenario in scenarios
    ]
