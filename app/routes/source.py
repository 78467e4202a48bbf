"""/api/source: the code that a network runs, to read."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.answers.errors import ERRORS
from app.errors import NotFound
from app.highlight import highlight
from engine.source import source_of

router = APIRouter(prefix="/api/source", tags=["source"], responses=ERRORS)


class SourceView(BaseModel):
    """The code of a layer, an optimizer or an activation."""

    file: str = Field(description="from the root of the project")
    formula: str = Field(description="what it computes, in words and signs")
    code: list[tuple[str, str]] = Field(
        description="pieces of the code, each with its kind, such as “keyword”, or “”"
    )


@router.get("/{kind}/{name}")
def get_source(kind: str, name: str) -> SourceView:
    """The formula and the Python code of a `layer` (by its type), an `optimizer` or an `activation`."""
    try:
        source = source_of(kind, name)
    except KeyError:
        raise NotFound(f"there is no {kind} {name!r} in the engine", field="name") from None
    return SourceView(file=source.file, formula=source.formula, code=highlight(source.code))
