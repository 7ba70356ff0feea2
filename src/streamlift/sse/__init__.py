"""Server-Sent Events: how chunks are written, read, and where they are encoded."""
