"""A missing data set: the page says so, offers to download it, and shows the progress."""


def test_mnist_is_fetched_from_the_page_and_can_be_trained_on(unfetched_lab, open_page):
    page = open_page(unfetched_lab)
    assert page.page.input_value('[name="dataset.name"]') == "digits"

    page.choose("dataset.name", "mnist")
    assert "not downloaded yet" in page.page.inner_text('[data-field="dataset"] option:checked')
    page.page.click("#launch")
    page.until(
        "document.querySelector('[data-field=\"dataset\"].wrong .error')?.textContent.includes('download it')"
    )
    page.page.click("#fetch")
    page.until(
        "document.querySelector('[name=\"dataset.name\"] option:checked').textContent.includes('60,000')"
    )

    page.fill(training__iterations=50)
    page.wait_for(page.press_launch(), "completed")


def test_a_failed_download_shows_the_reason_and_can_be_tried_again(make_lab, open_page, tmp_path):
    lab = make_lab()
    lab.data_dir = tmp_path / "a file, not a folder"
    lab.data_dir.write_text("")
    lab.restart()
    page = open_page(lab)

    page.choose("dataset.name", "mnist")
    page.page.click("#fetch")

    page.until("document.querySelector('.fetch-error')?.textContent.includes('Could not download')")
    assert page.page.locator("#fetch").is_enabled()
    page.choose("dataset.name", "digits")
    page.fill(training__iterations=50)
    page.wait_for(page.press_launch(), "completed")


def test_data_sets_have_names_in_the_readers_language(open_page, lab):
    page = open_page(lab, locale="ja-JP")
    names = page.page.locator('[name="dataset.name"] option').all_inner_texts()
    assert any(name.startswith("らせん（2 次元）") for name in names)
    page.choose("dataset.name", "spirals")
    page.page.click("#look-data")
    page.until("document.querySelector('.dialog h2').textContent === 'らせん（2 次元）'")
    page.page.keyboard.press("Escape")
    page.page.click('[data-language="en"]')
    page.until(
        "document.querySelector('[name=\"dataset.name\"] option:checked').textContent.startsWith('Spirals')"
    )
