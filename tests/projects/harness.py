"""Run an application before and after the tool, and compare all that a client, the log and the database saw."""

import contextlib
import functools
import importlib
import io
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from streamlift_codemods.cli import main
from streamlift_codemods.flow.units import stations_of
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.run import run
from streamlift_codemods.settings import read_settings
from streamlift_legacy import Stage, configure
from streamlift_legacy.observed import TALLIES
from tests.projects import servers
from tests.projects.project import Project, Request
from tests.projects.stage import rows, stage
from tests.scratch import scratch


@contextlib.contextmanager
def written(project: Project) -> Iterator[Path]:
    """Write the files of *project* to a temporary folder for the body of the `with` statement."""
    with scratch() as folder:
        root = Path(folder).resolve() / "chat"
        for name, text in project.texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield root


def verdicts(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the verdict of each site, by file."""
    settings = read_settings(root)
    plan, _ = run(open_project([root], settings.exclude), settings, phase=None)
    assert not plan.facts.errors
    found: dict[str, tuple[str, ...]] = {}
    for site in plan.sites:
        verdict = site.grade or " ".join(filter(None, (site.verdict, site.reason)))
        verdict += " as text" if site.as_text else ""
        found[site.source.name] = (*found.get(site.source.name, ()), verdict)
    return found


def producers(root: Path) -> list[str]:
    """Return the name of each function that has frames to hand out, by its file."""
    settings = read_settings(root)
    plan, _ = run(open_project([root], settings.exclude), settings, phase=None)
    stations = stations_of(plan)
    return [f"{each.file.name}:{each.path}" for each in stations if each.sites]


def migrate(path: Path, *producers: str, phase: int = 2) -> list[str]:
    """Run *phase* on *path* as a user does, and return the names of the files that it changed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        limits = [f"--producer={producer}" for producer in producers]
        status = main(["migrate", str(path), "--phase", str(phase), "--write", *limits])
    assert status in {0, 1}, output.getvalue()
    return [line for line in output.getvalue().splitlines() if line.endswith(".py")]


@contextlib.contextmanager
def every_stage(stage: Stage) -> Iterator[None]:
    """Let every producer of phase 1 be in *stage*, in which no text may differ from the old one."""
    TALLIES.clear()
    configure(stage=stage, fresh_for=3600)
    try:
        yield
    finally:
        configure(stage=Stage.OFF)
        for name, tally in TALLIES.items():
            counts = tally.counts.values_by_name()
            assert not counts.keys() & {"mismatch", "error"}, (name, tally.plain())


def close(root: Path) -> None:
    """Say of the project at *root* that nothing else calls its functions."""
    with (root / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[tool.streamlift]\nclosed-world = true\n")


@contextlib.contextmanager
def imported(root: Path, project: Project, database: Path) -> Iterator[tuple[object, list[object]]]:
    """Import the application of *project* anew, and forget all of its modules afterwards."""
    known = set(sys.modules)
    folders = [str(root / "src"), str(root)]
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.modules["stage"] = module = stage(database)
    sys.path[:0] = folders
    name, attribute = project.entry.split(":")
    try:
        yield getattr(importlib.import_module(name), attribute), module.log
    finally:
        sys.dont_write_bytecode = writes
        for folder in folders:
            sys.path.remove(folder)
            sys.path_importer_cache.pop(folder, None)  # or each later import asks for it
        for each in set(sys.modules) - known:
            file = getattr(sys.modules[each], "__file__", None) or ""
            if file.startswith(str(root)) or not file:
                del sys.modules[each]
        sys.modules.pop("stage", None)


def _effects(log: list[object], project: Project, request: Request) -> object:
    """Return what of *log* is the same in every run."""
    if request.disconnect_after is None:
        return [*log]
    if project.server in {"aiohttp", "tornado"}:  # when they notice depends on the time
        return {*map(repr, log)}
    # An edge of ours closes a producer whose client has gone at once, others leave it for later.
    return Counter(map(repr, log))


Observed = tuple[object, object, list[str]]


def observe_all(root: Path, project: Project) -> list[Observed]:
    """Return what the client, the log and the database saw of each request."""
    # One application answers all of them, as it does in life; one of Sanic starts only once.
    one_by_one = [(request,) for request in project.requests]
    rounds = one_by_one if project.server == "sanic" else [project.requests]
    return [seen for requests in rounds for seen in _observe(root, project, requests)]


def _observe(root: Path, project: Project, requests: Sequence[Request]) -> Iterator[Observed]:
    database = root.parent / "history.db"
    logging.disable(logging.CRITICAL)
    try:
        with imported(root, project, database) as (application, log):
            for request in requests:
                database.unlink(missing_ok=True)
                log.clear()
                # What is collected later would belong to no request.
                with servers.garbage_collected():
                    seen = getattr(servers, project.server)(application, request)
                yield seen, _effects(log, project, request), rows(database)
    finally:
        logging.disable(logging.NOTSET)


@functools.cache
def before(project_name: str, find) -> list[Observed]:
    """Return what was seen of the project before, once."""
    project = find(project_name)
    with written(project) as root:
        return observe_all(root, project)
