"""Imports of the runtime and of the shim are safe in any production process: the standard library only."""

import subprocess
import sys
from pathlib import Path

import pytest

import streamlift
import streamlift_legacy

ROOTS = [str(Path(module.__file__).parents[1]) for module in (streamlift, streamlift_legacy)]
PROGRAM = """
import importlib, sys, threading
before = set(sys.modules)
sys.path[:0] = sys.argv[2:]
importlib.import_module(sys.argv[1])
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - sys.stdlib_module_names - {"streamlift", sys.argv[1]}))
print(*sorted(name for name in ("asyncio", "typing_extensions", "http") if name in sys.modules))
print(threading.active_count())
"""


@pytest.mark.parametrize("module", ["streamlift", "streamlift_legacy"])
def test_it_loads_the_standard_library_only_and_starts_nothing(module):
    run = subprocess.run(
        [sys.executable, "-S", "-I", "-W", "error", "-c", PROGRAM, module, *ROOTS],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "\n\n1\n"


@pytest.mark.parametrize("module", [streamlift, streamlift_legacy], ids=lambda it: it.__name__)
def test_every_public_name_is_there(module):
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
