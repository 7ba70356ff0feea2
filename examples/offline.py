"""What `requests.toml` puts around the chat app, so that it answers the same in every run."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def empty_history() -> Iterator[None]:
    """Give the app a history of its own, and the model that needs no network."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STREAMLIFT_EXAMPLE_DATABASE"] = str(Path(folder, "history.sqlite3"))
        os.environ["STREAMLIFT_EXAMPLE_MODEL"] = ""
        yield
