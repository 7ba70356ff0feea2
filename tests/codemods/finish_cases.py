"""Phase 3: code after phase 2, which decorators go, and why the others stay."""

from dataclasses import dataclass

HEAD = """\
from starlette.responses import StreamingResponse
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


"""
PRODUCER = """\
@producer(SSE)
def _reply(x):
    yield StreamingChunk.of({"x": x})


"""
ASYNC = """\
@producer(SSE)
async def _reply(x):
    yield StreamingChunk.of({"x": x})


"""
CONTRACTS = "from streamlift import SSEFormatter\n\nSSE = SSEFormatter(ensure_ascii=True)\n"
SERVICE = """\
from streamlift import StreamingChunk, producer

from .sse_contracts import SSE


@producer(SSE)
def _reply(x):
    yield StreamingChunk.of({"x": x})
"""
CLOSED = "[tool.streamlift]\nclosed-world = true\n"
KEEP = 'public-producers = "keep"\n'


@dataclass(frozen=True)
class FinishCase:
    """A small project after phase 2.

    Attributes:
        name: What it is about.
        source: The text of `app.py`, or the texts by path.
        goes: The functions whose decorator goes, in order of file and line.
        stays: The others, and why.
        dead: The helpers that go.
        texts: Why calls in tests go on getting text, in order; None: not looked at.
        entry: What is run before and after; see `Case`.
        contains: What stands in the new text.
        lacks: What does not.
        paths: What is finished; everything without.
    """

    name: str
    source: str | dict[str, str]
    goes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    texts: tuple[str, ...] | None = None
    dead: tuple[str, ...] = ()
    entry: str | None = "app:answer"
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def files(self):
        texts = {"app.py": self.source} if isinstance(self.source, str) else self.source
        return {name: text.encode() for name, text in texts.items()}


def public(text):
    return text.replace("_reply", "reply")


def package(**files):
    named = {f"chat/{name}.py": text for name, text in files.items()}
    return {"chat/__init__.py": "", "chat/sse_contracts.py": CONTRACTS, **named}


def comparing(producer, frames, comparison, head=""):
    """Return *producer* with a test that says *comparison*, up to the literal *frames* in brackets."""
    contract = CONTRACTS.replace("ascii=True", 'ascii=True, keys={"token": ("type", "content")}')
    test = f"from app import SSE, _reply\n\n\n{head}def check(x):\n    {comparison}{frames}]\n"
    app = (
        contract.replace("SSEFormatter\n", "SSEFormatter, StreamingChunk, producer\n", 1)
        + f"\n\n{producer.strip()}\n"
    )
    return {"app.py": app, "testing/check.py": test}


ANSWER = "def answer(x):\n    return ''.join(_reply(x))\n"
BOUNDED = "def answer(x):\n    return StreamingResponse(SSE.stream(_reply(x)))\n"
USER = f"from .service import _reply\n\n\n{ANSWER}"
FRAME = """\
@producer(SSE)
def _frame(x):
    return StreamingChunk.of({"x": x})


"""
ASKING = """\
def stream(x):
    yield _frame.chunk(x)
    yield _frame([x]) + "\\n"


def answer(x):
    return [*SSE.stream(stream(x))]
"""
TOKENS = """\
@producer(SSE)
def _reply(x):
    yield StreamingChunk(type="token", content=x)
    yield StreamingChunk.done()
"""
ORDERS = """\
@producer(SSE)
def _reply(x):
    yield StreamingChunk.of({"a": x, "b": x})
    yield StreamingChunk.of({"b": x, "a": x})
"""
TOKEN = r"""'data: {"type": "token", "content": "plain"}\n\n', 'data: [DONE]\n\n'"""
PAYLOAD = r"""'data: {"x": "plain"}\n\n'"""
TEST = "testing.check:check"
FAMILY = """\
import abc
from collections.abc import Iterator


class _Base(abc.ABC):
    @abc.abstractmethod
    def stream(self, x) -> Iterator[str]: ...

    def text(self, x):
        return "".join(self.stream(x))


class _One(_Base):
    @producer(SSE)
    def stream(self, x) -> Iterator[StreamingChunk]:
        yield StreamingChunk.of([x])


class _Two(_Base):
    @producer(SSE)
    def stream(self, x) -> Iterator[StreamingChunk]:
        yield StreamingChunk.of({"x": x})


def answer(x):
    return _One().text(x) + _Two().text(x)
"""

CASES = [
    FinishCase("a boundary is there already", HEAD + PRODUCER + BOUNDED, goes=("_reply",),
               contains=("StreamingChunk\n",), lacks=("producer",)),
    FinishCase("a caller that takes text gets the boundary", HEAD + PRODUCER + ANSWER, goes=("_reply",),
               contains=("''.join(SSE.stream(_reply(x)))",), lacks=("@producer",)),
    FinishCase("an async caller too", HEAD + ASYNC + "async def answer(x):\n    return [item async for item in _reply(x)]\n",
               goes=("_reply",), contains=("async for item in SSE.stream(_reply(x))]",)),
    FinishCase("a relay that passes text on", HEAD + PRODUCER + "def answer(x):\n    for item in _reply(x):\n        yield item.upper()\n",
               goes=("_reply",), contains=("in SSE.stream(_reply(x)):",)),
    FinishCase("a producer that calls itself", HEAD + """\
@producer(SSE)
def _reply(x, depth=2):
    yield StreamingChunk.of({"x": x})
    if depth:
        for item in _reply(x, depth - 1):
            yield item


""" + ANSWER, goes=("_reply",), contains=("in SSE.stream(_reply(x, depth - 1)):",)),
    FinishCase("a closure", HEAD + """\
def answer(x):
    @producer(SSE)
    def reply():
        yield StreamingChunk.of({"x": x})

    return [*reply()]
""", goes=("answer.reply",), contains=("[*SSE.stream(reply())]",)),
    FinishCase("a closure that is handed on", HEAD + """\
def answer(x):
    @producer(SSE)
    def reply():
        yield StreamingChunk.of({"x": x})

    return [item for make in (reply,) for item in make()]
""", stays=("answer.reply passed-on",)),
    FinishCase("a public producer", HEAD + public(PRODUCER + BOUNDED), stays=("reply public-producer",)),
    FinishCase("a public producer of a closed world", {"app.py": HEAD + public(PRODUCER + ANSWER), "pyproject.toml": CLOSED},
               goes=("reply",), contains=("SSE.stream(reply(x))",)),
    FinishCase("a public producer that is kept", {"app.py": HEAD + public(PRODUCER + ANSWER), "pyproject.toml": CLOSED + KEEP},
               stays=("reply kept-public",)),
    FinishCase("a private one goes though public ones are kept", {"app.py": HEAD + PRODUCER + BOUNDED, "pyproject.toml": CLOSED + KEEP},
               goes=("_reply",)),
    FinishCase("it is in __all__", HEAD + '__all__ = ["_reply"]\n\n' + PRODUCER + BOUNDED.replace("_reply", "_reply"), goes=("_reply",)),
    FinishCase("it is not in __all__", HEAD + '__all__ = ["answer"]\n\n\n' + public(PRODUCER + BOUNDED), goes=("reply",)),
    FinishCase("it is in __all__, of a closed world", {"app.py": HEAD + '__all__ = ["reply"]\n\n\n' + public(PRODUCER + BOUNDED), "pyproject.toml": CLOSED},
               goes=("reply",)),
    FinishCase("a string that is its name", HEAD + PRODUCER + BOUNDED + 'NAMES = {"_reply": 1}\n', stays=("_reply named-by-string",)),
    FinishCase("getattr", HEAD + PRODUCER + BOUNDED + "def other(x):\n    return getattr(x, '_reply')\n", stays=("_reply named-by-string",)),
    FinishCase("a dotted path, as tests patch it", {"app.py": HEAD + PRODUCER + BOUNDED, "tests/test_app.py": "PATCHED = 'app._reply'\n"},
               stays=("_reply named-by-string",)),
    FinishCase("something is put in its place", {"app.py": HEAD + PRODUCER + BOUNDED, "other.py": "import app\n\n\ndef patch(fake):\n    app._reply = fake\n"},
               stays=("_reply named-by-string",)),
    FinishCase("the same name of something unknown", HEAD + "class _Chat:\n" + "".join(f"    {line}\n" for line in PRODUCER.replace("(x)", "(self, x)").strip().splitlines())
               + "\n    def text(self, x):\n        return ''.join(self._reply(x))\n\n\ndef answer(x):\n    return _Chat().text(x)\n\n\ndef other(chat):\n    return chat._reply(1)\n",
               stays=("_Chat._reply doubtful-load",)),
    FinishCase("nothing calls it", HEAD + PRODUCER, stays=("_reply no-callers",), entry=None),
    FinishCase("two definitions", HEAD + PRODUCER + PRODUCER + BOUNDED, stays=("_reply several-definitions", "_reply several-definitions")),
    FinishCase("another decorator", HEAD + "import functools\n\n\n@functools.cache\n" + PRODUCER + BOUNDED, stays=("_reply decorated-producer",)),
    FinishCase("a static method", HEAD + "class _Chat:\n    @staticmethod\n" + "".join(f"    {line}\n" for line in PRODUCER.strip().splitlines())
               + "\n\ndef answer(x):\n    return [*_Chat._reply(x)]\n", goes=("_Chat._reply",), contains=("    @staticmethod\n    def _reply(x):", "[*SSE.stream(_Chat._reply(x))]")),
    FinishCase("a boundary of another contract", HEAD + "OTHER = SSEFormatter(ensure_ascii=False)\n\n\n" + PRODUCER + BOUNDED.replace("SSE.", "OTHER."),
               stays=("_reply other-contract",)),
    FinishCase("a boundary of a variable", HEAD + PRODUCER + "def answer(x):\n    SSE = SSEFormatter(ensure_ascii=True)\n    return [*SSE.stream(_reply(x))]\n",
               stays=("_reply other-contract",)),
    FinishCase("the name of the contract means another thing where the call is", HEAD + PRODUCER + "def answer(x):\n    SSE = None\n    return [SSE, *_reply(x)]\n",
               stays=("_reply contract-out-of-reach",)),
    FinishCase("a contract that is made in place", HEAD + PRODUCER.replace("(SSE)", "(SSEFormatter(ensure_ascii=True))") + ANSWER,
               stays=("_reply unread-contract",)),
    FinishCase("a call within an f-string", HEAD + PRODUCER + "def answer(x):\n    return f'{[*_reply(x)]}'\n", stays=("_reply in-f-string",)),
    FinishCase("a call while the module is loaded", HEAD + PRODUCER + BOUNDED + "\n\nTEXT = [*_reply(1)]\n", stays=("_reply module-level",)),
    FinishCase("a call in a lambda", HEAD + PRODUCER + "def answer(x):\n    return [*(lambda: _reply(x))()]\n", goes=("_reply",)),
    FinishCase("a base class of others may call it", HEAD + "import logging\n\n\nclass _Chat(logging.Handler):\n"
               + "".join(f"    {line}\n" for line in PRODUCER.replace("(x)", "(self, x)").strip().splitlines())
               + "\n    def text(self, x):\n        return ''.join(self._reply(x))\n", stays=("_Chat._reply foreign-base",), entry=None),
    FinishCase("a family of overrides", HEAD + FAMILY, goes=("_One.stream", "_Two.stream"),
               contains=("def stream(self, x) -> Iterator[StreamingChunk]: ...", '"".join(SSE.stream(self.stream(x)))')),
    FinishCase("one of the family makes text", HEAD + FAMILY.replace("    @producer(SSE)\n    def stream(self, x) -> Iterator[StreamingChunk]:\n        yield StreamingChunk.of([x])",
               '    def stream(self, x) -> Iterator[str]:\n        yield "data: 1\\n\\n"'), stays=("_Two.stream several-producers",)),
    FinishCase("one of the family has another contract", HEAD + "OTHER = SSEFormatter(ensure_ascii=False)\n\n\n" + FAMILY.replace("@producer(SSE)", "@producer(OTHER)", 1),
               stays=("_One.stream several-producers", "_Two.stream several-producers")),
    FinishCase("comments stay", HEAD + "# first\n@producer(SSE)  # why\n# last\n" + PRODUCER.removeprefix("@producer(SSE)\n") + BOUNDED, goes=("_reply",),
               contains=("# first\n# why\n# last\ndef _reply",)),
    FinishCase("a comment within the decorator stays", HEAD + PRODUCER.replace("(SSE)", "(\n    SSE  # why\n)") + BOUNDED, goes=("_reply",),
               contains=("# why\ndef _reply",)),
    FinishCase("a caller in another file", package(service=SERVICE, app=USER), goes=("_reply",), entry="chat.app:answer",
               contains=("from .sse_contracts import SSE", "SSE.stream(_reply(x))", "from streamlift import StreamingChunk\n\n\n"),
               lacks=("from .sse_contracts import SSE\n\n\ndef _reply",)),
    FinishCase("a test that takes text", package(service=SERVICE) | {"tests/test_chat.py": "from chat.service import _reply\n\n\ndef answer(x):\n    return [*_reply(x)]\n"},
               goes=("_reply",), entry=None, contains=("from chat.sse_contracts import SSE", "return [*SSE.stream(_reply(x))]")),
    FinishCase("a caller outside of the path blocks", package(service=SERVICE, app=USER), paths=("chat/service.py",), stays=("_reply other-path",), entry="chat.app:answer"),
    FinishCase("a caller alone gets its boundary", package(service=SERVICE, app=USER), paths=("chat/app.py",), entry="chat.app:answer",
               contains=("SSE.stream(_reply(x))", "@producer(SSE)")),
    FinishCase("a bounded caller outside of the path does not block",
               package(service=SERVICE, app=USER.replace("_reply(x)", "SSE.stream(_reply(x))").replace("import _reply", "import _reply\nfrom .sse_contracts import SSE")),
               paths=("chat/service.py",), goes=("_reply",), entry="chat.app:answer"),
    FinishCase("an import that others use stays", package(service=SERVICE, app=USER.replace("import _reply", "import SSE, _reply")), goes=("_reply",), entry="chat.app:answer",
               contains=("from .sse_contracts import SSE\n\n\ndef _reply",)),
    FinishCase("a caller in a file that has another SSE", package(service=SERVICE, app=USER.replace("\n\n\n", '\n\nSSE = "taken"\n\n\n', 1)), goes=("_reply",), entry="chat.app:answer",
               contains=("from .sse_contracts import SSE as CHAT_SSE\n", "CHAT_SSE.stream(_reply(x))")),
    FinishCase("a caller that imports the contract under another name",
               package(service=SERVICE, app=USER.replace("_reply(x)", "WIRE.stream(_reply(x))").replace("import _reply", "import _reply\nfrom .sse_contracts import SSE as WIRE")),
               goes=("_reply",), entry="chat.app:answer"),
    FinishCase("a caller that imports in its function", {"service.py": HEAD + PRODUCER.rstrip() + "\n", "app.py": ANSWER.replace(":\n", ":\n    from service import _reply\n\n", 1)}, goes=("_reply",),
               contains=("    from service import SSE, _reply\n", "SSE.stream(_reply(x))")),
    FinishCase("a caller that imports the contract in its function, too",
               {"service.py": HEAD + PRODUCER.rstrip() + "\n", "app.py": "def answer(x):\n    from service import SSE, _reply\n\n    return [*SSE.stream(_reply(x))]\n"}, goes=("_reply",)),
    FinishCase("callers of two producers whose contracts have one name",
               {"one.py": HEAD + PRODUCER.rstrip().replace("_reply", "_one") + "\n", "two.py": HEAD + PRODUCER.rstrip().replace("_reply", "_two") + "\n",
                "app.py": "from one import _one\nfrom two import _two\n\n\ndef answer(x):\n    return [*_one(x), *_two(x)]\n"}, goes=("_one", "_two"),
               contains=("from one import SSE, _one\n", "from two import SSE as TWO_SSE\n", "[*SSE.stream(_one(x)), *TWO_SSE.stream(_two(x))]")),
    FinishCase("a helper that nothing uses", HEAD + "# Helps.\ndef _frame(x):\n    return SSE.format_chunk(StreamingChunk.of(x))\n\n\n" + PRODUCER + BOUNDED, goes=("_reply",),
               dead=("_frame",), lacks=("_frame", "Helps")),
    FinishCase("helpers that only one another uses, with their imports", HEAD.replace("from streamlift", "import json\n\nfrom streamlift")
               + PRODUCER + BOUNDED + '\n\ndef _line(x):\n    return f"data: {json.dumps(x)}\\n\\n"\n\n\ndef _frame(x):\n    return "event: x\\n" + _line(x)\n',
               goes=("_reply",), dead=("_line", "_frame"), lacks=("_frame", "_line", "json")),
    FinishCase("a helper that a string names", HEAD + "def _frame(x):\n    return SSE.format_chunk(StreamingChunk.of(x))\n\n\n" + PRODUCER + BOUNDED + 'USED = "_frame"\n', goes=("_reply",)),
    FinishCase("a helper of another file", package(service=SERVICE + "\n\ndef _frame(x):\n    return SSE.format_chunk(StreamingChunk.of(x))\n", app=USER.replace("_reply", "_frame")),
               stays=("_reply no-callers",), entry="chat.app:answer"),
    FinishCase("a public helper", HEAD + "def frame(x):\n    return SSE.format_chunk(StreamingChunk.of(x))\n\n\n" + PRODUCER + BOUNDED, goes=("_reply",)),
    FinishCase("frames that phase 2 has not seen", HEAD + PRODUCER.replace("\n\n\n", '\n    yield "data: [DONE]\\n\\n"\n\n\n') + ANSWER, goes=("_reply",)),
    FinishCase("contracts that two modules pass to each other", package(service=SERVICE.replace(".sse_contracts", ".app"), app="from .service import SSE, _reply\n\n\n" + ANSWER),
               stays=("_reply unread-contract",), entry=None),
    FinishCase("a function that returns its chunk, asked for it and for its text", HEAD + FRAME + ASKING, goes=("_frame",),
               contains=("yield SSE.encoded(_frame(x))", 'yield SSE.format_chunk(_frame([x])) + "\\n"'), lacks=("producer", ".chunk(")),
    FinishCase("its chunk is asked for in another file",
        package(
            service=SERVICE.replace("def _reply", "def _frame").replace("yield", "return"),
            app="from .service import _frame\n\n\ndef answer(x):\n    return _frame.chunk(x).json()\n",
        ),
        goes=("_frame",), entry="chat.app:answer",
        contains=("from .sse_contracts import SSE", "return SSE.encoded(_frame(x)).json()")),
    FinishCase("a function that returns its chunk is not halved", package(service=SERVICE.replace("def _reply", "def _frame").replace("yield", "return"),
               app="from .service import _frame\n\n\ndef answer(x):\n    return _frame(x)\n"),
               paths=("chat/app.py",), entry="chat.app:answer"),
    FinishCase("a function that may return nothing", HEAD + FRAME.replace("    return", "    if x:\n        return") + ASKING, stays=("_frame chunk-function",)),
    FinishCase("a function that returns the chunk of another one", HEAD + FRAME.replace("    return", "    y = StreamingChunk.of(x)\n    return y or") + ASKING, stays=("_frame chunk-function",)),
    FinishCase("a function that is handed on", HEAD + FRAME + "def answer(x):\n    return [*map(_frame, [x])]\n", stays=("_frame passed-on",)),
    FinishCase("its chunk is asked for by what is handed on", HEAD + FRAME + "def answer(x):\n    return [SSE.format_chunk(each) for each in map(_frame.chunk, [x])]\n", stays=("_frame passed-on",)),
    FinishCase("a method that returns its chunk", HEAD + "class _Chat:\n" + "".join(f"    {line}\n" for line in FRAME.replace("(x)", "(self, x)", 1).strip().splitlines())
               + "\n    def text(self, x):\n        return self._frame(x)\n\n\ndef answer(x):\n    return _Chat().text(x)\n", goes=("_Chat._frame",),
               contains=("return SSE.format_chunk(self._frame(x))",)),
    FinishCase("a test of frames becomes one of chunks", comparing(TOKENS, TOKEN, "assert list(_reply(x)) == ["), texts=(), goes=("_reply",), entry=TEST,
               contains=("assert list(SSE.chunks(_reply(x))) == [StreamingChunk(type='token', content='plain'), StreamingChunk.done()]", "from streamlift import StreamingChunk\n")),
    FinishCase("of a variable", comparing(TOKENS, TOKEN, "frames = [*_reply(x)]\n    assert frames == ["), goes=("_reply",), entry=TEST,
               contains=("[*SSE.chunks(_reply(x))]", "StreamingChunk.done()]")),
    FinishCase("of a comprehension", comparing(TOKENS, TOKEN, "assert [each for each in _reply(x)] == ["), goes=("_reply",), entry=TEST, contains=("each for each in SSE.chunks(",)),
    FinishCase("of a payload of one order", comparing(PRODUCER, PAYLOAD, "assert list(_reply(x)) == ["), goes=("_reply",), entry=TEST,
               contains=("== [StreamingChunk.of({'x': 'plain'})]",)),
    FinishCase("a number may equal another value", comparing(PRODUCER, PAYLOAD.replace('"plain"', "7.0"), "assert list(_reply(x)) == ["), texts=("other-equality",), goes=("_reply",), entry=TEST,
               contains=("SSE.stream(_reply(x))",), lacks=("SSE.chunks",)),
    FinishCase("so may a list", comparing(PRODUCER, PAYLOAD.replace('"plain"', "[]"), "assert list(_reply(x)) == ["), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("two orders of the same keys", comparing(ORDERS, '\'data: {"a": "plain", "b": "plain"}\\n\\n\', \'data: {"b": "plain", "a": "plain"}\\n\\n\'', "assert list(_reply(x)) == ["), texts=("other-equality",), goes=("_reply",), entry=TEST,
               lacks=("SSE.chunks",)),
    FinishCase("two ways to make the same frame", comparing(TOKENS + '    yield StreamingChunk.of({"type": "token", "content": x})\n', TOKEN, "assert list(_reply(x)) == ["), goes=("_reply",), entry=TEST,
               lacks=("SSE.chunks",)),
    FinishCase("a field that the contract does not write", comparing(TOKENS.replace("content=x", "content=x, role=x"), TOKEN, "assert list(_reply(x)) == ["), texts=("other-equality",), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("a test of a part of the text", comparing(TOKENS, TOKEN, 'assert "plain" in "".join(_reply(x))\n    assert ["plain"] != ['), texts=("text-test",), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("a frame that the producer cannot make", comparing(TOKENS, "'data: 1\\n\\n'", "assert list(_reply(x)) == ["), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("frames that are read twice", comparing(TOKENS, TOKEN, "frames = [*_reply(x)]\n    print(frames)\n    assert frames == ["), texts=("text-test",), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("a test that has another StreamingChunk", comparing(TOKENS, TOKEN, "assert list(_reply(x)) == [", "class StreamingChunk: ...\n\n\n"), texts=("chunk-name-taken",), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
    FinishCase("a name becomes free as another contract goes", package(service=CONTRACTS.replace("SSEFormatter\n", "SSEFormatter, StreamingChunk, producer\n", 1) + "\n\n" + FRAME.strip() + "\n",
               app="from streamlift import StreamingChunk, producer\n\nfrom .service import _frame\nfrom .sse_contracts import SSE\n\n\n" + PRODUCER + "def text(x):\n    return _frame(x)\n",
               main="from .app import _reply, text\n\n\ndef answer(x):\n    return [*_reply(x), text(x)]\n"),
               goes=("_reply", "_frame"), entry="chat.main:answer"),
    FinishCase("a test with a variable of that name", comparing(TOKENS, TOKEN, "StreamingChunk = str(x)\n    assert list(_reply(x)) == ["), goes=("_reply",), entry=TEST, lacks=("SSE.chunks",)),
]  # fmt: skip
