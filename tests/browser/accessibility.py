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


def violations(page, *, within="body"):
    """Violations of WCAG 2.2 AA and nameless icons in a part of the page: rule, elements, and what would help."""
    page.page.wait_for_selector(within)
    if not page.page.evaluate("'axe' in window"):
        page.page.evaluate(AXE.axe_script)
    found = page.page.evaluate(
        "([within, options]) => axe.run({ include: [[within]] }, options)", [within, OPTIONS]
    )
    nameless = page.page.evaluate(NAMELESS, within)
    return [("icon without a name", nameless, "title and aria-label")] * bool(nameless) + [
        (rule["id"], [node["target"] for node in rule["nodes"]], rule["nodes"][0]["failureSummary"])
        for rule in found["violations"]
    ]
