"""The server with an agent whose model follows a script: nothing leaves the machine."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from fast_langchain_server import Server
from fast_langchain_server.middleware import AgentMiddleware
from langchain.agents import create_agent
from langchain_core.tools import tool

from streamlift.testing.scripted_chat_model import ScriptedChatModel, tool_call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fast_langchain_server.context import AgentContext

WORDS = ["Grüße, ", "世界 🙂", " </script>\n"]
MODEL = ScriptedChatModel(
    [
        WORDS,
        [tool_call("weather", {"city": "Zürich"}, id="call_1")],
        ["It is ", "20 °C."],
        ["So far", RuntimeError("model gone")],
        WORDS,
        WORDS,
    ]
)
CONTEXT: ContextVar[AgentContext] = ContextVar("context")


@tool
async def weather(city: str) -> str:
    """Say how warm it is."""
    await CONTEXT.get().emit_progress("looking", city)
    return "20"


class RememberContext(AgentMiddleware):
    """Let the tool tell what it does."""

    async def on_request(
        self,
        ctx: AgentContext,
        call_next: Callable[[AgentContext], Awaitable[object]],
    ) -> object:
        """Keep the context of the request."""
        CONTEXT.set(ctx)
        return await call_next(ctx)


server = Server(
    create_agent(MODEL, tools=[weather]),
    tools=[weather],
    agent_name="offline",
    model_name="scripted",
    model_api_url="http://localhost:1/v1",
)
server.add_middleware(RememberContext())
app = server.app
