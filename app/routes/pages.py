"""The lab's page, its messages, its guide, and Plotly's script."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.assets import FOREVER
from app.errors import NotFound
from app.guide import Guide, Section
from app.pages import Pages

router = APIRouter(include_in_schema=False)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


@router.get("/")
def lab(request: Request, lang: str | None = None) -> HTMLResponse:
    """The lab, in the language of the address, else the one chosen before, else the browser's preferred one."""
    pages = _pages(request)
    language = pages.messages.negotiate(
        lang, request.cookies.get("language"), request.headers.get("accept-language")
    )
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(pages.render("lab.html", language), headers=headers)


@router.get("/i18n/{language}.json")
def messages(request: Request, language: str) -> dict[str, str]:
    pages = _pages(request)
    if language not in pages.messages.languages:
        raise NotFound(f"there is no language {language!r}", field="language")
    return pages.messages.of_page(language)


@router.get("/guide/{language}.json")
def guide(request: Request, language: str) -> list[Section]:
    """The guide for the page's help."""
    if language not in _pages(request).messages.languages:
        raise NotFound(f"there is no language {language!r}", field="language")
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
def favicon() -> RedirectResponse:
    return RedirectResponse("static/logo.svg", status_code=308)
