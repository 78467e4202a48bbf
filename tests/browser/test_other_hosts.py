"""What every browser test relies on: whatever a page asks of another host, the test hears of it."""

ASK = """() => {
    fetch('http://lab.example/fetched').catch(() => {});
    new Image().src = 'http://10.1.2.3/drawn.png';
    new WebSocket('ws://lab.example/talked-to');
    const script = document.createElement('script');
    script.src = 'https://lab.example:8443/run.js';
    document.head.append(script);
}"""
ASKED = ("lab.example/fetched", "10.1.2.3/drawn.png", "lab.example/talked-to", "lab.example:8443/run.js")


def ask_other_hosts(page):
    """Wait until all is noticed, as the page's error or as a request; then forget it, and return the requests."""
    page.page.evaluate(ASK)
    while not all(any(address in text for text in page.errors + page.foreign_requests) for address in ASKED):
        page.page.wait_for_event("console")
    requests = set(page.foreign_requests)
    page.errors.clear()
    page.foreign_requests.clear()
    return requests


def test_requests_to_other_hosts_are_noticed_whether_or_not_the_page_may_make_them(open_page, lab):
    page = open_page(lab, reused=False)
    assert ask_other_hosts(page) == set()  # the page's own policy forbids all but the socket
    page.page.goto("about:blank")  # by the browser: left by itself, the page would hand on its policy
    assert ask_other_hosts(page) == {
        "http://lab.example/fetched",
        "http://10.1.2.3/drawn.png",
        "https://lab.example:8443/run.js",
    }
