"""The differential test itself: what it must see, it sees; what is equal, it calls equal."""

import pytest

from streamlift_codemods.phases.separate import separate
from tests.corpus.isolated import drive

SERVICE = """\
import asyncio
import json

PREFIX = "step"


class Service:
    def _frame(self, event: str, payload):
        return f"event: {event}\\ndata: {json.dumps(payload)}\\n\\n"

    async def reply(self, messages):
        try:
            async for token in self.model.stream(messages):
                if isinstance(token, str):
                    yield f"data: {json.dumps({'type': PREFIX, 'n': token})}\\n\\n"
                else:
                    yield self._frame("other", {"token": token, "at": self.clock()})
        except asyncio.CancelledError:
            raise
        except ValueError as error:
            yield f"data: {json.dumps({'type': 'error', 'content': str(error)})}\\n\\n"
        finally:
            self.close()
        yield "data: [DONE]\\n\\n"


def replay(events, sink):
    frames = []
    for event in events:
        payload = {"event": event}
        frames.append(f"data: {json.dumps(payload)}\\n\\n")
        payload["event"] = sink(event)
    yield from frames
"""


@pytest.fixture
def package(tmp_path):
    (tmp_path / "service.py").write_text(SERVICE)
    return tmp_path


def test_every_site_runs_and_nothing_differs(package):
    result = drive(package)

    assert result.differences == []
    assert result.broken == []
    assert result.missed == []
    assert len(result.executed) == result.migrated == 6
    assert result.items > 100
    assert result.errors > 5


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param(
            '{"type": PREFIX, "n": token}',
            '{"n": token, "type": PREFIX}',
            id="key order",
        ),
        pytest.param("ensure_ascii=True", "ensure_ascii=False", id="dialect"),
        pytest.param('"at": self.clock()', '"at": None', id="effect dropped"),
        pytest.param(
            '"at": self.clock()', '"at": (self.clock(), self.clock())[1]', id="effect twice"
        ),
        pytest.param("event=event", "id=event", id="field"),
        pytest.param(
            "SSE.encoded(StreamingChunk.of(payload))",
            "StreamingChunk.of(payload)",
            id="late encoding",
        ),
        pytest.param("StreamingChunk.done()", 'StreamingChunk.raw("[END]")', id="sentinel"),
        pytest.param("            self.close()", "            pass", id="finally"),
        pytest.param(
            "except ValueError as error", "except KeyError as error", id="other exception"
        ),
    ],
)
def test_a_wrong_rewrite_is_seen(package, right, wrong):
    def sabotaged(plan):
        texts = {name: raw.decode() for name, raw in separate(plan).items()}
        assert any(right in text for text in texts.values())
        return {name: text.replace(right, wrong).encode() for name, text in texts.items()}

    assert drive(package, sabotaged).differences
