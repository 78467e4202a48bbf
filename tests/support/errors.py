"""The error in a refused request's answer."""

from typing import Any

from httpx import Response


def error(answer: Response) -> dict[str, Any]:
    refusal: dict[str, Any] = answer.json()["error"]
    return refusal
