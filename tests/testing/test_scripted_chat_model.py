import asyncio

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessageChunk

from streamlift.testing.scripted_chat_model import (
    ScriptedChatModel,
    ScriptExhaustedError,
    more_arguments,
    tool_call,
    usage,
)

ANSWER = [
    "two words ",
    "",
    "\r\n\n",
    "서울 ☀️",
    tool_call("weather", '{"city": ', id="call_1"),
    more_arguments('"서울"}'),
    tool_call("clock", {"zone": "KST"}, id="call_2", index=1),
    AIMessageChunk(content=[{"type": "text", "text": "block"}]),
    usage(input_tokens=3, output_tokens=2),
]


def streamed(model):
    return list(model.stream("hi"))


def astreamed(model):
    async def run():
        return [chunk async for chunk in model.astream("hi")]

    return asyncio.run(run())


def events(model):
    async def run():
        return [
            event["data"]["chunk"]
            async for event in model.astream_events("hi", version="v2")
            if event["event"] == "on_chat_model_stream"
        ]

    return asyncio.run(run())


@pytest.mark.parametrize("stream", [streamed, astreamed, events])
def test_streams_exactly_the_chunks_of_the_script(stream):
    chunks = stream(ScriptedChatModel([ANSWER]))[: len(ANSWER)]

    assert [chunk.content for chunk in chunks] == [
        each if isinstance(each, str) else each.content for each in ANSWER
    ]
    calls = [call for chunk in chunks for call in chunk.tool_call_chunks]
    assert [call["args"] for call in calls] == ['{"city": ', '"서울"}', '{"zone": "KST"}']
    assert [call["id"] for call in calls] == ["call_1", None, "call_2"]
    assert chunks[-1].usage_metadata["total_tokens"] == 5


def test_the_sum_is_one_answer():
    (message,) = {ScriptedChatModel([ANSWER[4:7]]).invoke("hi").model_dump_json()}

    assert '"name":"weather","args":{"city":"서울"},"id":"call_1"' in message
    assert ScriptedChatModel([[]]).invoke("hi").content == ""


class ProviderError(Exception):
    def __init__(self, message, *, response):
        super().__init__(message)
        self.response = response


@pytest.mark.parametrize("stream", [streamed, astreamed])
@pytest.mark.parametrize("error", [TimeoutError("gave up"), ProviderError("gave up", response=1)])
def test_an_error_comes_in_the_middle(stream, error):
    model = ScriptedChatModel([["half an ans", error]])
    tokens = []

    class Tokens(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            tokens.append(token)

    with pytest.raises(type(error), match="gave up"):
        stream(model.with_config(callbacks=[Tokens()]))
    assert tokens == ["half an ans"]
    assert isinstance(error, ProviderError) or error.__traceback__ is None


def test_gives_one_answer_after_the_other_and_knows_what_it_was_asked():
    model = ScriptedChatModel([["one"], ["two"]])
    bound = model.bind_tools([{"name": "weather", "description": "w", "parameters": {}}])

    assert [bound.invoke(each).content for each in ("a", "b")] == ["one", "two"]
    assert [messages[0].content for messages in model.asked] == ["a", "b"]
    with pytest.raises(ScriptExhaustedError, match="has 2 answers, and this is call 3: give it"):
        model.invoke("c")
    assert [ScriptedChatModel([["x"]], repeat=True).invoke(e).content for e in "ab"] == ["x", "x"]
