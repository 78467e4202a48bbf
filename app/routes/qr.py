"""The QR code with which people join the class."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.addresses import code_svg
from app.answers.errors import ERRORS
from app.errors import Invalid, NotFound
from app.lab import TheLab
from engine.reasons import Reason

router = APIRouter(tags=["class"], responses=ERRORS)


@router.get(
    "/api/class/qr.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The picture"}},
)
async def qr(
    lab: TheLab,
    address: Annotated[
        str, Query(max_length=300, description="one of the class's addresses; if it is missing, the first")
    ] = "",
    code: Annotated[
        str, Query(max_length=40, description="not used; a new one makes browsers load the picture again")
    ] = "",
) -> Response:
    """Leads to the page on which people join, with the code of the class in it."""
    classroom = lab.demand_class()
    urls = lab.addresses.all()
    if not urls:
        raise NotFound("no address is known by which other machines reach the lab", code="no_address")
    if address and address not in urls:
        addresses = ", ".join(urls)
        text = f"address must be one of {addresses}, not {address!r}"
        raise Invalid(Reason("unknown_address", text, addresses=addresses), field="address")
    picture = code_svg(f"{address or urls[0]}/join#{classroom.entrance.code}")
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
