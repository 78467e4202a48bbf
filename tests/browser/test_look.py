"""Looking at a data set and at a network: the page draws what the files and the server's summary contain."""

import io

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import load_dataset
from engine.datasets import sample
from engine.datasets.cifar import TEN
from engine.source import source_of
from tests.browser.accessibility import violations
from tests.support.folders import find_data_dir
from tests.support.own_data import kept

SHOWN = "document.querySelector('dialog .data-view')?.dataset.shown"
CELLS = (
    "[...document.querySelectorAll('dialog .image-grid li')].filter(li => li.style.visibility !== 'hidden')"
)
NAMES = f"{CELLS}.map(li => li.querySelector('span').textContent)"
FOCUSED = "document.activeElement.id || document.activeElement.dataset.step || document.activeElement.value"


def painted(page):
    """The pixels (N, H, W, 4) on the canvases of the images that can be seen."""
    drawn = page.page.evaluate(
        f"""{CELLS}.map(li => {{
            const canvas = li.querySelector('canvas');
            const {{ width, height }} = canvas;
            return [height, width, ...canvas.getContext('2d').getImageData(0, 0, width, height).data];
        }})"""
    )
    return np.stack([np.uint8(values[2:]).reshape(*values[:2], 4) for values in drawn])


def planes(images):
    """Images as the data set has them, (N, C, H, W), as a canvas has them."""
    colours = np.moveaxis(np.broadcast_to(images, (len(images), 3, *images.shape[2:])), 1, -1)
    return np.concatenate([colours, np.full((*colours.shape[:3], 1), 255, np.uint8)], axis=-1)


@pytest.fixture
def cifar():
    folder = find_data_dir()
    if folder is None or not (folder / TEN.folder).is_dir():
        pytest.skip("no CIFAR-10 files on this machine (LOSSROOM_DATA_DIR)")
    return load_dataset("cifar10", data_dir=folder)


def test_a_data_set_is_paged_by_mouse_to_its_last_image(open_page, lab):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.page.click("#look-data")
    page.until(f"{SHOWN} === 'test 0'")
    digits = load_dataset("digits")
    seen = sample(digits)
    np.testing.assert_array_equal(painted(page), planes(seen.values))
    assert page.page.evaluate(NAMES) == [str(label) for label in seen.labels]
    assert page.page.is_disabled('[data-step="previous"]')
    # crisp: no pixel is smeared over its neighbours, and each is as large as the others
    canvas = page.page.locator("dialog canvas").first
    assert canvas.evaluate("c => getComputedStyle(c).imageRendering") == "pixelated"
    assert canvas.evaluate("c => c.getBoundingClientRect().width % c.width") == 0

    height = page.page.locator("dialog").bounding_box()["height"]
    for first in range(50, 360, 50):
        page.page.click('[data-step="next"]')
        page.until(f"{SHOWN} === 'test {first}'")
    last = sample(digits, first=350)
    assert len(last.labels) == 10
    np.testing.assert_array_equal(painted(page), planes(last.values))
    assert page.page.inner_text("dialog .look-position") == "351–360 of 360"
    assert page.page.is_disabled('[data-step="next"]')
    assert page.page.evaluate(FOCUSED) == "previous"  # the focus is not lost when its button is disabled
    assert page.page.locator("dialog").bounding_box()["height"] == height

    page.page.click("dialog .segments label:has-text('training')")
    page.until(f"{SHOWN} === 'train 0'")
    np.testing.assert_array_equal(painted(page), planes(sample(digits, part="train").values))
    page.page.click("dialog .card-head .icon-button")
    expect(page.page.locator("dialog")).to_have_count(0)


def test_everything_works_by_keyboard_and_the_focus_returns(open_page, lab):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    keyboard = page.page.keyboard
    page.page.focus('[name="dataset.name"]')
    keyboard.press("Tab")  # several data sets
    keyboard.press("Tab")
    assert page.page.evaluate(FOCUSED) == "look-data"
    keyboard.press("Enter")
    page.until(f"{SHOWN} === 'test 0'")
    assert violations(page, within="dialog") == []

    keyboard.press("Tab")
    assert page.page.evaluate(FOCUSED) == "test"
    keyboard.press("ArrowRight")
    page.until(f"{SHOWN} === 'train 0'")
    keyboard.press("Tab")
    keyboard.press("Enter")
    page.until(f"{SHOWN} === 'train 50'")
    keyboard.press("Escape")
    page.until("!document.querySelector('dialog')")
    assert page.page.evaluate(FOCUSED) == "look-data"

    page.until("!document.querySelector('#look-network').disabled")
    page.page.focus("#look-network")
    keyboard.press("Enter")
    assert violations(page, within="dialog") == []
    keyboard.press("Escape")
    page.until("!document.querySelector('dialog')")
    assert page.page.evaluate(FOCUSED) == "look-network"


def test_points_are_drawn_at_their_coordinates_in_the_colours_of_their_classes(open_page, lab):
    page = open_page(lab, color_scheme="dark")
    page.choose("dataset.name", "blobs")
    page.page.click("#look-data")
    page.until(f"{SHOWN} === 'test 0'")
    blobs = load_dataset("blobs")
    edge, size = page.page.evaluate(
        "(c => [Number(c.dataset.edge), c.width])(document.querySelector('.point-plot > canvas'))"
    )
    margin = 48
    at = (blobs.test_images / edge + 1) / 2 * (size - 2 * margin) + margin
    places = np.floor(np.stack([at[:, 0], size - at[:, 1]], axis=1)).astype(int)
    drawn = page.page.evaluate(
        """(places) => {
            const canvas = document.querySelector('.point-plot > canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return places.map(([x, y]) => [0, 1, 2, 3].map(i => data[4 * (y * canvas.width + x) + i]));
        }""",
        places.tolist(),
    )
    swatches = page.page.evaluate(
        "[...document.querySelectorAll('.point-legend canvas')].map(c => "
        "[...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data])"
    )
    assert len({tuple(colour) for colour in swatches}) == 4
    far = np.abs(np.array(drawn) - np.array(swatches)[blobs.test_labels])
    right = (far <= 3).all(axis=-1)  # a neighbour's smooth edge, drawn over, rounds
    assert far[-1].max() == 0  # nothing is drawn over the last one
    assert right.mean() > 0.97  # clouds touch at their edges only
    counts = np.bincount(blobs.test_labels)
    legend = page.page.locator(".point-legend li").all_inner_texts()
    assert legend == [f"{name} {count}" for name, count in zip("ABCD", counts, strict=True)]
    assert violations(page, within="dialog") == []


def test_a_table_of_two_columns_is_paged_by_a_thousand_points(open_page, make_lab):
    arrays = {"class_names": np.array(["a", "b"]), "columns": np.array(["x", "y"])}
    for part, size in (("train", 2500), ("test", 1200)):
        arrays[f"x_{part}"] = np.random.default_rng(size).normal(size=(size, 2)).astype(np.float32)
        arrays[f"y_{part}"] = np.arange(size) % 2
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    lab = make_lab()
    data_set = kept(lab, file.getvalue(), "Plane")
    page = open_page(lab)
    page.choose("dataset.name", data_set["name"])
    page.page.click("#look-data")
    position = page.page.locator("dialog .look-position")
    expect(position).to_have_text("1–1,000 of 1,200")
    page.page.click('[data-step="next"]')
    expect(position).to_have_text("1,001–1,200 of 1,200")
    page.until("document.activeElement.dataset.step === 'previous'")  # the other one is disabled


def test_the_table_of_a_network_is_the_servers_summary_and_a_layers_name_opens_its_real_code_there(
    open_page, lab
):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    page.page.click("#look-network")
    experiment = {"dataset": {"name": "digits"}, "network": {"preset": "simple_convnet"}}
    summary = lab.post("/api/summary", **experiment).json()
    rows = [
        row.split("\t") for row in page.page.inner_text(".network-table tbody").split("\n") if "\t" in row
    ]
    assert [row[2:] for row in rows] == [
        [
            "×".join(map(str, layer["output_shape"])),
            *(f"{layer[name]:,}" if layer[name] else "" for name in ("parameters", "multiply_adds")),
        ]
        for layer in summary["layers"]
    ]
    assert rows[0][1] == "conv 5×5"
    total = page.page.inner_text(".network-table tfoot").split()
    assert total == ["Total", f"{summary['parameters']:,}", f"{summary['multiply_adds']:,}"]
    assert "MB" in page.page.inner_text("dialog")

    opener = page.page.get_by_role("button", name="conv 5×5")
    opener.click()
    code = page.page.locator(".network-table .code")
    expect(code.locator("code")).to_have_text(source_of("layer", "conv2d").code)
    expect(code.locator(".formula")).to_contain_text("W (F, C, K, K)")
    expect(code).to_contain_text("x (N, 1, 8, 8) → y (N, 30, 4, 4)")
    expect(code).to_contain_text("W (30, 1, 5, 5) · b (30)")
    assert code.locator(".code-keyword").first.inner_text() == "def"
    assert violations(page, within="dialog") == []
    opener.press("Enter")
    expect(code).to_have_count(0)
    page.page.get_by_role("button", name="ReLU").first.click()
    expect(code.locator("code").first).to_have_text(source_of("activation", "relu").code)
    expect(code.locator("code").last).to_have_text(source_of("layer", "activation").code)
    page.page.locator("dialog").get_by_role("button", name="SGD").click()
    expect(page.page.locator("p + .code code")).to_have_text(source_of("optimizer", "sgd").code)
    page.page.keyboard.press("Escape")

    # while the network is wrong there is no table

    page.fill(network__filters="-1")
    page.until("document.querySelector('#look-network').disabled")
    page.fill(network__filters="4")
    page.until("!document.querySelector('#look-network').disabled")


def look_at_6b(page):
    """Predict in lesson 6b, and open what there is to look at."""
    page.open_lesson("6b-look-at-the-data")
    for group in page.page.locator("#lesson .options").all():
        group.locator("input").first.check()
    page.page.click("#lesson-launch")
    page.page.click('#lesson [data-focus="look"]')


def test_lesson_6b_shows_photographs_and_the_network_and_launches_nothing(open_page, lab, cifar):
    page = open_page(lab, locale="ja-JP", viewport={"width": 390, "height": 844}, color_scheme="dark")
    look_at_6b(page)
    page.until(f"{SHOWN} === 'test 0'")

    seen = sample(cifar)
    np.testing.assert_array_equal(painted(page), planes(seen.values))
    words = ["飛行機", "自動車", "鳥", "猫", "鹿", "犬", "カエル", "馬", "船", "トラック"]
    assert page.page.evaluate(NAMES) == [words[label] for label in seen.labels]
    table = page.page.inner_text(".network-table")
    assert "畳み込み 3×3" in table
    assert "3,702,186" in table
    assert "12,870,656" in table
    assert violations(page, within="dialog") == []
    # nothing is wider than the telephone
    assert page.page.evaluate(
        "[...document.querySelectorAll('dialog, dialog .scroll')].every(e => e.scrollWidth <= e.clientWidth)"
    )

    page.page.keyboard.press("Escape")
    page.until("!document.querySelector('dialog')")
    assert page.page.evaluate("document.activeElement.dataset.focus") == "look"
    assert page.run_ids() == []


def test_a_missing_data_set_is_downloaded_from_the_dialog(unfetched_lab, open_page):
    page = open_page(unfetched_lab)
    page.choose("dataset.name", "mnist")
    page.page.click("#look-data")
    assert "not on this server" in page.page.inner_text("dialog")
    # all that the focus is on until the images are there
    page.page.evaluate(
        """() => {
            window.places = new Set();
            const look = () => {
                places.add(document.activeElement.closest("dialog .data-view") ? "inside" : "lost");
                requestAnimationFrame(look);
            };
            document.querySelector("#look-fetch").focus();
            look();
        }"""
    )
    page.page.keyboard.press("Enter")
    page.until(f"{SHOWN} === 'test 0'")
    assert page.page.evaluate(NAMES)[:5] == ["7", "2", "1", "0", "4"]
    assert page.page.evaluate("[...places]") == ["inside"]
    assert page.page.evaluate(FOCUSED) == "test"


def test_without_cifar_lesson_6b_says_so_beside_the_network_and_why_it_cannot_be_fetched(
    make_lab, open_page, tmp_path
):
    lab = make_lab()
    lab.data_dir = tmp_path / "a file, not a folder"
    lab.data_dir.write_text("")
    lab.restart()
    page = open_page(lab)
    look_at_6b(page)

    page.until("document.querySelector('dialog .data-view')?.textContent.includes('not on this server')")
    assert "3,702,186" in page.page.inner_text(".network-table")
    page.page.focus("#look-fetch")
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('dialog .fetch-error')?.textContent.includes('Could not download')")
    assert page.page.is_enabled("#look-fetch")
    assert page.page.evaluate(FOCUSED) == "look-fetch"
