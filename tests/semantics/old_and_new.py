"""What a consumer sees of a stream, and of a program before and after the tool."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterable
from pathlib import Path
from types import SimpleNamespace

from streamlift_codemods.phases.separate import separate
from streamlift_codemods.plan import Plan, make_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings


def seen(source):
    """Return the items of *source*, sync or async, and behind them the error that ended it."""
    if isinstance(source, AsyncIterable):
        return asyncio.run(_seen(source))
    items = []
    try:
        for item in source:
            items.append(item)  # noqa: PERF402 - what came before an error counts
    except Exception as error:  # noqa: BLE001 - a part of what is seen
        items.append(repr(error))
    return items


async def _seen(source):
    items = []
    try:
        async for item in source:
            items.append(item)  # noqa: PERF401 - what came before an error counts
    except Exception as error:  # noqa: BLE001 - a part of what is seen
        items.append(repr(error))
    return items


def program(text, **names):
    """Run the module *text* and return what it defines; *names* are there before."""
    namespace = {"__name__": "app", **names}
    exec(compile(text, "app.py", "exec", dont_inherit=True), namespace)
    return SimpleNamespace(**namespace)


def planned(root: Path, *paths: str, **settings) -> Plan:
    """Return the plan of phase 2 for *paths* of the project at *root*."""
    project = open_project([root / path for path in paths] or [root])
    return make_plan(project, Settings(**settings))


def rewritten(text: str, folder: Path, **settings) -> str:
    """Return the module *text* after phase 2, or as it was if nothing of it changes."""
    path = folder / "app.py"
    path.write_bytes(text.encode())
    return separate(planned(folder, **settings)).get("app.py", text.encode()).decode()


def written(root: Path, files: dict[str, str]) -> Path:
    """Write *files* below *root* and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


def migrated(root: Path, *paths: str, **settings) -> dict[str, bytes]:
    """Run phase 2 on *paths* of the project at *root*, write what changes and return it."""
    changes = separate(planned(root, *paths, **settings))
    first = (root / paths[0] if paths else root).resolve()
    for name, raw in changes.items():
        ((first if first.is_dir() else first.parent) / name).resolve().write_bytes(raw)
    return changes


def printed(root: Path, statements: str) -> str:
    """Run *statements* in the project at *root*; return what they print, or their last error."""
    command = [sys.executable, "-c", statements]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else done.stderr.splitlines()[-1]


def verdicts(plan: Plan) -> list[str]:
    """Return the grade of each automatic site of *plan*, `verdict reason` of each other one."""
    return [site.grade or f"{site.verdict} {site.reason}" for site in plan.sites]
