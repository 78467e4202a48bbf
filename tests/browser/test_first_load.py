"""The page's first load: all files are requested at once, and sent compressed."""

#: Without Plotly's script, the first question of what the form's experiment would be, and what is loaded when the page
#: is live.
LOADED = """performance.getEntriesByType("resource")
    .filter(entry => !["/vendor/", "/summary", "/polling.js"].some(part => entry.name.includes(part)))
    .map(entry => [new URL(entry.name).pathname, entry.encodedBodySize, entry.decodedBodySize])"""


def test_every_module_that_the_page_loads_at_start_is_preloaded(open_page, lab):
    page = open_page(lab)
    preloaded = page.page.evaluate(
        "[...document.querySelectorAll('link[rel=modulepreload]')].map(link => new URL(link.href).pathname)"
    )
    loaded = {path for path, *_ in page.page.evaluate(LOADED) if path.endswith(".js")}
    scripts = page.page.evaluate(
        "[...document.querySelectorAll('script[src*=static]')].map(s => new URL(s.src).pathname)"
    )
    assert [src.split("/js/")[1] for src in scripts] == ["kept.js", "lab.js"]
    assert loaded - set(scripts) == set(preloaded)
    assert len(preloaded) == len(set(preloaded)) > 30


def test_opening_the_page_again_requests_none_of_its_files(open_page, lab):
    page = open_page(lab)
    page.page.goto(lab.url)
    page.until("!!document.querySelector('#charts .main-svg')")
    transferred = page.page.evaluate(
        """performance.getEntriesByType("resource")
            .filter(entry => ["/static/", "/vendor/"].some(part => entry.name.includes(part)))
            .map(entry => [entry.name, entry.transferSize])"""
    )
    assert len(transferred) > 30
    assert [name for name, size in transferred if size] == []


def test_what_the_page_loads_at_its_start_is_compressed_and_no_more_than_175_kilobytes(open_page, lab):
    page = open_page(lab, reused=False)
    sizes = {path: (encoded, decoded) for path, encoded, decoded in page.page.evaluate(LOADED)}
    assert {"/api/options", "/i18n/en.json", "/api/lessons"} <= sizes.keys()
    plain = [path for path, (encoded, decoded) in sizes.items() if decoded > 1500 and encoded >= decoded]
    assert plain == []
    assert sum(encoded for encoded, _ in sizes.values()) <= 175_000


def test_the_page_works_before_plotly_arrives_and_then_draws_all_rows(open_page, lab):
    page = open_page(lab, reused=False)
    held, holding = [], True
    page.page.route("**/vendor/**", lambda route: held.append(route) if holding else route.continue_())
    page.page.goto(lab.url, wait_until="domcontentloaded")  # "load" waits for the script
    page.until("document.documentElement.dataset.ready === 'true'")

    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    run_id = page.press_launch()
    page.wait_for(run_id, "completed")
    assert page.page.locator("#charts .main-svg").count() == 0

    holding = False
    for route in held:
        route.continue_()
    page.wait_for_points(run_id, 20)
