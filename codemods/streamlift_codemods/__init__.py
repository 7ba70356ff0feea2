"""The tool: finds hand-made SSE text, rewrites what is proved to be identical, says why not elsewhere."""

__version__ = "0.1.0"
