"""Phase 3: decorators go where nothing can want text any more; what is sent stays the same."""

import tempfile
from pathlib import Path

import pytest

from streamlift_codemods.finish_plan import make_finish_plan, survey
from streamlift_codemods.phases.finish import finish
from streamlift_codemods.project import open_project
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.settings import read_settings
from tests.codemods.finish_cases import CASES
from tests.codemods.harness import SCENARIOS, VARIANTS, observe, shown, variant_of, write

BY_NAME = {case.name: case for case in CASES}


def finished(files, paths=()):
    """Run phase 3 on *paths* of *files*; return the plan and the files after."""
    with tempfile.TemporaryDirectory(prefix="streamlift-") as folder:
        root = Path(folder).resolve()
        write(root, {"pyproject.toml": b"", **files})
        settings = read_settings(root)
        project = open_project([root / path for path in paths] or [root], settings.exclude)
        plan = make_finish_plan(survey(project, settings))
        changes = {
            project.path_of(n).relative_to(root).as_posix(): raw for n, raw in finish(plan).items()
        }
    return plan, {**files, **changes}


def seen(files, entry):
    """Return what a consumer of *entry* sees in every scenario, and what happens."""
    with tempfile.TemporaryDirectory(prefix="streamlift-") as folder:
        write(Path(folder), files)
        observed = [observe(Path(folder), entry, scenario) for scenario in SCENARIOS]
    return [(shown(found), shown(happened)) for found, happened in observed]


def test_names_are_unique():
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=BY_NAME)
def test_case(case):
    plan, after = finished(case.files, case.paths)

    assert tuple(producer.path for producer in plan.goes) == case.goes
    assert tuple(f"{s.producer.path} {s.reason}" for s in plan.stays) == case.stays
    assert tuple(helper.node.name for helper in plan.dead) == case.dead
    assert all(each.reason in REASONS for each in plan.stays)
    text = b"".join(raw for _, raw in sorted(after.items())).decode()
    assert [part for part in case.contains if part not in text] == []
    assert [part for part in case.lacks if part in text] == []
    if case.entry is not None and after != case.files:
        assert seen(after, case.entry) == seen(case.files, case.entry)
    assert finished(after, case.paths)[1] == after


@pytest.mark.parametrize("case", CASES, ids=BY_NAME)
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_the_same_program_in_other_bytes(case, variant):
    files = variant_of(case.files, variant)
    if files is None:
        pytest.skip("it has no such form")
    _, plain = finished(case.files, case.paths)
    _, after = finished(files, case.paths)

    changed = {name for name, raw in plain.items() if raw != case.files[name]}
    assert {name for name, raw in after.items() if raw != files[name]} == changed
    assert {name: variant.undo(after[name]) for name in changed} == {n: plain[n] for n in changed}
