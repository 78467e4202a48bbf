"""The lab's page, its messages, its guide, and Plotly's script."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.assets import FOREVER
from app.errors import NotFound
from app.guide import Guide, Section
from app.i18n import PARTS, Messages
from app.lab import TheLab
from app.pages import Pages
from app.people.cookies import remember, token_of
from app.people.person import Role
from app.people.visits import Visitor
from app.security.headers import WITH_PLOTLY

router = APIRouter(include_in_schema=False)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


@router.get("/")
async def lab(request: Request, lab: TheLab, visitor: Visitor, lang: str | None = None) -> Response:
    """The lab, in the language of the address, else the one chosen before, else the browser's preferred one. Those who
    have not joined the class are sent to where they can."""
    if visitor is None:
        # the page's scripts keep the rest of the address, which a server does not get
        return _sent_to("join", lang)
    answer = _page(request, "lab.html", lang, person=visitor if lab.classroom else None)
    answer.headers["Content-Security-Policy"] = WITH_PLOTLY
    return answer


@router.get("/join")
async def join(request: Request, lab: TheLab, lang: str | None = None) -> Response:
    """Where people join the class, and where the teacher's link leads. The browser gets a token before its person
    joins, so that two of its tabs are one person, and other people's wrong codes do not slow it down."""
    classroom = lab.demand_class()
    answer = _page(request, "join.html", lang)
    token = classroom.entrance.new_visitor(token_of(request, classroom.id))
    if token:
        remember(answer, request, classroom.id, token)
    return answer


@router.get("/wall")
async def wall(request: Request, lab: TheLab, visitor: Visitor, lang: str | None = None) -> Response:
    """The teacher's live page, and the projector's. Others are led to theirs."""
    classroom = lab.demand_class()
    if visitor is None or visitor.role is Role.STUDENT:
        return _sent_to("join" if visitor is None else "./", lang)
    return _page(request, "wall.html", lang, class_name=classroom.name, role=visitor.role.value)


def _sent_to(page: str, wish: str | None) -> RedirectResponse:
    """The way to another page, which gets the language of this one's address."""
    query = "" if wish is None else f"?{urlencode({'lang': wish})}"
    return RedirectResponse(page + query, 303, headers={"Cache-Control": "no-store"})


def _page(request: Request, template: str, wish: str | None, **values: object) -> HTMLResponse:
    pages = _pages(request)
    language = pages.messages.negotiate(
        wish, request.cookies.get("language"), request.headers.get("accept-language")
    )
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(pages.render(template, language, **values), headers=headers)


@router.get("/i18n/{part}.{language}.json")
async def messages_of_part(request: Request, part: str, language: str) -> Response:
    """The texts of a part that only some pages need, such as `class`."""
    messages = _messages(request, language)
    if part not in PARTS:
        raise NotFound(f"there is no part {part!r}; there are {', '.join(PARTS)}", field="part")
    return Response(messages.json_of_part(part, language), media_type="application/json")


@router.get("/i18n/{language}.json")
async def messages(request: Request, language: str) -> Response:
    """What every page says."""
    return Response(_messages(request, language).json_of_page(language), media_type="application/json")


def _messages(request: Request, language: str) -> Messages:
    """The texts of the lab, which must have this language."""
    messages = _pages(request).messages
    if language not in messages.languages:
        raise NotFound(f"there is no language {language!r}", field="language")
    return messages


@router.get("/guide/{language}.json")
def guide(request: Request, language: str) -> list[Section]:
    """The guide for the page's help."""
    _messages(request, language)
    guide: Guide = request.app.state.guide
    return guide.sections(language)


@router.get("/vendor/{name}")
def plotly(request: Request, name: str) -> Response:
    """Plotly's script; the version in its name lets browsers keep it."""
    script = _pages(request).plotly
    if name != script.name:
        raise NotFound(f"this lab serves vendor/{script.name}")
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(script.gzipped, media_type="text/javascript", headers=headers)
    return Response(script.plain, media_type="text/javascript", headers=headers)


@router.get("/favicon.ico")
async def favicon() -> RedirectResponse:
    return RedirectResponse("static/logo.svg", status_code=308)
