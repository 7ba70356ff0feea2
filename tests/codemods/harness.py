"""A small project as a value: migrated in process, run before and after, and compared in every respect."""

import ast
import asyncio
import enum
import functools
import importlib
import inspect
import io
import re
import sys
import tokenize
import types
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response

from streamlift.testing.recorders.asgi_recorder import record
from streamlift_codemods.phases.before_phase_1 import before_phase_1
from streamlift_codemods.plan import Plan
from streamlift_codemods.reading.project import Project, open_project
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.run import run
from streamlift_codemods.settings import Settings, read_settings
from streamlift_codemods.verify.verification import verify_against
from streamlift_legacy import Stage, configure
from streamlift_legacy.observed import TALLIES
from tests.codemods.token_counter import missing_of
from tests.scratch import scratch

Files = dict[str, bytes]
VERDICTS = {"auto", "already", "suppressed", "baselined", "review", "refused", "error"}
GRADES = {"typed", "payload", "model", "delegated", "encoded"}
AUTOMATIC = GRADES | {f"{grade} as text" for grade in GRADES}
BOM = b"\xef\xbb\xbf"
COOKIE = b"# -*- coding: latin-1 -*-\n"


@dataclass(frozen=True)
class Case:
    """One small project and what a careful person expects of the tool.

    Attributes:
        name: What it is about.
        source: The text of `app.py`, or the texts by path.
        expect: For each site in order of file and line its grade if it is automatic, with ` as text` if
            no boundary sees the chunk, else `verdict reason`.
        entry: `module:expression`, an expression for the producer, the endpoint or the ASGI application.
        not_sse: The reasons of the strings that are no site, in order; None: not looked at.
        boundary: `decorator` or `caller` for each producer in order; None: not looked at.
        contains: What stands in the new text.
        lacks: What does not.
        wish: What a careful person would do better than what is expected here.
    """

    name: str
    source: str | dict[str, str]
    expect: tuple[str, ...]
    entry: str | None = "app:stream"
    not_sse: tuple[str, ...] | None = None
    boundary: tuple[str, ...] | None = None
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    wish: str = ""

    @property
    def files(self) -> Files:
        texts = {"app.py": self.source} if isinstance(self.source, str) else self.source
        return {name: text.lstrip("\n").encode() for name, text in texts.items()}


# What a run of the tool gives


@dataclass(frozen=True)
class Migration:
    """What one run made of a project.

    Attributes:
        before: The files before.
        after: The files after.
        changed: The names of the files that changed or are new.
        verdicts: `grade`, or `verdict reason`, of each site.
        not_sse: The reason of each string that is no site.
        boundaries: `decorator` or `caller` of each producer.
        errors: The reasons of the files that could not be analysed.
        editable: The lines of each file that the tool may change.
    """

    before: Files
    after: Files
    changed: tuple[str, ...]
    verdicts: tuple[str, ...]
    not_sse: tuple[str, ...]
    boundaries: tuple[str, ...]
    errors: tuple[str, ...]
    editable: dict[str, set[int]]


def migrate(files: Files, *, verifies: bool = False) -> Migration:
    """Run phase 2 on *files*; if it *verifies*, prove each site of the result again."""
    with scratch() as folder:
        root = Path(folder).resolve()
        write(root, files)
        settings = read_settings(root)
        project = open_project([root], settings.exclude)
        plan, changes = run(project, settings)
        _check_plan(plan)
        if verifies:
            assert missing_of(project, plan.facts) == []
            again = verify_against(plan, project.with_overlay(changes), settings)
            assert [each.detail for each in again.sites if each.verdict != "fine"] == []
        return Migration(
            before=files,
            after={**files, **changes},
            changed=tuple(sorted(changes)),
            verdicts=tuple(_verdict(site) for site in plan.sites),
            not_sse=tuple(row.reason for file in plan.facts.files.values() for row in file.not_sse),
            boundaries=tuple(
                "decorator" if p.needs_decorator else "caller" for p in plan.producers
            ),
            errors=tuple(error.reason for error in plan.facts.errors),
            editable=_editable_lines(plan),
        )


def introduced(files: Files) -> Files:
    """Return *files* after phase 1."""
    with _opened(files) as (project, settings):
        plan, changes = run(project, settings, phase=1)
        _check_plan(plan)
        return {**files, **changes}


@contextmanager
def _opened(files: Files) -> Iterator[tuple[Project, Settings]]:
    with scratch() as folder:
        root = Path(folder).resolve()
        write(root, files)
        settings = read_settings(root)
        yield open_project([root], settings.exclude), settings


def check_way_from_phase_1(migration: Migration, side_by_side: Files) -> None:
    """Phase 1 changes nothing again; what was before is found again; phase 2 makes the same of both."""
    assert introduced(side_by_side) == side_by_side
    assert without_phase_1(side_by_side) == migration.before
    with _opened(side_by_side) as (project, settings):
        _, changes = run(project, settings, phase=2)
        assert {**side_by_side, **changes} == migration.after


def without_phase_1(files: Files) -> Files:
    """Return *files* as they were before phase 1."""
    with _opened(files) as (project, _):
        before = before_phase_1(project)
        kept = {name: raw for name, raw in files.items() if name not in before.gone}
        return {**kept, **before.texts}


def write(root: Path, files: Files) -> None:
    for name, raw in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def _verdict(site) -> str:
    if site.as_text:
        return f"{site.grade} as text"
    return site.grade or " ".join(filter(None, (site.verdict, site.reason)))


def _check_plan(plan: Plan) -> None:
    """Each site has exactly one verdict, with a public reason unless it is automatic."""
    for site in plan.sites:
        assert site.verdict in VERDICTS
        if site.verdict == "auto":
            assert site.reason is None
            assert site.grade in GRADES
            assert site.proof
        elif site.verdict != "already":
            assert site.reason in REASONS
            assert site.grade is None
    for file in plan.facts.files.values():
        assert all(row.reason in REASONS for row in file.not_sse)
        places = [(node.lineno, node.col_offset) for node in _rows(file)]
        assert len(places) == len(set(places))


def _rows(file) -> list[ast.expr]:
    return [row.node for row in (*file.sites, *file.not_sse)]


# Losslessness: which lines a person would expect to change


def _editable_lines(plan: Plan) -> dict[str, set[int]]:
    """Return the lines of sites, imports, serialising statements, heads of functions, and edges."""
    editable: dict[str, set[int]] = {}
    for name, file in plan.facts.files.items():
        lines = editable.setdefault(name, set())
        for node in ast.walk(file.source.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.AnnAssign)):
                lines |= _lines(node)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines |= {*range(node.lineno, node.body[0].lineno)}
            elif (
                isinstance(node, (ast.Assign, ast.AnnAssign))
                and node.value is not None
                and "json.dumps(" in ast.unparse(node.value)
            ):
                lines |= _lines(node)
        for site in file.sites:
            content = plan.contents.get(site)
            bindings = content.bindings if content is not None else ()
            lines |= _lines(site.node).union(*map(_lines, (*site.statements, *bindings)))
            if (
                site.verdict == "auto" and site.carrier.statement is not None
            ):  # parentheses around it
                lines |= _lines(site.carrier.statement)
    for producer in plan.all_producers:
        for caller in producer.callers:
            written = caller.edge.responses if caller.edge else ()
            written = [use.node for use in caller.relay.uses] if caller.relay else written
            for node in (caller.call, *written):
                editable[caller.file.name] |= _lines(node)
    return editable


def _lines(node: ast.expr | ast.stmt) -> set[int]:
    return set(range(node.lineno, node.end_lineno + 1))


def check_lossless(migration: Migration) -> None:
    """Every line that is not editable is still there, in order; so is every comment."""
    for name in migration.changed:
        if name not in migration.before:
            continue
        before, after = (
            _physical_lines(migration.before[name]),
            _physical_lines(migration.after[name]),
        )
        editable = migration.editable.get(name, set())
        rest = iter(after)
        kept = [(n, line) for n, line in enumerate(before, 1) if line.strip() and n not in editable]
        lost = [(n, line) for n, line in kept if line.rstrip(b"\r\n") not in _stripped(rest)]
        assert not lost, f"{name}: lost or moved"
        assert not _comments(migration.before[name]) - _comments(migration.after[name])


def _stripped(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Return *lines* without line ends; `in` then reads on from where the last search ended."""
    return (line.rstrip(b"\r\n") for line in lines)


def _physical_lines(raw: bytes) -> list[bytes]:
    return re.split(rb"(?<=\n)|(?<=\r)(?!\n)", raw.removeprefix(BOM))


def _comments(raw: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(io.BytesIO(raw).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


# The surroundings of the code: a module `stage` that records what happens


class Opaque:
    """No encoder knows it, and it notes when it is rendered."""

    def __init__(self, log: list[object]) -> None:
        self.log = log

    def __repr__(self) -> str:
        self.log.append("repr")
        return "Opaque()"

    def __str__(self) -> str:
        self.log.append("str")
        return "opaque"

    def __format__(self, spec: str) -> str:
        self.log.append(f"format {spec}")
        return "formatted"


class Word(str, enum.Enum):
    """Its `format` is not its content on some versions."""

    FIRST = "first"


class Model:
    """A stand-in for a pydantic model that notes when it is encoded."""

    def __init__(self, log: list[object], **values: object) -> None:
        self.log = log
        self.__dict__.update(values)
        self.values = values

    def model_dump(self, **options: object) -> dict[str, object]:
        self.log.append(("model_dump", options))
        return self.values

    def model_dump_json(self, **options: object) -> str:
        import json

        self.log.append(("model_dump_json", sorted(options)))
        return json.dumps(self.values, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Scenario:
    """What a producer meets in one run.

    Attributes:
        name: Its name.
        value: Makes the value of each argument.
        items: Makes what upstream gives.
        error: What upstream raises after that.
        manner: What the consumer does: `whole`, `close` or `throw` after the first item.
    """

    name: str
    value: Callable[[list[object]], object] = lambda _: "plain"
    items: Callable[[list[object]], list[object]] = lambda _: ["one", "two"]
    error: type[Exception] | None = None
    manner: str = "whole"


def _same(value: object) -> Callable[[list[object]], object]:
    return lambda _: value


PLAIN = Scenario("plain")
SCENARIOS = (
    PLAIN,
    Scenario("unicode", _same("한국어 🚀 é\u2028"), lambda _: ["ü", "😀", "</script>"]),
    Scenario("none", _same(None), lambda _: [None]),
    Scenario("empty", _same(""), lambda _: ["", "x"]),
    Scenario("line ends", _same("a\nb\r\nc\rd"), lambda _: ["x\n\ny", "data: [DONE]\n\n"]),
    Scenario("unserialisable", Opaque, lambda log: [Opaque(log)]),
    Scenario("unserialisable in the middle", items=lambda log: ["one", Opaque(log), "two"]),
    Scenario("false and unserialisable", lambda _: set(), lambda _: [set()]),
    Scenario("mapping", lambda _: {"k": [1, None], "type": "of-value"}, lambda _: [{"b": 1, 2: "a"}, {}]),
    Scenario("numbers", _same(7.5), lambda _: [0, 2**70, float("nan")]),
    Scenario("str subclass", _same(Word.FIRST), lambda _: [Word.FIRST]),
    Scenario("surrogate", _same("\ud83d"), lambda _: ["\ud83d"]),
    Scenario("bytes", _same(b"raw"), lambda _: [b"raw"]),
    Scenario("nothing", items=lambda _: []),
    Scenario("upstream fails", error=RuntimeError),
    Scenario("upstream fails at once", items=lambda _: [], error=RuntimeError),
    Scenario("consumer closes", manner="close"),
    Scenario("consumer throws", manner="throw"),
)  # fmt: skip


def _stage(scenario: Scenario) -> types.ModuleType:
    """Return the module `stage` that the projects of the cases import.

    Its `asked` says what was asked of the scenario: `values`, `items`.
    """
    stage = types.ModuleType("stage")
    log: list[object] = []
    stage.asked = asked = set()

    def note(label: object, value: object = None) -> object:
        log.append(("note", label))
        return label if value is None else value

    def fail(label: str = "failed") -> object:
        log.append(("fail", label))
        raise LookupError(label)

    async def upstream(*_: object) -> AsyncIterator[object]:
        log.append("opened")
        asked.add("items")
        try:
            for item in scenario.items(log):
                log.append("next")
                yield item
            if scenario.error is not None:
                raise scenario.error("upstream")
        finally:
            log.append("closed")

    def upstream_sync(*_: object) -> Iterator[object]:
        log.append("opened")
        asked.add("items")
        try:
            for item in scenario.items(log):
                log.append("next")
                yield item
            if scenario.error is not None:
                raise scenario.error("upstream")
        finally:
            log.append("closed")

    async def later(label: object) -> object:
        log.append(("later", label))
        return label

    stage.log, stage.note, stage.fail, stage.later = log, note, fail, later
    stage.upstream, stage.upstream_sync = upstream, upstream_sync
    stage.Model = functools.partial(Model, log)
    stage.loud = lambda: Opaque(log)
    stage.dumps = lambda value: note("stage.dumps", repr(value))
    return stage


def _is_below(module: types.ModuleType, root: Path) -> bool:
    """Whether *module* lies below *root*; a namespace package has no file."""
    file = getattr(module, "__file__", None)
    places = [file] if file else getattr(module, "__path__", ())
    return any(place.startswith(str(root)) for place in places)


class _Loader(SourceFileLoader):
    """Compiles a module once, however often it is imported."""

    def get_code(self, fullname: str) -> types.CodeType:
        return _compiled(self.get_data(self.path), self.path)


@functools.lru_cache(maxsize=64)
def _compiled(raw: bytes, path: str) -> types.CodeType:
    return compile(raw, path, "exec", dont_inherit=True)


@functools.lru_cache(maxsize=8)
def _finder(root: str) -> FileFinder:
    return FileFinder(root, (_Loader, SOURCE_SUFFIXES))


@contextmanager
def _imported(root: Path, module: str, stage: types.ModuleType) -> Iterator[types.ModuleType]:
    """Import *module* of the project at *root*, and forget all of the project's modules afterwards."""
    known = set(sys.modules)
    sys.modules["stage"] = stage
    sys.path.insert(0, str(root))
    sys.path_importer_cache[str(root)] = _finder(str(root))
    try:
        yield importlib.import_module(module)
    finally:
        sys.path.remove(str(root))
        sys.path_importer_cache.pop(str(root), None)  # or each later import asks for it
        new = {name: sys.modules[name] for name in set(sys.modules) - known}
        for name in [name for name, module in new.items() if _is_below(module, root)]:
            del sys.modules[name]
        del sys.modules["stage"]


class Observed(NamedTuple):
    """One run of an entry.

    Attributes:
        seen: What the consumer saw.
        log: What happened.
        asked: What was asked of the scenario: `values`, `items`.
    """

    seen: object
    log: list[object]
    asked: frozenset[str]


def observe(root: Path, entry: str, scenario: Scenario) -> Observed:
    """Run *entry* of the project at *root*."""
    stage = _stage(scenario)
    module, expression = entry.split(":")
    with _imported(root, module, stage) as imported:
        target = eval(expression, vars(imported))
        seen = asyncio.run(_run(target, scenario, stage))
    return Observed(seen, stage.log, frozenset(stage.asked))


def differs_from_plain(scenario: Scenario, asked: frozenset[str]) -> bool:
    """Whether an entry that *asked* this in the plain scenario meets something else in *scenario*."""
    return (
        scenario.manner != PLAIN.manner
        or "items" in asked
        or ("values" in asked and scenario.value is not PLAIN.value)
    )


async def _run(target: object, scenario: Scenario, stage: types.ModuleType) -> object:
    log = stage.log
    if not callable(target) or hasattr(target, "routes"):
        return await _recorded(target, scenario)
    required = [
        parameter
        for parameter in inspect.signature(target).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    ]
    if required:
        stage.asked.add("values")
    positional = [scenario.value(log) for p in required if p.kind is not p.KEYWORD_ONLY]
    named = {p.name: scenario.value(log) for p in required if p.kind is p.KEYWORD_ONLY}
    try:
        result = target(*positional, **named)
        if inspect.isawaitable(result):
            result = await result
    except Exception as error:  # noqa: BLE001 - all of them have to be the same
        return "call", type(error), str(error)
    if isinstance(result, Response):
        return await _recorded(result, scenario)
    if hasattr(result, "__anext__"):
        return await _drained(result, scenario)
    if hasattr(result, "__next__"):
        return _drained_sync(result, scenario)
    return result


async def _recorded(application: object, scenario: Scenario) -> object:
    after = 1 if scenario.manner == "close" else None
    recording = await record(application, disconnect_after=after)
    return recording.status, recording.headers, recording.messages, recording.ending


async def _drained(source: object, scenario: Scenario) -> list[object]:
    seen: list[object] = []
    step = source.__anext__
    try:
        while True:
            item = await step()
            seen.append((type(item), item))
            step = source.__anext__
            if len(seen) == 1 and scenario.manner == "close":
                seen.append(await source.aclose())
            elif len(seen) == 1 and scenario.manner == "throw":
                step = functools.partial(source.athrow, KeyError("thrown in"))
    except Exception as error:  # noqa: BLE001 - the end of the stream is what is compared
        seen.append((type(error), str(error)))
    finally:
        await source.aclose()
    return seen


def _drained_sync(source: object, scenario: Scenario) -> list[object]:
    seen: list[object] = []
    step = source.__next__
    try:
        while True:
            item = step()
            seen.append((type(item), item))
            step = source.__next__
            if len(seen) == 1 and scenario.manner == "close":
                seen.append(source.close())
            elif len(seen) == 1 and scenario.manner == "throw":
                step = functools.partial(source.throw, KeyError("thrown in"))
    except StopIteration as error:
        seen.append(("returned", error.value))
    except Exception as error:  # noqa: BLE001 - the end of the stream is what is compared
        seen.append((type(error), str(error)))
    finally:
        source.close()
    return seen


# The checks


def check_verdicts(case: Case, migration: Migration) -> None:
    if case.wish and len(migration.verdicts) == len(
        case.expect
    ):  # better than expected is no failure
        pairs = zip(migration.verdicts, case.expect, strict=True)
        assert [
            (found, expected) for found, expected in pairs if found not in {expected, *AUTOMATIC}
        ] == []
    else:
        assert list(migration.verdicts) == list(case.expect)
    assert migration.errors == ()
    if case.not_sse is not None:
        assert list(migration.not_sse) == list(case.not_sse)
    if case.boundary is not None:
        assert list(migration.boundaries) == list(case.boundary)
    if not AUTOMATIC & set(migration.verdicts):
        assert migration.changed == ()
    text = b"".join(raw for _, raw in sorted(migration.after.items())).decode()
    for part in case.contains:
        assert part in text
    for part in case.lacks:
        assert part not in text


def check_parses(migration: Migration) -> None:
    for name in migration.changed:
        compile(migration.after[name], name, "exec", dont_inherit=True)


def check_second_run(migration: Migration) -> None:
    again = migrate(migration.after)
    assert again.changed == ()
    assert not AUTOMATIC & set(again.verdicts)


def check_same_stream(case: Case, migration: Migration, side_by_side: Files | None = None) -> None:
    """Run every form under every scenario: items, end, exceptions and effects are equal.

    Phase 1, if its files are given, is a shadow each time, and sometimes off or live.
    """
    both = migration.before if side_by_side is None else side_by_side
    if case.entry is None or migration.after == both == migration.before:
        return
    with scratch() as folder:
        old, new = Path(folder, "old"), Path(folder, "new")
        write(old, migration.before)
        write(new, migration.after)
        write(Path(folder, "both"), both)
        asked = observe(old, case.entry, PLAIN).asked
        for number, scenario in enumerate(SCENARIOS):
            if scenario is not PLAIN and not differs_from_plain(scenario, asked):
                continue
            expected, happened = map(shown, observe(old, case.entry, scenario)[:2])
            stages = [Stage.SHADOW] * (both != migration.before)
            if stages and number % 3 == 0:  # the others serve what a shadow has compared
                stages.append((Stage.LIVE, Stage.OFF)[number % 2])
            for root, stage in [(new, None), *((Path(folder, "both"), stage) for stage in stages)]:
                found, happened_now, _ = _observed_at(stage, root, case.entry, scenario)
                assert shown(found) == expected, (scenario.name, stage)
                if scenario.manner != "close" or not isinstance(
                    found, tuple
                ):  # responses clean up earlier
                    assert shown(happened_now) == happened, (scenario.name, stage)


def _observed_at(stage: Stage | None, root: Path, entry: str, scenario: Scenario) -> Observed:
    """Observe with the shim in *stage*, in which both texts are the same wherever they can be compared."""
    if stage is None:
        return observe(root, entry, scenario)
    TALLIES.clear()
    configure(stage=stage, fresh_for=3600)
    try:
        return observe(root, entry, scenario)
    finally:
        configure(stage=Stage.OFF)
        for tally in TALLIES.values():
            counts = tally.counts.values_by_name()
            assert not counts.keys() & {"mismatch", "error"}, (scenario.name, tally.plain())


def shown(seen: object) -> list[str]:
    # NaN differs from itself; the text of both tells as much as the values.
    quiet = re.compile(r" at 0x[0-9a-f]+")
    items = seen if isinstance(seen, (list, tuple)) else [seen]
    return [quiet.sub("", repr(_plain(item))) for item in items]


def _plain(item: object) -> object:
    if isinstance(item, tuple):
        return tuple(_plain(part) for part in item)
    return (
        item.__name__ if isinstance(item, type) else "Opaque" if isinstance(item, Opaque) else item
    )


# Variants of the same source


@dataclass(frozen=True)
class Variant:
    """A way to write the same program in other bytes.

    Attributes:
        name: Its name.
        make: Returns the other form of a file, None if it has none.
        undo: Returns the plain form of a migrated file, after a look at the form itself.
    """

    name: str
    make: Callable[[bytes], bytes | None]
    undo: Callable[[bytes], bytes]


def _windows_undone(raw: bytes) -> bytes:
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "another line end than CRLF"
    assert raw.startswith(BOM)
    assert raw.count(BOM) == 1
    return raw.removeprefix(BOM).replace(b"\r\n", b"\n")


def _tabbed(raw: bytes) -> bytes:
    if b'"""' in raw or b"'''" in raw:
        return raw
    return re.sub(rb"(?m)^(?: {4})+", lambda match: b"\t" * (len(match.group()) // 4), raw)


def _tabs_undone(raw: bytes) -> bytes:
    return re.sub(rb"(?m)^\t+", lambda match: b"    " * len(match.group()), raw)


DEFINITION = re.compile(rb"(?m)^(?=(?:@|async def |def |class ))")


def _cut(raw: bytes) -> bytes | None:
    """Take the last line end away, and put a form feed before the first definition."""
    return DEFINITION.sub(b"\x0c", raw, count=1).removesuffix(b"\n")


def _cut_undone(raw: bytes) -> bytes:
    plain = raw.replace(b"\x0c", b"")
    return plain if plain.endswith(b"\n") else plain + b"\n"


def _latin(raw: bytes) -> bytes | None:
    try:
        return COOKIE + raw.decode().encode("latin-1")
    except UnicodeEncodeError:
        return None


def _latin_undone(raw: bytes) -> bytes:
    assert raw.startswith(COOKIE)
    return raw.removeprefix(COOKIE).decode("latin-1").encode()


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("windows", lambda raw: BOM + raw.replace(b"\n", b"\r\n"), _windows_undone),
        Variant("form-feed-and-no-last-line-end", _cut, _cut_undone),
        Variant(
            "tabs-and-latin-1",
            lambda raw: _latin(_tabbed(raw)),
            lambda raw: _tabs_undone(_latin_undone(raw)),
        ),
    )
}


def variant_of(files: Files, variant: Variant) -> Files | None:
    """Return *files* with each module in the other form; None if one of them has none."""
    made = {n: variant.make(raw) if n.endswith(".py") and raw else raw for n, raw in files.items()}
    return None if None in made.values() else made


def check_variant(case: Case, base: Migration, variant: Variant) -> None:
    """The tool decides the same and writes the same, in the form of the variant."""
    files = variant_of(case.files, variant)
    assert files is not None
    migration = migrate(files)
    assert migration.verdicts == base.verdicts
    assert migration.changed == base.changed
    for name in migration.changed:
        raw = migration.after[name]
        compile(raw, name, "exec", dont_inherit=True)
        plain = variant.undo(raw) if name in files else raw
        if (
            variant.name == "form-feed-and-no-last-line-end"
            and raw.splitlines()[-1] in files.get(name, b"").splitlines()
        ):
            assert not raw.endswith(b"\n"), "a final newline was added"
        if (
            variant.name == "tabs-and-latin-1" and plain != base.after[name]
        ):  # a tab is shorter: lines break elsewhere
            assert ast.dump(ast.parse(plain)) == ast.dump(ast.parse(base.after[name]))
        else:
            assert plain == base.after[name]
    check_lossless(migration)
    if variant.name == "windows":  # of the others the plain form tells
        check_second_run(migration)
    if variant.name in {"windows", "form-feed-and-no-last-line-end"}:
        assert without_phase_1(introduced(files)) == files
