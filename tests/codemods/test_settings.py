"""`[tool.streamlift]`: each setting has a type, and a wrong one is told with its file and its key."""

import pytest

from streamlift_codemods.cli import main
from streamlift_codemods.settings import SETTINGS, read_settings
from tests.codemods.harness import write

FRAME = b"def f(x):\n    yield f'data: {x}\\n\\n'\n"


def scan(folder, capsys, *lines):
    write(folder, {"pyproject.toml": "\n".join(lines).encode(), "app.py": FRAME})
    status = main(["scan", str(folder)])
    out, err = capsys.readouterr()
    return status, out, err.strip()


@pytest.mark.parametrize("name", SETTINGS)
def test_its_example_is_taken(tmp_path, name):
    text = f"[tool.streamlift]\n{name} = {SETTINGS[name].example}\n"
    write(tmp_path, {"pyproject.toml": text.encode()})

    read_settings(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'closed-world = "true"',
            "closed-world: is neither true nor false; write closed-world = true",
        ),
        ("closed-world = 1", "closed-world: is neither true nor false"),
        (
            'exclude = "generated/*"',
            'exclude: is no list of globs; write exclude = ["generated/*"]',
        ),
        ("include = [1]", "include: is no list of globs"),
        ('include = [""]', "include: is no list of globs"),
        ("contracts-module = true", "contracts-module: is no dotted name of a module"),
        (
            'contracts-module = "chat_app/wire.py"',
            "contracts-module: is no dotted name of a module",
        ),
        ('baseline = ""', "baseline: is no path"),
        ('chunk-class = "Chunk"', "chunk-class: is no dotted name of a class in a module"),
        ("closed_world = true", "closed_world: is no setting; did you mean closed-world?"),
        ("exlude = []", "exlude: is no setting; did you mean exclude?"),
        (
            'signed-off = ["reply"]',
            "signed-off: is no list of names such as pkg.module:Class.method",
        ),
        ("unknown = 1", "unknown: is no setting; use one of include, exclude, "),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path, capsys, line, told):
    status, out, err = scan(tmp_path, capsys, "[tool.streamlift]", line)

    assert (status, out) == (2, "")
    assert err.startswith(f"streamlift: {tmp_path / 'pyproject.toml'}: [tool.streamlift] {told}")
    assert len(err.splitlines()) == 1


def test_what_is_no_table_is_told(tmp_path, capsys):
    assert (
        "streamlift: is no table; write [tool.streamlift]"
        in scan(tmp_path, capsys, "[tool]", "streamlift = 1")[2]
    )


@pytest.mark.parametrize("pattern", ["src", "src/*", "src/chat/*.py", "chat"])
def test_only_the_files_to_include_are_looked_at(tmp_path, capsys, pattern):
    write(tmp_path, {"src/chat/a.py": FRAME, "scripts/b.py": FRAME})

    status, out, _ = scan(tmp_path, capsys, "[tool.streamlift]", f'include = ["{pattern}"]')

    assert status == 1
    assert "Found 1 site:" in out
    assert "src/chat/a.py:2:11" in out


def test_a_file_that_is_named_is_looked_at(tmp_path, capsys):
    write(tmp_path, {"pyproject.toml": b'[tool.streamlift]\ninclude = ["src"]\n', "app.py": FRAME})

    main(["scan", str(tmp_path / "app.py")])

    assert "Found 1 site:" in capsys.readouterr().out


def test_who_calls_what_is_read_of_all_files(tmp_path, capsys):
    app = b"def _sse(x):\n    return f'data: {x}\\n\\n'\n\n\ndef f(x):\n    yield _sse(x)\n"
    other = b"from app import _sse\n\n\ndef g(x):\n    print(_sse(x).strip())\n"
    write(
        tmp_path,
        {
            "pyproject.toml": b'[tool.streamlift]\ninclude = ["app.py"]\n',
            "app.py": app,
            "other.py": other,
        },
    )

    main(["migrate", str(tmp_path), "--phase", "2"])
    diff = capsys.readouterr().out

    assert "other.py" not in diff
    assert "+    yield _sse.chunk(x)" in diff or "+    yield StreamingChunk.raw(x)" in diff


SUBCLASS = "from streamlift import StreamingChunk\n\n\nclass Chunk(StreamingChunk):\n    {}\n"


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        ("Chunk = 1\n", "is no class of wire.py"),
        ("class Chunk:\n    pass\n", "has another base than StreamingChunk"),
        (
            "from streamlift import StreamingChunk\n\n\nclass Mixin: ...\n\n\nclass Chunk(Mixin, StreamingChunk): ...\n",
            "has another base",
        ),
        (SUBCLASS.format("def of(self): ..."), "replaces of (line 5 of wire.py)"),
        (SUBCLASS.format("def __init__(self): ..."), "replaces __init__"),
        (SUBCLASS.format("def __init_subclass__(cls): ..."), "replaces __init_subclass__"),
        (SUBCLASS.format("content: str = 'x'"), "replaces content"),
        (SUBCLASS.format("extra: str"), "does something that cannot be told"),
        (SUBCLASS.format("of = raw = None"), "does something that cannot be told"),
        (SUBCLASS.format("exec('of = 1')"), "does something that cannot be told"),
        (
            SUBCLASS.replace("class Chunk", "@dataclass\nclass Chunk").format("pass"),
            "has a decorator or a metaclass",
        ),
        (
            SUBCLASS.replace("(StreamingChunk)", "(StreamingChunk, metaclass=Meta)").format("pass"),
            "has a decorator or a metaclass",
        ),
        (SUBCLASS.format("pass") + "Chunk = mixed(Chunk)\n", "is not bound once in wire.py"),
        (SUBCLASS.format("pass") + "from other import *\n", "is not bound once in wire.py"),
        (
            "if x:\n    class Chunk(StreamingChunk): ...\n",
            "is not defined at the top of its module",
        ),
        ("", "is not bound once in wire.py"),
        (None, "is in no module that can be read"),
        ("def f(:\n", "is in no module that can be read"),
    ],
)
def test_a_class_that_may_make_other_chunks_is_refused(tmp_path, capsys, wire, told):
    if wire is not None:
        write(tmp_path, {"wire.py": wire.encode()})

    status, out, err = scan(tmp_path, capsys, "[tool.streamlift]", 'chunk-class = "wire.Chunk"')

    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith(
        f'streamlift: [tool.streamlift] chunk-class = "wire.Chunk": {told}'
    )


def test_a_report_says_what_will_be_written(tmp_path, capsys):
    write(tmp_path, {"wire.py": SUBCLASS.format("pass").encode()})

    _, out, _ = scan(tmp_path, capsys, "[tool.streamlift]", 'chunk-class = "wire.Chunk"')
    main(["migrate", str(tmp_path), "--phase", "2"])

    assert "= becomes: Chunk.raw(x)\n" in out
    assert "+    yield Chunk.raw(x)\n" in capsys.readouterr().out
