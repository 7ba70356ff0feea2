"""The command of LibCST does to one file what the tool does, or refuses it."""

import subprocess
import sys

COMMAND = "streamlift_codemods.libcst_commands.separate.Separate"
BEFORE = """\
import json


def _reply(words):
    for word in words:
        yield f"data: {json.dumps({'word': word})}\\n\\n"  # one word
"""
AFTER = """\
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def _reply(words):
    for word in words:
        yield StreamingChunk.of({"word": word})  # one word
"""


def codemod(folder, name):
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "--no-format", COMMAND, name]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_rewrites_one_file(tmp_path):
    (tmp_path / "app.py").write_text(BEFORE)

    done = codemod(tmp_path, "app.py")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "app.py").read_text() == AFTER


def test_a_second_run_changes_nothing(tmp_path):
    (tmp_path / "app.py").write_text(AFTER)

    codemod(tmp_path, "app.py")

    assert (tmp_path / "app.py").read_text() == AFTER


def test_refuses_what_libcst_cannot_give_back(tmp_path):
    raw = BEFORE.replace("def _reply", "\fdef _reply").encode()  # the form feed would be lost
    (tmp_path / "app.py").write_bytes(raw)

    done = codemod(tmp_path, "app.py")

    assert (tmp_path / "app.py").read_bytes() == raw
    assert "not-lossless" in done.stdout + done.stderr


def test_warns_of_what_is_left(tmp_path):
    (tmp_path / "app.py").write_text('def run(q, x):\n    q.put(f"data: {x}\\n\\n")\n')

    done = codemod(tmp_path, "app.py")

    assert "refused (carrier-queue)" in done.stdout + done.stderr
