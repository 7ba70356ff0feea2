"""The name of the function that a frame runs: that by which the tool knows a producer."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType


def producer_name(frame: FrameType) -> str:
    """Return `package.module:Class.method` of *frame*; a nested function is `outer.inner`."""
    code, names = frame.f_code, frame.f_globals
    # A module that is run with `-m` knows its name all the same.
    spec = names.get("__spec__")
    module = getattr(spec, "name", None) or names.get("__name__", "?")
    # New in Python 3.11.
    path: str = getattr(code, "co_qualname", "") or _found(code, names) or code.co_name
    return f"{module}:{path.replace('.<locals>', '')}"


def _found(code: CodeType, names: dict[str, object]) -> str | None:
    """Return the path of *code* in the module that has *names*."""
    for path, known in _functions(names, names.get("__name__")):
        for inner_path, inner in _with_inner(path, known):
            if inner is code:
                return inner_path
    return None


def _functions(names: dict[str, object], module: object) -> Iterator[tuple[str, CodeType]]:
    """Yield the functions and methods of a module, under their decorators too.

    Only objects of known classes are asked for anything; a proxy may do what it likes with that, even
    with `isinstance`.
    """
    pending = [*names.values()]
    seen: set[int] = set()
    for value in pending:  # it grows
        if id(value) in seen:
            continue
        seen.add(id(value))
        cls = type(value)
        if cls is FunctionType:
            yield value.__qualname__, value.__code__  # type: ignore[attr-defined]  # it is one
            pending += [inner for name, inner in vars(value).items() if name == "__wrapped__"]
        elif issubclass(cls, (staticmethod, classmethod)):
            pending.append(value.__func__)  # type: ignore[attr-defined]
        elif issubclass(cls, property):
            pending.append(value.fget)  # type: ignore[attr-defined]
        elif issubclass(cls, type) and vars(value).get("__module__") == module:
            pending += vars(value).values()


def _with_inner(path: str, code: CodeType) -> Iterator[tuple[str, CodeType]]:
    yield path, code
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from _with_inner(f"{path}.{constant.co_name}", constant)
