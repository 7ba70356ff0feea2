"""The copy of the Pattern-1 app that the demo records, migrates and records again."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from streamlift.testing.recording import Recording, RecordingError
from streamlift.testing.socket_recorder import serve

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


def record_app(app: Path, scenarios: Sequence[Scenario]) -> list[Recording]:
    """Run *app* on a real server with an empty history and record the answers, in order."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "STREAMLIFT_EXAMPLE_DATABASE": str(Path(folder, "history.sqlite3")),
            # The offline model: a real one answers differently every time.
            "STREAMLIFT_EXAMPLE_MODEL": "",
            # Old and new code have the same file names: nothing of the old may be cached.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            with serve(
                f"{PACKAGE}.app:create_app",
                directory=app.parent,
                environment=environment,
                options={"factory": True},
            ) as server:
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
        except RecordingError as error:
            raise DemoError(str(error)) from error
