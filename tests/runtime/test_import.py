"""`import streamlift` is safe in any production process: it loads the standard library only."""

import subprocess
import sys
from pathlib import Path

import streamlift

ROOT = Path(streamlift.__file__).parents[1]
PROGRAM = """
import sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import streamlift
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - sys.stdlib_module_names - {"streamlift"}))
print(*sorted(name for name in ("asyncio", "typing_extensions", "http") if name in sys.modules))
"""


def test_the_runtime_loads_the_standard_library_only():
    run = subprocess.run(
        [sys.executable, "-S", "-I", "-W", "error", "-c", PROGRAM, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "\n\n"


def test_every_public_name_is_there():
    assert streamlift.__all__ == sorted(streamlift.__all__)
    assert all(hasattr(streamlift, name) for name in streamlift.__all__)
