"""A producer has the name that the tool gives it, also before Python 3.11, which has no `co_qualname`."""

import functools
import sys

import pytest

from streamlift_legacy.producer_name import _found, producer_name


def wrapped(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)

    return inner


class Proxy:
    """As frameworks have them: nothing may be asked of it out of a request."""

    @property
    def __class__(self):
        raise AssertionError

    def __getattr__(self, name):
        raise AssertionError


proxy = Proxy()


def plain():
    return sys._getframe()


@wrapped
@wrapped
def decorated():
    return sys._getframe()


class Chat:
    def method(self):
        return sys._getframe()

    @staticmethod
    def static():
        return sys._getframe()

    @classmethod
    @wrapped
    def of_class(cls):
        return sys._getframe()

    @property
    def read(self):
        return sys._getframe()

    class Inner:
        def generate(self):
            yield sys._getframe()

    def outer(self):
        def inner():
            yield sys._getframe()

        return next(inner())


FRAMES = {
    "plain": plain,
    "decorated": decorated,
    "Chat.method": Chat().method,
    "Chat.static": Chat.static,
    "Chat.of_class": Chat.of_class,
    "Chat.read": lambda: Chat().read,
    "Chat.Inner.generate": lambda: next(Chat.Inner().generate()),
    "Chat.outer.inner": Chat().outer,
}


@pytest.mark.parametrize("path", FRAMES)
def test_it_is_the_path_without_locals(path):
    frame = FRAMES[path]()

    assert producer_name(frame) == f"{__name__}:{path}"
    assert _found(frame.f_code, frame.f_globals).replace(".<locals>", "") == path


def test_what_is_not_found_has_the_name_of_its_code():
    names = {"__name__": "made", "sys": sys}
    exec("def made():\n    return sys._getframe()", names)
    made = names.pop("made")

    assert _found(made.__code__, names) is None
    assert producer_name(made()) == "made:made"
