"""Phase 3: decorators go where nothing can want text any more; what is sent stays the same."""

import ast
import functools
import re
import zlib
from pathlib import Path

import pytest

from streamlift_codemods.reading.project import open_project
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.run import run_finish
from streamlift_codemods.settings import read_settings
from tests.codemods import test_cases
from tests.codemods.finish_cases import CASES, CLOSED
from tests.codemods.harness import SCENARIOS, VARIANTS, migrate, observe, shown, variant_of, write
from tests.codemods.test_cli import run
from tests.scratch import scratch

BY_NAME = {case.name: case for case in CASES}


def finished(files, paths=()):
    """Run phase 3 on *paths* of *files*; return the plan and the files after."""
    with scratch() as folder:
        root = Path(folder).resolve()
        write(root, {"pyproject.toml": b"", **files})
        settings = read_settings(root)
        project = open_project([root / path for path in paths] or [root], settings.exclude)
        plan, new = run_finish(project, settings)
        changes = {project.path_of(n).relative_to(root).as_posix(): raw for n, raw in new.items()}
    return plan, {**files, **changes}


def seen(files, entry, scenarios=SCENARIOS):
    """Return what a consumer of *entry* sees in each of *scenarios*, and what happens."""
    with scratch() as folder:
        write(Path(folder), files)
        observed = [observe(Path(folder), entry, scenario) for scenario in scenarios]
    return [(shown(each.seen), shown(each.log)) for each in observed]


def test_names_are_unique():
    assert len(BY_NAME) == len(CASES)


EACH = pytest.mark.parametrize("case", CASES, ids=BY_NAME, scope="module")


@functools.cache
def plain(name):
    case = BY_NAME[name]
    return finished(case.files, case.paths)


@EACH
def test_case(case):
    plan, after = plain(case.name)

    assert tuple(producer.path for producer in plan.goes) == case.goes
    assert tuple(f"{s.producer.path} {s.reason}" for s in plan.stays) == case.stays
    assert tuple(helper.node.name for helper in plan.dead) == case.dead
    assert case.texts in {None, tuple(each.reason for each in plan.text_tests)}
    assert all(each.reason in REASONS for each in plan.stays)
    text = b"".join(raw for _, raw in sorted(after.items())).decode()
    assert [part for part in case.contains if part not in text] == []
    assert [part for part in case.lacks if part in text] == []
    if case.entry is not None and after != case.files:
        assert seen(after, case.entry) == seen(case.files, case.entry)
    assert finished(after, case.paths)[1] == after


@EACH
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_the_same_program_in_other_bytes(case, variant):
    files = variant_of(case.files, variant)
    if files is None:
        pytest.skip("it has no such form")
    _, expected = plain(case.name)
    _, after = finished(files, case.paths)

    changed = {name for name, raw in expected.items() if raw != case.files[name]}
    assert {name for name, raw in after.items() if raw != files[name]} == changed
    assert {n: variant.undo(after[n]) for n in changed} == {n: expected[n] for n in changed}


# What phase 2 makes of the case table, in a closed world: its entries are called from one more file


def caller_of(case):
    """Return a module whose `entry` calls the function that is the entry of *case*, None if that is no plain one."""
    module, _, name = (case.entry or "").partition(":")
    raw = case.files.get(f"{module.replace('.', '/')}.py")
    functions = [
        node for node in (ast.parse(raw).body if raw else []) if getattr(node, "name", "") == name
    ]
    if (
        not re.fullmatch(r"\w+", name)
        or len(functions) != 1
        or isinstance(functions[0], ast.ClassDef)
    ):
        return None
    arguments = functions[0].args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    positional = positional[: len(positional) - len(arguments.defaults)]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    named = [argument.arg for argument, default in pairs if default is None]
    taken = ", ".join([*positional, *["*"][: len(named)], *named])
    given = ", ".join([*positional, *(f"{each}={each}" for each in named)])
    return f"from {module} import {name}\n\n\ndef entry({taken}):\n    return {name}({given})\n".encode()


SHARES = 8


def closed_world_params():
    """Return each case that something can call; all but a share, which is another one for each new case, are slow."""
    for case in test_cases.CASES:
        is_of_share = zlib.crc32(case.name.encode()) % SHARES == len(test_cases.CASES) % SHARES
        if caller_of(case):
            yield pytest.param(case, marks=[] if is_of_share else pytest.mark.slow, id=case.name)


SOME = [
    s for s in SCENARIOS if s.name in {"plain", "unserialisable in the middle", "consumer throws"}
]


@pytest.mark.parametrize("case", [*closed_world_params()])
def test_the_case_table_in_a_closed_world(case):
    before = {**case.files, "caller_of_all.py": caller_of(case)}
    settings = case.files.get("pyproject.toml", b"") + CLOSED.encode()
    after = {**migrate(before).after, "pyproject.toml": settings}
    if settings.count(b"[tool.streamlift]") > 1:
        pytest.skip("it has settings of its own")
    plan, done = finished(after)

    assert finished(done)[1] == done
    if done != after:
        assert plan.goes or plan.dead
        assert seen(done, "caller_of_all:entry", SOME) == seen(before, "caller_of_all:entry", SOME)


def test_only_the_producer_that_is_named(tmp_path, capsys):
    [case] = [case for case in CASES if case.name == "a family of overrides"]
    write(tmp_path, case.files)

    code, out, err = run(capsys, "migrate", tmp_path, "--phase", "3", "--producer", "nothing")
    assert (code, out) == (2, "")
    assert "--producer nothing: is no function with our decorator; status shows" in err

    code, out, _ = run(
        capsys, "migrate", tmp_path, "--phase", "3", "--producer", "_Two.stream", "--write"
    )
    assert (code, (tmp_path / "app.py").read_text().count("@producer(SSE)")) == (0, 1)
    assert out.startswith(
        "app.py\nTook 1 decorator away, put 1 boundary around calls, took 0 helpers away; 0 decorators stay.\n"
    )


def test_the_text_that_stays_in_tests_is_told(tmp_path, capsys):
    [case] = [case for case in CASES if case.name == "a test of a part of the text"]
    write(tmp_path, case.files)

    _, out, _ = run(capsys, "migrate", tmp_path, "--phase", "3", "--write")

    told = re.findall(
        r"(?m)^(.*): test goes on reading the text of _reply \(text-test\)\n.*\n    at (.*)$", out
    )
    assert [place for place, _ in told] == ["testing/check.py:5"]
    assert 'assert "plain" in "".join(_reply(x))' in told[0][1]
    assert "let 1 call in tests go on getting text" in out
