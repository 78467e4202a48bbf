"""Answers to errors: whatever goes wrong, the same shape; see `app.errors`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.errors import LabError, error_body
from app.security.headers import HEADERS
from engine import ConfigError, DatasetError
from engine.reasons import Reason, reason_of

#: What Pydantic calls a limit → what this API does.
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusive_minimum"}


def answer_errors(app: FastAPI) -> None:
    """Let every error of a request be answered in the one shape."""
    app.add_exception_handler(LabError, _lab_error)
    app.add_exception_handler(ConfigError, _config_error)
    app.add_exception_handler(DatasetError, _dataset_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _lab_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LabError)
    # a body that is refused while it comes is not read to its end
    headers = {"Connection": "close"} if error.status in (408, 413) else None
    return JSONResponse(error.body(), status_code=error.status, headers=headers)


async def _config_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ConfigError)
    body = error_body(error.code, error.message, error.field, error.bounds)
    return JSONResponse(body, status_code=422)


async def _dataset_error(request: Request, error: Exception) -> JSONResponse:
    """A data set that was lost while it was used."""
    return JSONResponse(error_body("unreadable", reason_of(error), "dataset.name"), status_code=409)


async def _request_error(request: Request, error: Exception) -> JSONResponse:
    """A body, path or query that is not of the API's types; the first fault is named; with the bound, and
    the value if it is a number."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    message = f"{field}: {first['msg']}" if field else str(first["msg"])
    context, given = first.get("ctx", {}), first.get("input")
    bounds = {name: context[limit] for limit, name in _BOUNDS.items() if limit in context}
    if isinstance(given, int | float):
        message += f", not {given}"
    reason = {
        "string_too_long": lambda: Reason("too_long", message, most=context["max_length"]),
        "string_too_short": lambda: Reason("missing", message),
        "float_parsing": lambda: Reason("type.number", message),
        "float_type": lambda: Reason("type.number", message),
        "finite_number": lambda: Reason("type.number", message),
    }.get(str(first["type"]), lambda: message)()
    return JSONResponse(error_body("invalid", reason, field, bounds or None), status_code=422)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    body = error_body(code, str(error.detail))
    headers = dict(error.headers or {})
    if headers.get("Allow", "") == "GET":
        headers["Allow"] = "GET, HEAD"  # see app/head.py
    return JSONResponse(body, status_code=error.status_code, headers=headers)


async def _unexpected_error(request: Request, error: Exception) -> JSONResponse:
    """A fault of the lab's own; uvicorn logs where it came from."""
    body = error_body("internal", "the lab has made a mistake; its log says more")
    # Starlette answers it outside of all other middleware, so also outside of `SecurityHeaders`
    return JSONResponse(body, status_code=500, headers=HEADERS)
