"""Curves have names at their ends; pointing at a curve highlights its run in the list, and the other way round."""

from itertools import pairwise

from playwright.sync_api import expect

NAMES = """() => [...document.querySelectorAll('[data-chart="accuracy"] .end-name')]
    .filter((name) => !name.hidden)
    .map((name) => [name.textContent, name.getBoundingClientRect().top])
    .sort((one, other) => one[1] - other[1])"""
#: Where the line to each name begins and ends, in pixels of the window, in the order of the names.
LEADS = """() => {
    const leads = document.querySelector('#chart-accuracy ~ .end-names .leads');
    const { top } = leads.getBoundingClientRect();
    const height = (line, along) => top + line.getPointAtLength(along).y;
    return [...leads.children].map((line) => [height(line, 0), height(line, line.getTotalLength())])
        .sort((one, other) => one[1] - other[1]);
}"""
#: Where the curve of that name ends, in pixels of the window.
END = """(name) => {
    const plot = document.getElementById('chart-accuracy');
    const { y } = plot.data.find((trace) => trace.meta.series === 'test_accuracy' && trace.name.startsWith(name));
    const { yaxis, _size } = plot._fullLayout;
    return plot.getBoundingClientRect().top + _size.t + yaxis.d2p(y.at(-1));
}"""
#: Ids of the runs whose curves stand out in a chart.
FRONT = """(chart) => [...new Set([...document.querySelectorAll(`[data-chart="${chart}"] .trace.front`)]
    .map((group) => group.__data__[0].trace.meta.run))]"""
#: Where a run's curve is in the loss chart, at the middle of its points, in pixels of the window.
MIDDLE = """(id) => {
    const plot = document.getElementById('chart-loss');
    const { x, y } = plot.data.findLast((trace) => trace.meta.run === id);
    const middle = Math.floor(x.length / 2);
    const { xaxis, yaxis, _size } = plot._fullLayout;
    const corner = plot.getBoundingClientRect();
    return [corner.left + _size.l + xaxis.d2p(x[middle]), corner.top + _size.t + yaxis.d2p(y[middle])];
}"""


def test_every_curve_has_its_name_at_its_end_and_no_names_overlap(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    page.page.click("#show-all")
    page.until(f"({NAMES})().length === 6")
    names = page.page.evaluate(NAMES)
    assert sorted(name for name, _ in names) == sorted(f"{o} {s}" for o in ("sgd", "adam") for s in (1, 2, 3))
    tops = [top for _, top in names]
    assert all(below - above > 12 for above, below in pairwise(tops))
    latest = {
        run["name"]: run["latest"]["test_accuracy"] for run in map(lab_with_runs.run, lab_with_runs.ids)
    }
    ends = [latest[name] for name, _ in names]
    assert ends == sorted(ends, reverse=True)  # in the order of the curves

    # a line leads from the end of each curve to the middle of its name
    page.until(f"({LEADS})().length === 6")
    for (begin, end), (name, top) in zip(page.page.evaluate(LEADS), names, strict=True):
        assert abs(begin - page.page.evaluate(END, name)) < 1.5, name
        assert abs(end - (top + 7)) <= 1, name

    # where there is room for some names only, it says for how many there is none
    large = "Object.assign(document.querySelector('#chart-accuracy ~ .end-names').style, { font: '40px/60px serif' })"
    page.page.evaluate(large)
    page.page.set_viewport_size({"width": 1280, "height": 790})  # so that they are placed again
    page.until(f"({NAMES})().length < 6")
    shown = len(page.page.evaluate(NAMES))
    more = page.page.locator("#chart-accuracy ~ .end-names .more-names")
    expect(more).to_have_text(f"+{6 - shown} more")
    assert len(more.get_attribute("title").splitlines()) == 6 - shown

    # where they would need more than two columns, only the topmost shows the words with which all begin
    for run_id in lab_with_runs.ids[3:]:
        page.page.click(f'[data-run="{run_id}"] .swatch')
    page.page.evaluate(large.replace("40px/60px", "10px/80px"))
    page.page.click(f'[data-run="{lab_with_runs.ids[3]}"] .swatch')  # so that they are made again
    page.page.click(f'[data-run="{lab_with_runs.ids[3]}"] .swatch')
    page.until(f"({NAMES})().map(([name]) => name.replace(/[123]$/, '')).sort().join() === ',,sgd '")


def test_a_curve_and_its_entry_in_the_list_point_at_each_other_and_a_click_selects(open_page, lab_with_runs):
    page = open_page(lab_with_runs)
    page.page.click("#show-all")
    page.until(f"({NAMES})().length === 6")
    first, other = lab_with_runs.ids[0], lab_with_runs.ids[4]
    page.page.hover(f'[data-run="{first}"]')
    for chart in ("loss", "accuracy"):
        page.until(f"({FRONT})('{chart}').join() === '{first}'")
    page.page.focus(f'[data-run="{other}"] .run-name')  # by keyboard
    page.until(f"({FRONT})('loss').join() === '{other}'")

    page.page.mouse.move(*page.page.evaluate(MIDDLE, first))
    expect(page.page.locator(".run.pointed")).to_have_count(1)
    pointed = page.page.locator(".run.pointed").get_attribute("data-run")
    assert page.page.evaluate(FRONT, "accuracy") == [pointed]
    page.page.mouse.down()
    page.page.mouse.up()
    expect(page.page.locator(f'[data-run="{pointed}"].selected')).to_have_count(1)
    page.page.hover(f'[data-chart="loss"] .end-name[title="{lab_with_runs.run(other)["name"]}"]')
    page.until(f"({FRONT})('loss').join() === '{other}'")
    page.page.mouse.move(5, 5)
    expect(page.page.locator(".run.pointed")).to_have_count(0)
    assert page.page.evaluate(FRONT, "loss") == [pointed]  # what is selected stands out
    expect(page.page.locator(".moment-bar")).to_be_visible()  # the click has pinned a moment
    page.page.keyboard.press("Escape")
    expect(page.page.locator(".moment-bar")).to_be_hidden()
    page.page.keyboard.press("Escape")
    page.until("!document.querySelector('.plot.emphasis')")


def test_a_launch_on_another_data_set_starts_a_fresh_view_and_a_click_brings_the_others_back(open_page, lab):
    page = open_page(lab, locale="ja-JP")
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=20)
    first = page.press_launch()
    page.wait_for(first, "completed")
    page.choose("dataset.name", "moons")
    second = page.press_launch()
    page.wait_for(second, "completed")
    shown = "[...document.querySelectorAll('.run:not(.off)')].map((entry) => entry.dataset.run).sort().join()"
    page.until(f"{shown} === '{second}'")
    page.page.click(".toast button")
    page.until(f"{shown} === '{','.join(sorted((first, second)))}'")
    page.until(f"({NAMES})().length === 2")
    # and now that they differ in it, the names say the data set
    names = {name for name, _ in page.page.evaluate(NAMES)}
    assert any("三日月" in name for name in names), names
    assert any("数字" in name for name in names), names
