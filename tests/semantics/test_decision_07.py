"""Decision 7: contracts live where importing them closes no cycle, and say all of their options."""

import ast
import re

import pytest

from streamlift import SSEFormatter, StreamingChunk
from tests.semantics.old_and_new import migrated, printed, program, rewritten, seen, written

PACKAGE = {
    "app/__init__.py": "",
    "app/main.py": "from app.other import others\nfrom app.service import stream\n",
    "app/service.py": r"""import json


def stream(n):
    yield f"data: {json.dumps({'n': n}, ensure_ascii=False)}\n\n"


def again(n):
    yield f"data: {json.dumps({'again': n}, ensure_ascii=False)}\n\n"
""",
    "app/other.py": r"""import json

import app


def others(n):
    yield f"data: {json.dumps({'n': n}, ensure_ascii=False)}\n\n"


def ascii_only(n):
    yield f"data: {json.dumps({'n': n})}\n\n"


def compact(n):
    yield f"data: {json.dumps({'n': n}, separators=(',', ':'))}\n\n"
""",
}
CALL = "import app.main; print(*map(ascii, app.main.stream('é')))"
PRINTED = '\'data: {"n": "\\xe9"}\\n\\n\'\n'

# The obvious alternative: the contract stands in the module where the application is put together

IN_THE_MAIN_MODULE = PACKAGE | {
    "app/main.py": """from app.service import stream
from streamlift import SSEFormatter

SSE = SSEFormatter(ensure_ascii=False)
""",
    "app/service.py": """from app.main import SSE
from streamlift import StreamingChunk, producer


@producer(SSE)
def stream(n):
    yield StreamingChunk.of({"n": n})
""",
}


def test_a_contract_in_the_main_module_closes_an_import_cycle(tmp_path):
    assert printed(written(tmp_path / "old", PACKAGE), CALL) == PRINTED

    error = printed(written(tmp_path / "wrong", IN_THE_MAIN_MODULE), CALL)

    assert error.startswith("ImportError: cannot import name 'SSE' from partially initialized")


@pytest.fixture
def package(tmp_path):
    migrated(written(tmp_path, PACKAGE))
    return tmp_path


def test_the_tool_writes_a_module_that_imports_only_streamlift(package):
    tree = ast.parse((package / "app/sse_contracts.py").read_text())

    assert {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} == {
        "streamlift"
    }
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert printed(package, CALL) == PRINTED


def test_equal_contracts_are_one_constant_and_the_most_used_is_named_sse(package):
    contracts = dict(
        re.findall(r"^(\w+) = (.*)$", (package / "app/sse_contracts.py").read_text(), re.MULTILINE)
    )

    assert contracts == {
        "SSE": "SSEFormatter(ensure_ascii=False)",
        "SSE_ASCII": "SSEFormatter(ensure_ascii=True)",
        "SSE_ASCII_COMPACT": 'SSEFormatter(ensure_ascii=True, separators=(",", ":"))',
    }
    assert "from .sse_contracts import SSE" in (package / "app/service.py").read_text()
    assert "from app.sse_contracts import SSE" in (package / "app/other.py").read_text()


def test_a_second_run_finds_the_contracts_that_are_there(package):
    assert migrated(package) == {}


def test_a_lone_script_gets_its_contract_below_its_imports(tmp_path):
    new = rewritten(PACKAGE["app/service.py"], tmp_path)

    assert new.index("import ") < new.index("SSE = SSEFormatter(") < new.index("def stream")
    assert seen(program(new).stream("é")) == ['data: {"n": "é"}\n\n']


def test_options_that_are_not_written_out_are_read_in_two_ways():
    """The class writes as the data model's own formatter does, an instance as `json.dumps`."""
    chunk = StreamingChunk("content", content="é")

    assert SSEFormatter.format_chunk(chunk) == 'data: {"type": "content", "content": "é"}\n\n'
    assert (
        SSEFormatter().format_chunk(chunk) == 'data: {"type": "content", "content": "\\u00e9"}\n\n'
    )


def test_every_contract_of_the_tool_says_how_it_writes_text(package):
    text = (package / "app/sse_contracts.py").read_text()

    assert text.count("SSEFormatter(") == text.count("SSEFormatter(ensure_ascii=") == 3
