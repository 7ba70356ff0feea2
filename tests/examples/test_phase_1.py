"""The example in phase 1: what the tool writes, and the bytes of Pattern 1 at every stage."""

import shutil

import pytest

from examples.demo.scenarios import SCENARIOS
from streamlift_codemods.cli import main
from streamlift_legacy import Stage, configure
from streamlift_legacy.observed import TALLIES
from tests.examples.test_snapshots import ROOT, answers, rows

PHASE_1 = ROOT / "examples" / "phase1"
OWN = ("__init__.py", "app.py")  # they name their package


def lines(path):
    """Return the lines of a module; our imports stand in a block of their own, which others' do not."""
    return [line for line in path.read_text().splitlines() if line]


def test_it_is_what_the_tool_writes(tmp_path, capsys):
    app = tmp_path / "chat_app"
    shutil.copytree(
        ROOT / "examples" / "pattern1", app, ignore=shutil.ignore_patterns("__pycache__")
    )

    main(["migrate", str(app), "--phase", "1", "--write"])

    capsys.readouterr()
    assert {path.name for path in PHASE_1.glob("*.py")} == {path.name for path in app.glob("*.py")}
    for path in app.glob("*.py"):
        if path.name not in OWN:
            assert lines(PHASE_1 / path.name) == lines(path)


@pytest.fixture
def stage(request):
    TALLIES.clear()
    configure(stage=request.param)
    yield request.param
    configure(stage=Stage.OFF)


@pytest.mark.parametrize("stage", Stage, indirect=True)
def test_every_answer_is_that_of_pattern_1(stage, tmp_path):
    old = answers("pattern1", tmp_path / "old", *SCENARIOS)
    new = answers("phase1", tmp_path / "new", *SCENARIOS)

    assert [each.without_cleanup() for each in new] == [each.without_cleanup() for each in old]
    assert rows(tmp_path / "new") == rows(tmp_path / "old")
    seen = {name.rpartition(":")[2]: tally.plain() for name, tally in TALLIES.items()}
    if stage is Stage.OFF:
        assert seen == {}
    else:
        assert {name: {*counts} for name, counts in seen.items()} == {
            "ChatService.generate_streaming_response": {f"{stage}_streams", "match"},
            "stream_chat.stream_generator": {f"{stage}_streams", "match"},
            "replay_session.replay": {f"{stage}_streams", "match"},
            "heartbeats": {f"{stage}_streams", "match"},
        }
