"""What the model may call."""

from langchain_core.tools import BaseTool, tool

_WEATHER = {"서울": "맑음, 21°C ☀️", "Busan": "rain, 18°C 🌧️"}
_NOTES = {"empty": ""}


@tool
async def weather(city: str) -> str:
    """Tell the weather of a city."""
    return _WEATHER.get(city, f"no report for {city}")


@tool
async def read_note(name: str) -> str:
    """Read a note of the user."""
    return _NOTES[name]


TOOLS: dict[str, BaseTool] = {each.name: each for each in (weather, read_note)}
