"""How chunks are written on the wire."""

from streamlift import SSEFormatter

SSE = SSEFormatter(
    ensure_ascii=False,
    keys={
        "content": ("type", "role", "content"),
        "tool_result": ("type", "tool_call_id", "content"),
        "error": ("type", "content"),
    },
)
SSE_ASCII = SSEFormatter(ensure_ascii=True)
