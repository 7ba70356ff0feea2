"""The application: `uvicorn examples.phase1.app:create_app --factory`."""

import os
from pathlib import Path

from fastapi import FastAPI

from .controller import router
from .history_service import HistoryService

DATABASE_VARIABLE = "STREAMLIFT_EXAMPLE_DATABASE"


def create_app(database: Path | None = None) -> FastAPI:
    """Return an app that keeps its history in *database*, or where the environment says."""
    path = database or Path(os.environ.get(DATABASE_VARIABLE, "chat_history.sqlite3"))
    app = FastAPI(title="Streaming chat")
    app.state.history_service = HistoryService(path)
    app.include_router(router)
    return app
