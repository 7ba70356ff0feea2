"""How this package's event streams are written on the wire: one constant a wire contract."""

from streamlift import SSEFormatter

SSE = SSEFormatter(
    ensure_ascii=False,
    strict=False,
    keys={
        "content": ("type", "role", "content"),
        "error": ("type", "content"),
        "tool_result": ("type", "tool_call_id", "content"),
    },
)
SSE_ASCII = SSEFormatter(ensure_ascii=True)
