"""Calls of public helpers become chunks of their own, in any file; the helper goes on returning text."""

import importlib
import sys
import textwrap

import pytest

from streamlift_codemods.phases.separate import separate
from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings

HELPERS = """
    import json


    def sse(event: str, data, retry=None):
        \"\"\"Return one event.\"\"\"
        return f"event: {event}\\ndata: {json.dumps(data, ensure_ascii=False)}\\n\\n"


    def only_data(data):
        payload = json.dumps(data)
        return f"data: {payload}\\n\\n"


    def done() -> str:
        return "data: [DONE]\\n\\n"


    def counted(data, seen=[]):
        seen.append(data)
        return f"data: {json.dumps(data)}\\n\\n"


    def text_of(event):
        return f"event: {event}\\ndata: {json.dumps({'type': event})}\\n\\n"
"""
VALUES = ["plain", "한국어 🚀", None, 0, {"a": [1]}, {1, 2}]


def migrated(tmp_path, body, **others):
    """Write a package with one producer, migrate it, and return its sites and the new text of the producer."""
    files = {"__init__": "", "wire": HELPERS, "service": body, **others}
    package = tmp_path / "shop"
    package.mkdir()
    for name, text in files.items():
        (package / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    before = outputs(tmp_path)
    plan = make_plan(open_project([package]), Settings())
    changed = separate(plan)
    for name, text in changed.items():
        (package / name).write_bytes(text)
    assert not plan.facts.errors
    assert outputs(tmp_path) == before
    assert not separate(make_plan(open_project([package]), Settings()))
    calls = [site for site in plan.sites if site.source.name == "service.py"]
    return calls, (package / "service.py").read_text(encoding="utf-8")


def outputs(folder):
    """Return what the producer yields, and how it ends, for each value."""
    sys.path.insert(0, str(folder))
    try:
        stream = importlib.import_module("shop.service").stream
        return [drained(stream(value)) for value in VALUES]
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "shop"]:
            del sys.modules[name]


def drained(items):
    found = []
    try:
        found.extend(items)
    except Exception as error:  # noqa: BLE001 - how it ends is compared
        found.append((type(error), str(error)))
    return found


@pytest.mark.parametrize(
    ("statement", "chunk"),
    [
        ("yield sse('start', {'x': x})", "StreamingChunk.of({'x': x}, event='start')"),
        ("yield sse(event='token', data=x)", "StreamingChunk.of(x, event='token')"),
        ("yield sse(data=x, event='token')", "StreamingChunk.of(x, event='token')"),
        ("yield only_data({'x': x})", "StreamingChunk.of({'x': x})"),
        ("yield only_data(str(x))", "StreamingChunk.of(str(x))"),
        ("yield done()", "StreamingChunk.done()"),
    ],
)
def test_a_call_becomes_a_chunk(tmp_path, statement, chunk):
    body = f"from shop.wire import done, only_data, sse\n\n\ndef stream(x):\n    {statement}\n    yield done()\n"

    calls, text = migrated(tmp_path, body)

    assert [site.verdict for site in calls] == ["auto", "auto"]
    assert chunk in text


@pytest.mark.parametrize(
    ("statement", "chunk"),
    [
        (
            "yield sse(str(x), {'a': 1})",
            "sse.chunk(str(x), {'a': 1})",
        ),  # rendered at another moment
        ("yield counted(x)", "counted.chunk(x)"),  # the helper does more
        ("yield text_of('a')", "text_of.chunk('a')"),  # its payload is no argument
        ("yield sse(*('a', x))", "sse.chunk(*('a', x))"),
        ("yield sse(**{'event': 'a', 'data': x})", "sse.chunk(**{'event': 'a', 'data': x})"),
    ],
)
def test_a_call_that_is_more_than_its_arguments_asks_for_the_chunk(tmp_path, statement, chunk):
    body = f"from shop.wire import counted, sse, text_of\n\n\ndef stream(x):\n    {statement}\n"

    calls, text = migrated(tmp_path, body)

    assert [site.verdict for site in calls] == ["auto"]
    assert f"yield {chunk}\n" in text


def test_one_call_that_cannot_be_dissolved_lets_all_of_them_ask(tmp_path):
    body = "from shop.wire import sse\n\n\ndef stream(x):\n    yield sse('a', x)\n    yield sse(str(x), x)\n"

    _, text = migrated(tmp_path, body)

    assert "yield sse.chunk('a', x)\n    yield sse.chunk(str(x), x)\n" in text


def test_through_a_module_and_another_name(tmp_path):
    body = """
        from shop import wire
        from shop.wire import sse as event


        def stream(x):
            yield event("a", x)
            yield wire.done()
    """

    calls, text = migrated(tmp_path, body)

    assert [site.verdict for site in calls] == ["auto", "auto"]
    assert "yield StreamingChunk.done()" in text


def test_an_import_of_the_project_stays(tmp_path):
    # To import it may have an effect.
    body = "from shop.wire import only_data\n\n\ndef stream(x):\n    yield only_data(x)\n"

    _, text = migrated(tmp_path, body)

    assert "from shop.wire import only_data\n" in text


@pytest.mark.parametrize(
    "body",
    [
        """
            import json

            class Wire:
                def fmt(self, data=None):
                    return f"data: {json.dumps(data)}\\n\\n"

                def stream(self, x):
                    yield self.fmt({"x": 1})

            stream = Wire().stream
        """,
        """
            import json

            def fmt(data):
                return f"data: {json.dumps(data)}\\n\\n"

            plain = fmt

            def fmt(data):
                return plain(data) + ": more\\n\\n"

            def stream(x):
                yield fmt(x)
        """,
        """
            import json

            def fmt(data):
                return f"data: {json.dumps(data)}\\n\\n"

            def configure(other):
                global fmt
                fmt = other

            configure(lambda data: "data: other\\n\\n")

            def stream(x):
                yield fmt(x)
        """,
        """
            def stream(x):
                if x:
                    from shop.wire import only_data
                yield only_data(x)
        """,
        """
            from shop import wire

            wire.only_data = lambda data: "data: other\\n\\n"

            def stream(x):
                yield wire.only_data(x)
        """,
    ],
    ids=["method", "defined twice", "bound again", "imported later", "replaced"],
)  # fmt: skip
def test_what_is_not_certain_stays(tmp_path, body):
    calls, _ = migrated(tmp_path, body)

    assert "auto" not in {site.verdict for site in calls if not site.as_text}


def test_a_patched_helper_stays(tmp_path):
    body = "from shop.wire import only_data\n\n\ndef stream(x):\n    yield only_data(x)\n"
    test = 'from unittest import mock\n\npatch = mock.patch("shop.service.only_data")\n'

    calls, texts = migrated(tmp_path, body, check_wire=test)

    assert [(site.verdict, site.as_text) for site in calls] == [("auto", True)]
    assert "yield only_data(x)" in texts
