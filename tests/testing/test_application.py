import asyncio
import functools
import sys
import types
from pathlib import Path

import pytest
from flask import Flask
from starlette.applications import Starlette

from streamlift.testing.recording import RecordingError
from streamlift.testing.runs.application import check_origin, load, made_by, protocol_of


async def asgi(scope, receive, send): ...


def wraps_asgi(scope, receive, send): ...


def wsgi(environ, start_response): ...


class Middleware:
    def __init__(self, app=None, option=1): ...

    def __call__(self, scope, receive, send): ...


@functools.wraps(asgi)
def decorated(*args): ...


@pytest.mark.parametrize(
    ("app", "protocol"),
    [
        (asgi, "asgi"),
        (wraps_asgi, "asgi"),
        (functools.partial(asgi), "asgi"),
        (decorated, "asgi"),
        (Middleware(), "asgi"),
        (Middleware().__call__, "asgi"),
        (Starlette(), "asgi"),
        (wsgi, "wsgi"),
        (Flask("app"), "wsgi"),
        (Flask("app").wsgi_app, "wsgi"),
    ],
)
def test_finds_out_how_an_application_is_called(app, protocol):
    assert protocol_of(app, "shop:app") == protocol


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (1, "shop:app is no application, but int; name the object that a server is given"),
        (lambda: None, "without arguments: if it makes the application, write factory = true"),
        (Middleware, "without arguments: if it makes the application"),
        (lambda *args: None, 'shop:app speaks ASGI or WSGI: write interface = "asgi" or'),
        (lambda scope: None, "whether shop:app speaks ASGI or WSGI"),
    ],
)
def test_asks_where_that_cannot_be_told(app, message):
    with pytest.raises(RecordingError, match=message):
        protocol_of(app, "shop:app")


@pytest.fixture
def shop(monkeypatch):
    module = types.ModuleType("a_shop")
    module.api = types.SimpleNamespace(app=asgi)
    module.__file__ = "/tree/src/a_shop.py"
    monkeypatch.setitem(sys.modules, "a_shop", module)
    return module


def test_an_attribute_may_be_dotted(shop):
    assert load("a_shop:api.app", "the application") is asgi
    with pytest.raises(RecordingError, match=r"'a_shop' has no 'apps'; .* \(api\)"):
        load("a_shop:apps", "the application")


def test_a_factory_makes_the_application():
    loop = asyncio.new_event_loop()

    async def make():
        return asgi

    assert made_by(lambda: asgi, "shop:app", loop) is asgi
    assert made_by(make, "shop:app", loop) is asgi
    with pytest.raises(RecordingError, match="shop:app is no function, but int; take factory"):
        made_by(1, "shop:app", loop)
    with pytest.raises(RecordingError, match=r"(?s)shop:app\(\) made no application:.*KeyError: 1"):
        made_by(lambda: {}[1], "shop:app", loop)
    loop.close()


def test_the_module_has_to_be_of_the_tree(shop):
    check_origin("a_shop:app", [Path("/tree"), Path("/tree/src")])
    with pytest.raises(RecordingError, match=r"from /tree/src/a_shop\.py, which is not in /other"):
        check_origin("a_shop:app", [Path("/other")])
    check_origin(None, [Path("/other")])
    with pytest.raises(RecordingError, match="sys was imported from nowhere"):
        check_origin("sys:app", [Path("/tree")])
