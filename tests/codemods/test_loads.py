"""The loads of a function in a whole project: `# this` is it, `# maybe` may be, of any other it is certain that it is not."""

import re
from dataclasses import dataclass

import pytest

from streamlift_codemods.reading.facts import ProjectFacts
from streamlift_codemods.reading.loads import LoadFinder
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.reading.resolution import Function, Resolver
from tests.codemods.harness import write

MARK = re.compile(r"# (this|maybe)$")


@dataclass(frozen=True)
class Row:
    """A project, with marks at the lines of loads.

    Attributes:
        name: What it is about.
        files: The texts by path.
        function: `file:path` of the function.
        is_named: Whether it may be reached in a way that is no load.
    """

    name: str
    files: dict[str, str]
    function: str = "app/chat.py:stream"
    is_named: bool = False


STREAM = """
def stream(x):
    yield x
"""
CHAT = """
class Chat:
    def stream(self, x):
        yield x
"""


def function(name, user, others=None):
    """A row about a function `stream` in the module `app.chat` and the module `app.api` that uses it."""
    base = {"app/__init__.py": "", "app/chat.py": STREAM, "app/api.py": user}
    return Row(name, {**base, **(others or {})})


def method(name, user, others=None):
    """A row about a method `Chat.stream` in the module `app.chat`."""
    base = {"app/__init__.py": "", "app/chat.py": CHAT, "app/api.py": user}
    return Row(name, {**base, **(others or {})}, "app/chat.py:Chat.stream")


ROWS = [
    function("imported absolutely", """
from app.chat import stream
stream(1)  # this
"""),
    function("imported relatively", """
from .chat import stream
stream(1)  # this
"""),
    function("imported in the function", """
def f():
    from .chat import stream
    return stream(1)  # this
"""),
    function("imported under another name", """
from .chat import stream as reply
reply(1)  # this
def other(stream):
    stream(1)
"""),
    function("through its module", """
from app import chat
chat.stream(1)  # this
"""),
    function("through a dotted module", """
import app.chat
app.chat.stream(1)  # this
"""),
    function("through an alias of its module", """
import app.chat as service
service.stream(1)  # this
"""),
    function("through a parent's package", """
from . import chat as c
from .. import other
c.stream(1)  # this
other.stream(1)
""", {"other.py": STREAM}),
    function("re-exported by a package", """
from app.services import stream
stream(1)  # this
""", {"app/services/__init__.py": "from ..chat import stream\n"}),
    function("re-exported under another name", """
from app.services import reply
reply(1)  # this
""", {"app/services/__init__.py": "from ..chat import stream as reply\n"}),
    function("re-exported by a star", """
from app.services import stream
stream(1)  # this
""", {"app/services/__init__.py": "from ..chat import *\n"}),
    function("imported by a star", """
from app.chat import *
stream(1)  # this
"""),
    function("a star of a module that does not have it", """
from app.other import *
stream(1)
""", {"app/other.py": "def close(): pass\n"}),
    function("a star of a library", """
from library import *
stream(1)  # maybe
"""),
    function("given another name", """
from app.chat import stream
reply = stream
reply(1)  # this
"""),
    function("given another name, used elsewhere", """
from app.chat import stream
reply = stream
""", {"app/web.py": "from app.api import reply\nreply(1)  # this\n"}),
    function("handed on as a value", """
from app.chat import stream
run(stream)  # this
"""),
    function("kept in a table", """
from app.chat import stream
ALL = {"a": stream}  # this
"""),
    function("conditional imports of the same", """
try:
    from .chat import stream
except ImportError:
    from app.chat import stream
stream(1)  # this
"""),
    function("conditional imports of two", """
if FLAG:
    from .chat import stream
else:
    from .old import stream
stream(1)  # this
""", {"app/old.py": STREAM}),
    function("a fallback of None", """
try:
    from .chat import stream
except ImportError:
    stream = None
stream(1)  # this
"""),
    function("a fallback from outside", """
try:
    from .chat import stream
except ImportError:
    from library import stream
stream(1)  # this
"""),
    function("of another module of the same name", """
from .old import stream
stream(1)
""", {"app/old.py": STREAM}),
    function("of the standard library or a library", """
from json import stream
from library.app import stream as other
import library
stream(1)
other(1)
library.stream(1)
"""),
    function("a local variable of the same name", """
def f(stream):
    stream(1)
    for stream in ():
        stream(1)
"""),
    function("an attribute of an object that cannot be told", """
def f(client, chat):
    client.stream(1)
    chat.stream(1)  # maybe
"""),
    function("a module that is imported by name", """
import importlib
chat = importlib.import_module("app.chat")
chat.stream(1)  # maybe
"""),
    function("in a test beside the package", "", {"tests/test_chat.py": """
from app.chat import stream
stream(1)  # this
"""}),
    function("a lazy module", """
from app.lazy import stream
stream(1)  # maybe
""", {"app/lazy.py": "def __getattr__(name): pass\n"}),
    Row("named by a string", {
        "app/__init__.py": "", "app/chat.py": STREAM,
        "tests/test_chat.py": 'from mock import patch\npatch("app.chat.stream")\n',
    }, is_named=True),
    Row("replaced from outside", {
        "app/__init__.py": "", "app/chat.py": STREAM, "tests/fake.py": "from app import chat\nchat.stream = None\n",
    }, is_named=True),
    Row("a src layout", {
        "pyproject.toml": "", "src/pkg/__init__.py": "", "src/pkg/chat.py": STREAM,
        "src/pkg/api.py": "from pkg.chat import stream\nstream(1)  # this\n",
        "tests/test_it.py": "from pkg import chat\nchat.stream(1)  # this\n",
    }, "src/pkg/chat.py:stream"),
    Row("folders without __init__", {
        "services/chat.py": STREAM, "main.py": "from services.chat import stream\nstream(1)  # this\n",
        "services/tools/more.py": "from ..chat import stream\nstream(1)  # this\n",
    }, "services/chat.py:stream"),
    Row("scripts beside each other", {
        "chat.py": STREAM, "main.py": "import chat\nchat.stream(1)  # this\n",
    }, "chat.py:stream"),
    Row("a script in a package's folder", {
        "app/__init__.py": "", "app/chat.py": STREAM, "app/main.py": "from chat import stream\nstream(1)  # this\n",
        "other/main.py": "from chat import stream\nstream(1)\n",
    }),
    Row("two services with the same packages", {
        "one/app/__init__.py": "", "one/app/chat.py": STREAM,
        "one/app/api.py": "from app.chat import stream\nstream(1)  # this\n",
        "two/app/__init__.py": "", "two/app/chat.py": STREAM,
        "two/app/api.py": "from app.chat import stream\nstream(1)\n",
        "tests/test_both.py": "from app.chat import stream\nstream(1)  # this\n",
    }, "one/app/chat.py:stream"),
    Row("a nested function", {
        "app.py": "def endpoint():\n    def stream():\n        yield 1\n    return stream()  # this\ndef other(stream):\n    stream()\n",
    }, "app.py:endpoint.stream"),
    method("of an instance", """
from .chat import Chat
chat = Chat()
chat.stream(1)  # this
Chat().stream(1)  # this
Chat.stream(chat, 1)  # this
"""),
    method("of an instance of another module", """
from . import services
from .services import chat
chat.stream(1)  # this
services.chat.stream(1)  # this
""", {"app/services.py": "from .chat import Chat\nchat = Chat()\n"}),
    method("of a parameter", """
from .chat import Chat
def f(chat: Chat, other: "Chat", maybe: Chat | None, unknown, foreign: int):
    chat.stream(1)  # this
    other.stream(1)  # this
    maybe.stream(1)  # this
    unknown.stream(1)  # maybe
    foreign.stream(1)
"""),
    method("of an annotation in typing's forms", """
from typing import TYPE_CHECKING, Annotated, Any, Optional
if TYPE_CHECKING:
    from app.chat import Chat
def f(a: "Optional[Chat]", b: Annotated["Chat", 1], c: Any, d: "list[Chat]"):
    a.stream(1)  # this
    b.stream(1)  # this
    c.stream(1)  # maybe
    d.stream(1)
"""),
    method("of an attribute", """
from .chat import Chat
class Api:
    declared: Chat
    def __init__(self, given: Chat, other):
        self.made = Chat()
        self.given = given
        self.other = other
    def f(self):
        self.declared.stream(1)  # this
        self.made.stream(1)  # this
        self.given.stream(1)  # this
        self.other.stream(1)  # maybe
        self.never.stream(1)
"""),
    method("of a property and of a factory", """
from functools import cached_property, lru_cache
from .chat import Chat
@lru_cache
def get_chat():
    return Chat()
def declared() -> Chat:
    return make()
async def later() -> Chat:
    return make()
class Api:
    @property
    def one(self) -> Chat:
        return 1
    @cached_property
    def two(self):
        return Chat()
    async def f(self):
        self.one.stream(1)  # this
        self.two.stream(1)  # this
        get_chat().stream(1)  # this
        declared().stream(1)  # this
        (await later()).stream(1)  # this
"""),
    method("that FastAPI injects", """
from typing import Annotated
from fastapi import Depends
from .chat import Chat
def get_chat():
    return Chat()
def opened():
    chat = Chat()
    yield chat
ChatDep = Annotated[Chat, Depends(get_chat)]
def f(a=Depends(get_chat), b: Chat = Depends(), c: ChatDep = None, d=Depends(opened), e=Depends(Chat)):
    a.stream(1)  # this
    b.stream(1)  # this
    c.stream(1)  # this
    d.stream(1)  # this
    e.stream(1)  # this
"""),
    method("of a class of a library", """
import httpx
class Own:
    def stream(self): ...
client = httpx.AsyncClient()
client.stream(1)
Own().stream()
httpx.stream(1)
"""),
    method("of the result of a library's function", """
import container
container.resolve("chat").stream(1)  # maybe
"""),
    method("inherited", """
from .chat import Chat
class Sub(Chat):
    def f(self):
        self.stream(1)  # this
        super().stream(1)  # this
Sub().stream(1)  # this
"""),
    method("overridden", """
from .chat import Chat
class Sub(Chat):
    def stream(self, x):
        return super().stream(x)  # this
Sub().stream(1)
def f(declared: Chat, sub: Sub):
    declared.stream(1)  # this
    sub.stream(1)
"""),
    method("of an abstract base", """
from .base import Base
def f(base: Base):
    base.stream(1)  # this
""", {"app/base.py": "class Base:\n    def stream(self, x): ...\n", "app/chat.py": """
from .base import Base
class Chat(Base):
    def stream(self, x):
        yield x
"""}),
    method("of a protocol", """
from typing import Protocol
class Streams(Protocol):
    def stream(self, x): ...
class Closes(Protocol):
    def stream(self, x): ...
    def close(self): ...
def f(one: Streams, two: Closes):
    one.stream(1)  # this
    two.stream(1)
"""),
    method("through cls and of a static method", """
from .chat import Chat
class Sub(Chat):
    @classmethod
    def f(cls):
        cls.stream(1)  # this
    @staticmethod
    def g(self):
        self.stream(1)  # maybe
"""),
    method("of one of two", """
from .chat import Chat
from .old import Old
chat = Chat() if FLAG else Old()
chat.stream(1)  # this
""", {"app/old.py": "class Old:\n    def stream(self, x): ...\n"}),
]  # fmt: skip


def _function(facts, where):
    name, path = where.split(":")
    file = facts.load(name)
    for node in file.tree.functions:
        if file.tree.scope_made_by[node].path == path:
            return Function(file, node)
    raise LookupError(where)


def _marked(files):
    return {
        (name, number, mark[1])
        for name, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if (mark := MARK.search(line))
    }


def find(row, tmp_path):
    write(tmp_path, {name: text.encode() for name, text in row.files.items()})
    facts = ProjectFacts(open_project([tmp_path]))
    finder = LoadFinder(Resolver(facts))
    return finder.loads_of(_function(facts, row.function)), facts


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_loads(row, tmp_path):
    loads, facts = find(row, tmp_path)

    found = {(load.file.name, load.node.lineno, "this") for load in loads.certain}
    found |= {(load.file.name, load.node.lineno, "maybe") for load in loads.doubtful}
    assert found == _marked(row.files)
    assert loads.is_named == row.is_named
    assert facts.errors == []


def test_names_are_unique():
    assert len({row.name for row in ROWS}) == len(ROWS)
