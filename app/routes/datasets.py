"""/api/datasets: what is there, and fetching what is not."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.lab import TheLab

router = APIRouter(prefix="/api/datasets", tags=["data sets"])


@router.get("")
async def list_datasets(lab: TheLab) -> dict[str, Any]:
    """Every data set the lab knows, and which of them are on this server."""
    return {"datasets": lab.data_sets.views()}


@router.post("/{name}/fetch", status_code=202)
async def fetch(lab: TheLab, name: str) -> dict[str, Any]:
    """Begin to download a data set; viewers hear of its progress."""
    return lab.data_sets.fetch(name)
