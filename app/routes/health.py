"""/health and /metrics: is the lab there, can it do its work, and how well?"""

from __future__ import annotations

import time

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app import __version__
from app.answers.errors import ERRORS
from app.answers.health import AliveAnswer, HealthAnswer
from app.lab import TheLab

router = APIRouter(tags=["health"], responses=ERRORS)


@router.get("/health")
async def health(lab: TheLab, response: Response) -> HealthAnswer:
    """Ready? 200 when the lab can take runs, which a write has just proved; 503 and the reason when it cannot."""
    fault = await lab.database.check_writable()
    if fault is not None:
        response.status_code = 503
    return {
        "status": "ok" if fault is None else "degraded",
        "ready": fault is None,
        "reason": fault,
        "warnings": lab.warnings(),
        "version": __version__,
        "server": lab.server_id,
        "uptime_seconds": round(time.monotonic() - lab.started_at, 1),
        "workers": lab.scheduler.places,
        "busy": lab.scheduler.busy,
        "queued": lab.scheduler.queued,
        "viewers": lab.hub.viewers,
    }


@router.get("/health/live")
async def live() -> AliveAnswer:
    """Alive? 200 as long as the server answers at all: restarting it would not mend a full disk."""
    return {"status": "alive"}


@router.get("/metrics", response_class=Response)
async def metrics(lab: TheLab) -> Response:
    """The lab in Prometheus's text format."""
    return Response(lab.metrics.text(), media_type=CONTENT_TYPE_LATEST)
