"""/docs: the HTTP API to read and try, with Swagger UI from a Python package: no other host, no inline script."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse

from app.errors import NotFound

router = APIRouter(include_in_schema=False)

_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lossroom API</title>
<link rel="icon" href="static/logo.svg">
<link rel="stylesheet" href="vendor/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="vendor/swagger-ui-bundle.js"></script>
<script type="module" src="static/js/api-docs.js"></script>
</body>
</html>
"""


@router.get("/docs")
async def api_docs() -> HTMLResponse:
    return HTMLResponse(_PAGE)


@router.get("/vendor/swagger-ui{rest}")
async def swagger_ui(rest: str) -> FileResponse:
    name = f"swagger-ui{rest}"
    if name not in _FILES:
        raise NotFound(f"there is no file {name!r}")
    return FileResponse(
        str(resources.files("fastapi_swagger").joinpath("resources", name)),
        headers={"Cache-Control": "public, max-age=86400"},
    )
