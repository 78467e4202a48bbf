"""Accessibility problems that axe-core finds, and icon buttons that show no name on hover."""

from axe_playwright_python.sync_playwright import Axe

#: It carries the script.
AXE = Axe()

#: Style sheets are read again (`preload`) only for rules that are not among these.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


#: Icon buttons that lack a name for screen readers or a tooltip for the mouse.
NAMELESS = """(part) => [...document.querySelectorAll(`${part} :is(button, summary, [role=button])`)]
    .filter((e) => e.checkVisibility() && !e.textContent.trim())
    .filter((e) => !e.title.trim() || (e.matches('button') && !e.getAttribute('aria-label')))
    .map((e) => e.outerHTML)"""


#: Resolves when the page has been drawn in new colours: charts are drawn in the next frame, and colours may pass over.
RECOLOURED = """async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const passing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(passing.map((transition) => transition.finished));
}"""


def violations(page, *, within="body"):
    """Violations of WCAG 2.2 AA and nameless icons in a part of the page: rule, elements, and what would help."""
    found = _found(page, within, OPTIONS)
    nameless = page.page.evaluate(NAMELESS, within)
    return [("icon without a name", nameless, "title and aria-label")] * bool(nameless) + found


def violations_light_and_dark(page, *, within="body"):
    """As `violations` of a page in light colours, and in dark ones, in which only contrasts can be others."""
    light = violations(page, within=within)
    page.page.emulate_media(color_scheme="dark")
    page.page.evaluate(RECOLOURED)
    dark = _found(page, within, {**OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast"]}})
    page.page.emulate_media(color_scheme="light")
    page.page.evaluate(RECOLOURED)
    return light + dark


def _found(page, within, options):
    page.page.wait_for_selector(within)
    if not page.page.evaluate("'axe' in window"):
        page.page.evaluate(AXE.axe_script)
    found = page.page.evaluate(
        "([within, options]) => axe.run({ include: [[within]] }, options)", [within, options]
    )
    return [
        (rule["id"], [node["target"] for node in rule["nodes"]], rule["nodes"][0]["failureSummary"])
        for rule in found["violations"]
    ]
