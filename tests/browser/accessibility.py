"""What axe-core finds in the page."""

from axe_playwright_python.sync_playwright import Axe

#: Style sheets are read again (`preload`) only for rules that are not among these.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


def violations(page, *, within="body"):
    """Violations of WCAG 2.2 AA in a part of the page: rule, elements, and what would help."""
    page.page.wait_for_selector(within)
    found = Axe().run(page.page, context={"include": [[within]]}, options=OPTIONS)
    return [
        (rule["id"], [node["target"] for node in rule["nodes"]], rule["nodes"][0]["failureSummary"])
        for rule in found.response["violations"]
    ]
