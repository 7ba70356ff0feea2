"""What `explain` shows: code that is left for each reason, and what a person makes of it."""

import asyncio
import inspect
import re
from pathlib import Path

import pytest

from streamlift import SSEFormatter, StreamingChunk
from streamlift_codemods.flow.consumers import consumers_of
from streamlift_codemods.flow.units import units_of
from streamlift_codemods.phases.finish_plan import make_finish_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.run import run
from streamlift_codemods.settings import Settings
from tests.codemods.harness import write
from tests.scratch import scratch

# A whole file, or its bytes on the disk, is what is wrong; or the tool itself.
# The first four are about what the command line, or a setting, asks for.
NO_EXAMPLE = {
    "kept-public",
    "declined",
    "in-baseline",
    "not-selected",
    "other-path",
    "other-producer",
    "null-bytes",
    "not-lossless",
    "too-deep",
    "unreadable",
    "rewriting-failed",
    "tool-failure",
}
EXAMPLES = {code: reason.example for code, reason in REASONS.items() if reason.example}
AFTER = [code for code, example in EXAMPLES.items() if example.after]
# What runs them is a framework, or another module.
NOT_RUN = {"route-generator", "list-helper", "async-helper"}
ONE = 1
if f"{ONE != 2=}" != "ONE != 2=True":  # https://github.com/python/cpython/issues/129093
    NOT_RUN |= {"newer-grammar"}  # it is about just that
IMPORTS = "import contextlib\nimport functools\nimport json\nimport logging\nimport traceback\nimport warnings\n"
OURS = "from streamlift import SSEFormatter, StreamingChunk, producer\n\nSSE = SSEFormatter(ensure_ascii=True)\n"
OTHER_FILE = re.compile(r"(?m)^# ([\w/]+\.py)\n")


def files(text):
    """Return the files that an example shows; the first is `app.py`."""
    first, *others = OTHER_FILE.split(text)
    ours = OURS if "SSE." in text or "StreamingChunk." in text else ""
    found = {"app.py": f"{IMPORTS}{ours}\n\n{first.strip()}\n"}
    found |= dict(zip(others[::2], others[1::2], strict=True))
    return {name: source.encode() for name, source in found.items()}


def reasons(text, phase):
    """Return the reason of each site that *phase* leaves, each string that is no site, and each file, in order."""
    with scratch() as folder:
        write(Path(folder), files(text))
        plan, _ = run(open_project([Path(folder)]), Settings(), phase=phase)
        units = units_of(plan)
        supplies = [supply for unit in units for each in unit.stations for supply in each.supplies]
        finish = make_finish_plan(plan)
        return [
            *(site.reason for site in plan.sites if site.reason),
            *(supply.reason for supply in supplies if supply.reason),
            *(each.reason for each in consumers_of(plan, units) if each.reason),
            *(row.reason for file in plan.facts.files.values() for row in file.not_sse),
            *(each.reason for each in finish.stays),
            *(each.reason for each in finish.text_tests),
            *(error.reason for error in plan.facts.errors),
        ]


def test_every_reason_has_an_example():
    assert set(REASONS) - set(EXAMPLES) == NO_EXAMPLE


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_has_its_reason(code):
    assert code in reasons(EXAMPLES[code].before, EXAMPLES[code].phase)


@pytest.mark.parametrize("code", AFTER)
def test_what_a_person_makes_of_it_has_it_no_longer(code):
    assert code not in reasons(EXAMPLES[code].after, EXAMPLES[code].phase)


class Value(str):
    """Text that has items under any name."""

    __slots__ = ()

    def __getitem__(self, name):
        return f"item {name}"


class Recorder:
    """Anything at all; it notes what is done with it."""

    def __init__(self, log):
        vars(self)["log"] = log

    def __getattr__(self, name):
        return self

    def __setattr__(self, name, value):
        self.log.append((name, value))

    def __getitem__(self, name):
        self.log.append(name)
        return "an item"

    def __call__(self, *arguments, **named):
        self.log.append((arguments, named))
        return self

    def __eq__(self, other):
        self.log.append(other)
        return False

    __hash__ = None


def text_of(item):
    if isinstance(item, StreamingChunk):
        return SSEFormatter(ensure_ascii=True).format_chunk(item)
    return item.decode() if isinstance(item, bytes) else item


async def drained(stream):
    return [text_of(item) async for item in stream]


def is_function(value):
    function = None if isinstance(value, Recorder) else inspect.unwrap(value)
    return inspect.isfunction(function) and function.__code__.co_filename == "app.py"


def observed(text):
    """Return the text that the functions of an example give, and what they do."""
    log = []
    names = {"PlainResponse": Recorder(log), "line_of": "id: {}\n".format}
    exec(compile(files(text)["app.py"], "app.py", "exec"), names)
    seen = [names.get("PING")]
    functions = [each for each in names.values() if is_function(each)]
    for function in [each for each in functions if not each.__name__.startswith("_")]:
        hints = inspect.signature(function).parameters
        values = {"x": Value("plain"), "y": Value("more"), "rows": "ab", "names": ["a", "b"]}
        given = [
            b"plain" if hint.annotation is bytes else values.get(name, Recorder(log))
            for name, hint in hints.items()
            if hint.default is hint.empty
        ]
        result = function(*given)
        if inspect.isasyncgen(result):
            result = "".join(asyncio.run(drained(result)))
        elif inspect.isgenerator(result) or isinstance(result, map):
            result = "".join(map(text_of, result))
        seen.append(repr(result) if isinstance(result, (str, list, set)) else None)
    return seen, log


@pytest.mark.parametrize("code", [code for code in AFTER if code not in NOT_RUN])
def test_what_a_person_makes_of_it_does_the_same(code):
    assert observed(EXAMPLES[code].after) == observed(EXAMPLES[code].before)
