"""A data set that is not there: the page says so, offers to fetch it, and shows how that goes."""

import functools
import http.server
import threading

import pytest

from tests.lab_server import find_data_dir


def test_mnist_is_fetched_from_the_page_and_can_be_trained_on(make_lab, open_page, tmp_path):
    real = find_data_dir()
    if real is None:
        pytest.skip("no MNIST files on this machine to serve as a mirror (LOSSROOM_DATA_DIR)")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(real))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()
        lab = make_lab(LOSSROOM_MIRRORS=f"http://127.0.0.1:{mirror.server_port}")
        lab.data_dir = tmp_path / "empty"
        lab.restart()
        page = open_page(lab)
        assert page.page.input_value('[name="dataset.name"]') == "digits"

        page.choose("dataset.name", "mnist")
        assert "not here yet" in page.page.inner_text('[data-field="dataset"] option:checked')
        page.page.click("#launch")
        page.until(
            "document.querySelector('[data-field=\"dataset\"].wrong .error')?.textContent.includes('fetch it')"
        )
        page.page.click("#fetch")
        page.until(
            "document.querySelector('[name=\"dataset.name\"] option:checked').textContent.includes('60,000')"
        )

        page.fill(training__iterations=50)
        page.wait_for(page.press_launch(), "completed")
        mirror.shutdown()


def test_a_download_that_fails_says_why_and_can_be_tried_again(make_lab, open_page, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "a file, not a folder"
    lab.data_dir.write_text("")
    lab.restart()
    page = open_page(lab)

    page.choose("dataset.name", "mnist")
    page.page.click("#fetch")

    page.until("document.querySelector('.fetch-error')?.textContent.includes('could not be')")
    assert page.page.locator("#fetch").is_enabled()
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=50)
    page.wait_for(page.press_launch(), "completed")
