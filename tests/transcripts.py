"""The console blocks under `<!-- real output -->`: run them, so that the documentation shows what is true.

`python tests/transcripts.py` writes what the commands print today into README.md and MIGRATION.md.
Each document has a folder of its own, under git, with `chat.py` of the README and a copy of
`examples/pattern1` as `chat_app`, and with the requests of the examples; its commands are run in it, from top to bottom.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "MIGRATION.md")
BLOCK = re.compile(r"(<!-- real output -->\n```console\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE)
CHAT = re.compile(
    r"^```python\n((?:(?!^```).)*?async def _reply.*?)^```$", re.DOTALL | re.MULTILINE
)


def current(name):
    """Return the text of the document *name* with the output that its commands have now."""
    text = (ROOT / name).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="streamlift-docs-") as folder:
        prepare(Path(folder))
        return BLOCK.sub(
            lambda match: match[1] + transcript(match[2], Path(folder)) + match[3], text
        )


def prepare(folder):
    chat = CHAT.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert chat, "README.md has no block with the function _reply"
    (folder / "chat.py").write_text(chat[1], encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "examples/pattern1", folder / "chat_app", ignore=ignored)
    for name in ("requests.toml", "offline.py"):
        shutil.copy(ROOT / "examples" / name, folder)
    run("git init -q && git add . && git commit -qm before", folder)


def transcript(block, folder):
    """Return the commands of *block*, each with what it prints."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{run(command[2:], folder)}" for command in commands)


def run(command, folder):
    names = {
        f"GIT_{who}_{what}": "docs@localhost"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **names, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "CI": ""}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return done.stdout


if __name__ == "__main__":
    for document in DOCUMENTS:
        text = current(document)
        if text != (ROOT / document).read_text(encoding="utf-8"):
            (ROOT / document).write_text(text, encoding="utf-8", newline="\n")
