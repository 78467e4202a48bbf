"""/health: is the lab there, and can it do its work?"""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Response

from app import __version__
from app.lab import TheLab

router = APIRouter(tags=["health"])


@router.get("/health")
async def health(lab: TheLab, response: Response) -> dict[str, Any]:
    """200 when the lab can take runs; 503 with the reason when its disk cannot be written."""
    fault = lab.database.fault
    if fault is not None:
        response.status_code = 503
    return {
        "status": "ok" if fault is None else "degraded",
        "reason": fault,
        "version": __version__,
        "server": lab.server_id,
        "uptime_seconds": round(time.time() - lab.started_at, 1),
        "workers": lab.settings.workers,
        "busy": lab.scheduler.busy,
        "queued": lab.scheduler.queued,
        "viewers": len(lab.hub.viewers),
    }
