"""Record an app as it is in one tree, then as it is in another one, and compare."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from streamlift.testing.recording import RecordingError
from streamlift.testing.runs.copied_tree import CopiedTree

from ..coverage.watched_project import sites_in
from ..errors import ToolError, listed
from ..report.advice_report import advice_report
from ..snapshots.recorder import HASH_SEEDS, watched
from .base import Commit, add_what_is_not_committed
from .beside_outcome import beside_outcome
from .compared import broken, outcomes_of
from .migrated_tree import migrate_tree
from .run_tree import RunTree
from .verdict import Verdict
from .workspace import workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from streamlift.testing.requests.requests_file import RequestsFile
    from streamlift.testing.runs.recording_job import RecordingRun

    from ..snapshots.app_run import AppRun
    from ..snapshots.outcome import Outcome
    from ..snapshots.recorder import Recorder
    from .base import Folder, WorkingTree
    from .migrated_tree import Migrated
    from .workspace import Workspace

STAGE = "STREAMLIFT_STAGE"
FLAGS = (STAGE, "STREAMLIFT_STAGES_FILE", "STREAMLIFT_KILL")
"""What says which stage it is. A person's own choice does not count, that of the requests file does."""


class NothingRecorded(ToolError):
    """The app cannot be recorded in the tree that everything is compared with."""


@dataclass(frozen=True, kw_only=True)
class GateJob:
    """What is compared, and how.

    Attributes:
        tree: The person's tree.
        base: What the new tree is compared with.
        paths: The files and folders that are migrated and whose sites count, from the top of the tree on.
        phase: What a copy of the working tree is taken to; None if it is taken as it is.
        stages: The stages that the new tree is run in; none if nothing says which one.
        recorder: Runs the app.
        is_traced: Whether it is watched which sites are executed.
        kept: Where the trees are kept.
        tell_step: Takes what is done next, for those who wait.
    """

    tree: WorkingTree
    base: WorkingTree | Commit | Folder
    paths: tuple[Path, ...]
    phase: int | None
    stages: tuple[str, ...]
    recorder: Recorder
    is_traced: bool = True
    kept: Path | None = None
    tell_step: Callable[[str], None] = lambda _: None


def gate(job: GateJob) -> Verdict:
    """Return what became of each request.

    Raises:
        NothingRecorded: If the app cannot be recorded in the base.
        ToolError: If a tree cannot be made.
    """
    with workspace(job.tree.top.name or "tree", job.kept) as place:
        return _Gate(job, place).verdict()


class _Gate:
    """One run of a gate."""

    def __init__(self, job: GateJob, place: Workspace) -> None:
        self._job = job
        self._place = place
        self._told: dict[str, None] = {}
        self._migrated: Migrated | None = None
        recorder = job.recorder
        self._app = job.tree.named(recorder.job.app or recorder.file.app, recorder.file.path)
        self._setup = job.tree.named(recorder.file.setup, recorder.file.path)

    def verdict(self) -> Verdict:
        job = self._job
        job.tell_step(f"writing {job.base}")
        tree = RunTree(self._place.place, partial(self._write, job.base, "base"))
        first = self._first(tree)
        job.tell_step("recording it again")
        second = job.recorder.kept(self._run_base(job.recorder, tree, HASH_SEEDS[1]))
        first, second = first.together_with(second), second.together_with(first)
        steady = [first.steadiness(request, second) for request in job.recorder.requests]
        unknown = {outcome.name: outcome for outcome in steady if outcome.is_fault}
        new = self._new(tree)
        compared = [
            outcome
            for group, environment in self._groups()
            for outcome in self._compared(first, new, group, environment)
            if outcome.name not in unknown
        ]
        self._place.put_away(new, "new")
        return Verdict(
            base=str(job.base),
            new=str(job.tree) if job.phase is None else f"{job.tree} after phase {job.phase}",
            outcomes=(*unknown.values(), *compared),
            coverage=first.coverage,
            migrated=self._migrated,
            told=(
                *self._told,
                *self._same_trees(),
                *(f"{each}, also in the base" for each in first.refused()),
            ),
            advice=advice_report(first, second) if unknown else "",
        )

    def _write(self, source: WorkingTree | Commit | Folder, label: str, target: Path) -> None:
        """Write *source* to *target*, with what the requests need."""
        job = self._job
        (target / ".git").mkdir()  # it marks the root of a project
        told = [
            *source.write(target),
            *add_what_is_not_committed(job.tree, job.recorder.file, target, self._app),
        ]
        self._told |= dict.fromkeys(f"{label}: {each}" for each in told)

    def _new(self, base: RunTree) -> RunTree:
        """Return the tree that is compared with *base*, at the same place."""
        job, new = self._job, base
        job.tell_step("making the new tree")
        if job.base is not job.tree or self._place.kept is not None:
            self._place.put_away(base, "base")
            new = RunTree(self._place.place, partial(self._write, job.tree, "new"))
        if job.phase is not None:
            new.change(self._migrate)
        return new

    def _same_trees(self) -> Iterator[str]:
        base, phase = self._job.base, self._job.phase
        if phase is None and isinstance(base, Commit) and base.is_the_working_tree:
            yield f"the working tree is {base}: the app was compared with itself"

    def _migrate(self, place: Path) -> None:
        assert self._job.phase is not None
        self._migrated = migrate_tree([place / each for each in self._job.paths], self._job.phase)

    def _first(self, base: RunTree) -> AppRun:
        """Return what the app sends that everything is compared with, and which sites that ran through."""
        job = self._job
        recorder = job.recorder
        if job.is_traced:
            job.tell_step("looking for its sites")
            paths = [base.path / each for each in job.paths]
            setup = self._setup and base.path / self._setup
            traced = sites_in(paths, base.path / job.tree.directory, setup)
            recorder = replace(recorder, traced=traced)
        job.tell_step("recording it")
        return recorder.kept(self._run_base(recorder, base, HASH_SEEDS[0]))

    def _groups(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Give what is recorded of the new tree: its name, and the variables that make it."""
        job = self._job
        phase = "" if job.phase is None else f"phase {job.phase}"
        for stage in job.stages:
            yield ", ".join(filter(None, [phase, stage])), {STAGE: stage}
        if not job.stages:
            yield phase, {}

    def _compared(
        self, first: AppRun, new: RunTree, group: str, environment: dict[str, str]
    ) -> Iterator[Outcome]:
        """Give the outcome of each request for one *group*, and what phase 1 has counted in it."""
        recorder = self._job.recorder
        what = f"recording {group or self._job.tree}"
        self._job.tell_step(what)
        try:
            run = self._run(recorder, new, HASH_SEEDS[0], environment)
        except RecordingError as error:
            for number, request in enumerate(recorder.requests):
                told = str(error) if number == 0 else "see above"
                yield replace(broken(first, request, told), group=group)
            return

        def again() -> AppRun:
            self._job.tell_step(f"{what} again")
            return recorder.kept(self._run(recorder, new, HASH_SEEDS[0], environment))

        for outcome in outcomes_of(first, recorder.kept(run), again):
            yield replace(outcome, group=group)
        counted = beside_outcome(run.observations, group, recorder.file.path)
        if counted is not None:
            yield counted

    def _run_base(self, recorder: Recorder, base: RunTree, seed: int) -> RecordingRun:
        place, remedy = f"base, {self._job.base}", "nothing can be compared with it"
        directory = self._job.tree.directory
        if not (base.path / directory).is_dir():
            raise NothingRecorded(place, f"there is no folder {directory}", remedy)
        try:
            return self._run(recorder, base, seed, {})
        except RecordingError as error:
            if ignored := self._job.tree.ignored():
                remedy += (
                    f"; it runs in a copy without what git ignores ({listed(ignored)}): what it needs of that, "
                    "name under also in the requests file"
                )
            problem = f"the app cannot be recorded there: {error}"
            raise NothingRecorded(place, problem, remedy) from error

    def _run(
        self, recorder: Recorder, tree: RunTree, seed: int, environment: Mapping[str, str]
    ) -> RecordingRun:
        """Return what the app in *tree* sends, which is as if it had never run there."""
        job = replace(
            recorder.job,
            directory=tree.path / self._job.tree.directory,
            environment={**_without_flags(recorder.file), **environment},
            hash_seed=seed,
            copied=CopiedTree(self._job.tree.top, tree.path),
        )
        if self._app is not None:  # the one of this tree
            attribute = (job.app or job.file.app or "").rpartition(":")[2]
            job = replace(job, app=f"{tree.path / self._app}:{attribute}")
        tree.reset()
        try:
            run = watched(job)
        except RecordingError as error:
            raise RecordingError(_from_there(str(error), tree)) from error
        failures = {name: _from_there(each, tree) for name, each in run.failures.items()}
        return replace(run, failures=failures)


def _without_flags(file: RequestsFile) -> dict[str, str]:
    return {name: "" for name in FLAGS if name not in file.environment}


def _from_there(text: str, tree: RunTree) -> str:
    """Return *text* with paths from *tree* on, which is gone when a person reads it."""
    return text.replace(f"{tree.path}{os.sep}", "")
