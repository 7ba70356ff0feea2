"""What comments leave alone, and what is wrong with comments."""

import json

import pytest

from streamlift_codemods.cli import main
from tests.codemods.harness import write

HEAD = "import json\n\n\nasync def stream(x):\n"
FRAME = '    yield f"data: {json.dumps(x)}\\n\\n"'


def scan(folder, capsys, text):
    write(folder, {"app.py": text.encode()})
    status = main(["scan", str(folder), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    verdicts = [(site["verdict"], site["reason"]) for site in report["sites"]]
    return status, verdicts, [(row["code"], row["message"]) for row in report["ignores"]]


def test_a_site_is_left_alone(tmp_path, capsys):
    text = f"{HEAD}{FRAME}  # streamlift: ignore[SL101]\n"

    assert scan(tmp_path, capsys, text) == (0, [("suppressed", "ignored")], [])
    assert main(["migrate", str(tmp_path), "--phase", "2", "--write", "--allow-dirty"]) == 0
    assert (tmp_path / "app.py").read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("comment", "faults"),
    [
        ("# streamlift: ignore[SL103]", [("SL901", "There is no SL103 on this line")]),
        ("# streamlift: ignore[SL101, SL103]", [("SL901", "There is no SL103")]),
        ("# streamlift: ignore[SL999]", [("SL902", "SL999 is no rule")]),
        ("# streamlift: ignore[SL101,]", [("SL902", "An empty code is no rule")]),
        ("# streamlift: ignore[SL101", [("SL902", "no comment that the tool knows")]),
        ("# streamlift: ingore[SL101]", [("SL902", "no comment that the tool knows")]),
        ("# streamlift: ignore  # streamlift: ignore[SL101]", []),
        ("#streamlift:ignore", []),
        ("# streamlift is a tool", []),
        ("# https://example.org/streamlift:", []),
    ],
)
def test_what_is_wrong_with_a_comment_is_a_finding(tmp_path, capsys, comment, faults):
    status, _, found = scan(tmp_path, capsys, f"{HEAD}{FRAME}  {comment}\n")

    assert [code for code, _ in found] == [code for code, _ in faults]
    assert all(
        part.lower() in text.lower() for (_, text), (_, part) in zip(found, faults, strict=True)
    )
    assert status == (1 if faults or "ignore" not in comment else 0)


def test_a_comment_without_a_site_is_unused(tmp_path, capsys):
    text = f"x = 1  # streamlift: ignore\ny = '# streamlift: ignore'\n{HEAD}{FRAME}\n"
    write(tmp_path, {"pyproject.toml": b"", "none.py": b"x = 1  # streamlift: ignore-file\n"})

    _, verdicts, faults = scan(tmp_path, capsys, text)

    assert verdicts == [("auto", None)]
    assert faults == [
        ("SL901", "there is no site on this line to ignore"),
        ("SL901", "there is no site in this file to ignore"),
    ]


def test_a_comment_on_what_is_migrated_is_unused(tmp_path, capsys):
    text = f"{HEAD}{FRAME}\n"
    write(tmp_path, {"app.py": text.encode()})
    main(["migrate", str(tmp_path), "--phase", "2", "--write", "--allow-dirty"])
    capsys.readouterr()
    migrated = (tmp_path / "app.py").read_text()

    ignored = migrated.replace(".of(x)\n", ".of(x)  # streamlift: ignore\n")
    status, verdicts, faults = scan(tmp_path, capsys, ignored)

    assert (status, verdicts, len(faults)) == (1, [("already", None)], 1)


def test_the_code_is_that_of_the_report(tmp_path, capsys):
    """A frame that has to stay text has another code than its data would give it."""
    text = (
        "def run(ws, x):\n    ws.send(f'event: a\\ndata: {x}\\n\\n')  # streamlift: ignore[SL120]\n"
    )

    assert scan(tmp_path, capsys, text) == (0, [("suppressed", "ignored")], [])


def test_a_comment_is_shown_with_its_place(tmp_path, capsys):
    write(tmp_path, {"app.py": f"{HEAD}    x = 'é'  # streamlift: ignore[SL1]\n{FRAME}\n".encode()})

    main(["scan", str(tmp_path)])
    out = capsys.readouterr().out

    assert "app.py:5:14: SL902 unknown-ignore\n" in out
    assert "5 |     x = 'é'  # streamlift: ignore[SL1]\n  |              ^^^^^^^^^^^" in out
    assert "Comments: 1 fault\n" in out
