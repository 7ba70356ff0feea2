"""Decision 5: a site is rewritten only if five obligations are met, and the report says how."""

import ast
import json

import pytest

from streamlift import SSEFormatter
from streamlift_codemods.proof.prove import NotProved, prove
from streamlift_codemods.reading.scopes import ScopeTree
from tests.semantics.old_and_new import planned, program, rewritten, seen

SSE = SSEFormatter(ensure_ascii=True)
TYPED = SSEFormatter(ensure_ascii=True, keys={"token": ("type", "content")})


def proved(old, new, contract=SSE):
    tree = ScopeTree(ast.parse("import json\n\n\ndef stream(x, y, n):\n    yield\n"))
    (function,) = tree.functions
    parsed = [ast.parse(text, mode="eval").body for text in (old, new)]
    return prove(*parsed, contract, tree, tree.scope_made_by[function])


@pytest.mark.parametrize(
    ("old", "new", "contract"),
    [
        pytest.param(
            r"f'data: {json.dumps({0: x, 1: y})}\n\n'",
            "StreamingChunk.of({0: x, 1: y})",
            SSE,
            id="payload",
        ),
        pytest.param(
            """f'data: {json.dumps({"type": "token", "content": x})}\\n\\n'""",
            "StreamingChunk(type='token', content=x)",
            TYPED,
            id="typed",
        ),
        pytest.param(
            r"f'id: {n}\ndata: {json.dumps(x.next())}\n\n'",
            "StreamingChunk.of(id=f'{n}', payload=x.next())",
            SSEFormatter(ensure_ascii=True, strict=False),
            id="rendered in the old order",
        ),
    ],
)
def test_an_equal_form_is_proved(old, new, contract):
    assert proved(old, new, contract)["order"] == "proved"


# The obvious alternatives, each of which is equal on the first value that one would try


@pytest.mark.parametrize(
    ("obligation", "old", "new", "contract"),
    [
        pytest.param(
            "order",
            r"f'data: {json.dumps([x.pop(), y.pop()])}\n\n'",
            "StreamingChunk.of([y.pop(), x.pop()])",
            SSE,
            id="effects in another order",
        ),
        pytest.param(
            "order",
            r"f'data: {json.dumps([x.pop()])}\n\n'",
            "StreamingChunk.of([x.pop(), x.pop()])",
            SSE,
            id="an effect twice",
        ),
        pytest.param(
            "bytes",
            r"f'id: {n}\ndata: {json.dumps(x.next())}\n\n'",
            "StreamingChunk.of(x.next(), id=n)",
            SSEFormatter(ensure_ascii=True, strict=False),
            id="a name rendered after a call that may change it",
        ),
        pytest.param(
            "congruence",
            r"f'data: {json.dumps(x)}\n\n'",
            "StreamingChunk.of(y)",
            SSE,
            id="another value",
        ),
        pytest.param(
            "bytes",
            r"f'data: {json.dumps({0: x, 1: y})}\n\n'",
            "StreamingChunk.of({1: y, 0: x})",
            SSE,
            id="another order of the keys",
        ),
        pytest.param(
            "bytes",
            r"f'data: {json.dumps(x)}\n\n'",
            "StreamingChunk.of(x)",
            SSEFormatter(ensure_ascii=False),
            id="another dialect",
        ),
        pytest.param(
            "bytes",
            r"f'data: {json.dumps(x)}\n\n'",
            "StreamingChunk.raw(x)",
            SSE,
            id="text instead of JSON",
        ),
        pytest.param(
            "bytes",
            r"f'data: {x}\n\n'",
            "StreamingChunk.of(x)",
            SSE,
            id="JSON instead of text",
        ),
        pytest.param(
            "bytes",
            r"f'data: {x}\n\n'",
            "StreamingChunk.raw(x)",
            SSE,
            id="text with line ends under a strict contract",
        ),
        pytest.param(
            "order",
            r"f'data: {x}\n\n'",
            "StreamingChunk.raw(str(x))",
            SSEFormatter(ensure_ascii=True, strict=False),
            id="a call that was not there",
        ),
        pytest.param(
            "bytes",
            r"f'event: {x}\ndata: 1\n\n'",
            "StreamingChunk.raw('1', event=x)",
            SSEFormatter(ensure_ascii=True, strict=False),
            id="an event that may be None",
        ),
    ],
)
def test_a_form_that_differs_is_not_proved(obligation, old, new, contract):
    with pytest.raises(NotProved) as refused:
        proved(old, new, contract)

    assert refused.value.obligation == obligation


def test_the_proof_is_taken_under_the_contract_of_the_boundary():
    old = r"""f'data: {json.dumps({"type": "token", "content": x})}\n\n'"""
    new = "StreamingChunk(type='token', content=x)"

    assert proved(old, new, TYPED)
    with pytest.raises(NotProved, match="bytes"):
        proved(old, new, SSE)  # without the key table, None is left out


# The same in a program

ORDER = r"""
import json


class Counter:
    n = 0

    def __format__(self, spec):
        return str(self.n)

    def next(self):
        self.n += 1
        return self.n


def stream(counter):
    yield f"id: {counter}\ndata: {json.dumps(counter.next())}\n\n"
"""
PAYLOAD_FIRST = ORDER.replace(
    r'''f"id: {counter}\ndata: {json.dumps(counter.next())}\n\n"''',
    "SSE.format_chunk(StreamingChunk.of(counter.next(), id=counter))",
)


def test_arguments_in_another_order_send_another_id():
    from streamlift import StreamingChunk

    old = program(ORDER)
    assert seen(old.stream(old.Counter())) == ["id: 0\ndata: 1\n\n"]

    wrong = program(PAYLOAD_FIRST, SSE=SSE, StreamingChunk=StreamingChunk)
    assert seen(wrong.stream(wrong.Counter())) == ["id: 1\ndata: 1\n\n"]


def test_the_tool_renders_in_the_old_order(tmp_path):
    new = program(rewritten(ORDER, tmp_path))

    assert seen(new.stream(new.Counter())) == ["id: 0\ndata: 1\n\n"]


# Names: `json.dumps` is the one of the standard library, or it is not touched

SHADOWED = r"""
class json:
    @staticmethod
    def dumps(value):
        return f"<{value}>"


def stream(value):
    yield f"data: {json.dumps(value)}\n\n"


def stream_with(value, dumps=json.dumps):
    yield f"data: {dumps(value)}\n\n"
"""
PATCHED = r"""
import functools
import json

plain, json.dumps = json.dumps, functools.partial(json.dumps, ensure_ascii=False)


def stream(value):
    yield f"data: {json.dumps(value)}\n\n"
"""


def test_taking_any_dumps_for_the_known_one_writes_other_bytes():
    assert seen(program(SHADOWED).stream("é")) == ["data: <é>\n\n"]
    assert json.dumps("é") != "<é>"


@pytest.mark.parametrize("name", ["stream", "stream_with"])
def test_a_shadowed_encoder_goes_on_writing(name, tmp_path):
    new = rewritten(SHADOWED, tmp_path)

    assert seen(getattr(program(new), name)("é")) == ["data: <é>\n\n"]


def test_a_patched_encoder_goes_on_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(json, "dumps", json.dumps)  # put back at the end
    old = seen(program(PATCHED).stream("é"))
    monkeypatch.undo()
    monkeypatch.setattr(json, "dumps", json.dumps)

    assert old == ['data: "é"\n\n']
    assert seen(program(rewritten(PATCHED, tmp_path)).stream("é")) == old


# Opaque callables

OPAQUE = r"""
import json


def stream(value, log):
    def default(x):
        log.append(x)
        return len(log)

    yield f"data: {json.dumps([value, value], default=default)}\n\n"
"""


def test_an_opaque_callable_runs_as_often_as_before(tmp_path):
    value, log, log_now = object(), [], []

    assert seen(program(OPAQUE).stream(value, log)) == ["data: [1, 2]\n\n"]
    assert seen(program(rewritten(OPAQUE, tmp_path)).stream(value, log_now)) == ["data: [1, 2]\n\n"]
    assert log == log_now == [value, value]


# What is said, and what is never done


def test_each_rewritten_site_says_how_it_was_proved(tmp_path):
    rewritten(ORDER, tmp_path)
    (site,) = planned(tmp_path).sites

    assert site.proof["order"] == "proved"
    assert site.proof["bytes"].startswith("tested")


def test_nothing_of_the_users_runs(tmp_path):
    text = f"raise SystemExit('imported')\n{ORDER}\n\n\nclass Int(int):\n    {'1 / 0'}\n"

    assert "StreamingChunk.of(" in rewritten(text, tmp_path)
