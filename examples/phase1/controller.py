"""The HTTP endpoints."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel

from streamlift import StreamingChunk
from streamlift_legacy import begin

from .chat_service import ChatService
from .fake_model import Scenario, create_model
from .history_service import HistoryService, Message
from .sse_contracts import SSE, SSE_ASCII

router = APIRouter()


class ChatRequest(BaseModel):
    """What the user says; `scenario` tells the offline model what to do."""

    session_id: str
    message: str
    scenario: Scenario = "normal"


def get_history_service(request: Request) -> HistoryService:
    """Return the history of the running app."""
    history_service: HistoryService = request.app.state.history_service
    return history_service


History = Annotated[HistoryService, Depends(get_history_service)]


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the app is up."""
    return {"status": "ok"}


@router.get("/sessions/{session_id}/messages")
async def list_messages(session_id: str, history_service: History) -> list[Message]:
    """Return what was said in a session."""
    return await history_service.messages(session_id)


@router.post("/chat/stream")
async def stream_chat(body: ChatRequest, history_service: History) -> StreamingResponse:
    """Stream the answer, and save it when it is complete."""
    chat_service = ChatService(create_model(body.scenario))
    row = await history_service.add_user_message(body.session_id, body.message)
    messages = [_to_langchain(m) for m in await history_service.messages(body.session_id)]
    message_id = f"reply-{row}"

    async def stream_generator() -> AsyncIterator[str]:
        wire = begin(SSE)
        answer: list[str] = []
        async for item in chat_service.generate_streaming_response(messages, message_id):
            if isinstance(item, str):
                event = json.loads(item[6:])
                if event["type"] == "content":
                    answer.append(event["content"])
                elif event["type"] == "complete":
                    await history_service.add_ai_message(
                        body.session_id, event["message_id"], "".join(answer)
                    )
                yield item
        yield wire.either("data: [DONE]\n\n", wire.on and StreamingChunk.done())

    return StreamingResponse(
        stream_generator(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


@router.get("/sessions/{session_id}/replay")
async def replay_session(session_id: str, history_service: History) -> StreamingResponse:
    """Stream a saved session again, a message an event."""

    async def replay() -> AsyncIterator[str]:
        wire = begin(SSE)
        for message in await history_service.messages(session_id):
            data = json.dumps({"role": message.role, "content": message.content})
            yield wire.either(
                f"event: message\nid: {(v0 := format(message.id))}\ndata: {data}\n\n",
                wire.on and StreamingChunk.raw(data, event="message", id=v0),
            )

    return StreamingResponse(replay(), media_type="text/event-stream")


def heartbeats(count: int, interval: float) -> Iterator[str]:
    """Yield a comment, which opens the stream, then a heartbeat every *interval* seconds."""
    wire = begin(SSE_ASCII)
    yield wire.either(": connected\n\n", wire.on and StreamingChunk.comment("connected"))
    for beat in range(1, count + 1):
        time.sleep(interval)
        yield wire.either(
            f"data: {json.dumps(v0 := {'type': 'heartbeat', 'beat': beat})}\n\n",
            wire.on and StreamingChunk.of(v0),
        )


@router.get("/heartbeat")
def stream_heartbeat(
    count: Annotated[int, Query(ge=1, le=100)] = 3,
    interval: Annotated[float, Query(ge=0, le=10)] = 0.0,
) -> StreamingResponse:
    """Stream *count* heartbeats."""
    return StreamingResponse(heartbeats(count, interval), media_type="text/event-stream")


def _to_langchain(message: Message) -> BaseMessage:
    return (HumanMessage if message.role == "user" else AIMessage)(message.content)
