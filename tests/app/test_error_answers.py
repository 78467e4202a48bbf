"""Answers to errors, without a server."""

import httpx
from fastapi import FastAPI

from app.error_answers import answer_errors
from app.security.headers import HEADERS, SecurityHeaders
from tests.support import event_loop


def test_the_answer_to_a_fault_of_the_lab_has_the_security_headers_too():
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    answer_errors(app)

    @app.get("/")
    def wrong():
        raise ZeroDivisionError

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            return await client.get("/")

    answer = event_loop.run(ask())
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
