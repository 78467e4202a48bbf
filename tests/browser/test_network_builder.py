"""The network builder: presets, single layers, shapes while one types, and shape errors beside their layer."""

import pytest

LAYERS = "[...document.querySelectorAll('.form > fieldset .layers[data-path=\"network.layers\"] > .layer')]"
TYPES = f"{LAYERS}.map(row => row.dataset.type)"
SHAPES = f"{LAYERS}.map(row => row.querySelector('.layer-shape').textContent)"
CONVNET = ["conv2d", "activation", "max_pool2d", "dense", "activation", "dense"]


@pytest.fixture
def page(open_page, lab):
    page = open_page(lab)
    page.choose("dataset.name", "digits")
    return page


@pytest.fixture
def builder(page):
    """The simple ConvNet on the digits, open layer by layer."""
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    page.page.click("#edit-layers")
    page.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,100,100,10'")
    return page


def test_the_layers_to_edit_are_those_of_the_preset_that_was_chosen_a_moment_ago(page):
    page.until("!document.querySelector('#edit-layers').disabled")
    page.page.evaluate(
        """() => {
            const presets = document.querySelector('[name="network.preset"]');
            presets.value = "simple_convnet";
            presets.dispatchEvent(new Event("change", { bubbles: true }));
            document.querySelector("#edit-layers").click();
        }"""
    )
    page.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,100,100,10'")


def focused(page):
    return page.page.evaluate("document.activeElement.name")


PICTURE = "document.querySelector('.network-picture svg')"


def test_a_preset_that_accepts_the_images_is_shown_as_a_small_picture_that_fades_on_errors_and_is_launched(
    page, lab
):
    page.until(f"{PICTURE}.getAttribute('aria-label') === 'The network: 1×8×8 → 40 → 20 → 10'")
    assert page.page.evaluate(f"{PICTURE}.querySelectorAll('circle').length") == 8 + 8 + 8 + 10
    page.choose("network.preset", "simple_convnet")
    page.until(f"{PICTURE}.querySelectorAll('rect').length === 5")
    texts = (
        f"[...{PICTURE}.querySelectorAll('[data-type=conv2d] title, text')].map(e => e.textContent).join()"
    )
    assert "conv → 30×4×4, ReLU" in page.page.evaluate(texts)
    page.fill(network__kernel_size=99)
    page.until("!!document.querySelector('.network-picture.old')")
    page.fill(network__kernel_size=3)
    page.until("!document.querySelector('.network-picture.old')")
    page.page.click("[data-language=ja]")
    page.until(f"{PICTURE}.getAttribute('aria-label').startsWith('ネットワーク：1×8×8 → 30×6×6')")
    page.page.click("[data-language=en]")

    # the preset is launched with its settings
    page.fill(network__filters=6, network__units=12, training__iterations=20)
    page.until("document.querySelector('.layer-summary li .layer-shape').textContent === '6×6×6'")
    layers = lab.run(page.press_launch())["config"]["network"]["layers"]
    assert [layer["type"] for layer in layers] == CONVNET
    assert (layers[0]["filters"], layers[0]["kernel_size"], layers[3]["units"]) == (6, 3, 12)

    # only presets that accept the images are offered
    presets = page.page.locator('select[name="network.preset"]')
    offered = "list => [...list.options].map(option => option.value)"
    assert presets.evaluate(offered) == ["mlp", "simple_convnet", "keras_cifar"]
    page.choose("dataset.name", "spirals")
    assert presets.evaluate(offered) == ["mlp"]
    assert presets.input_value() == "mlp"


def test_layers_are_added_above_the_output_changed_and_launched_and_further_settings_stay_open(builder, lab):
    builder.page.locator('[data-field="network.layers.0"] button[aria-expanded]').first.click()
    builder.fill(network__layers__0__padding="same", training__iterations=20)
    builder.until(f"{SHAPES}[0] === '30×8×8'")
    builder.choose("network.layers.add", "dropout")
    assert builder.page.locator('[name="network.layers.0.padding"]').is_visible()
    assert focused(builder) == "network.layers.5.rate"
    builder.fill(network__layers__5__rate=0.25, network__layers__0__filters=4)
    builder.choose("network.layers.1.name", "tanh")
    builder.until(f"{SHAPES}.join() === '4×8×8,4×8×8,4×4×4,100,100,100,10'")

    layers = lab.run(builder.press_launch())["config"]["network"]["layers"]

    assert [layer["type"] for layer in layers] == [*CONVNET[:5], "dropout", "dense"]
    assert layers[5]["rate"] == 0.25
    assert layers[1]["name"] == "tanh"
    assert layers[0]["padding"] == "same"


def test_layers_are_moved_and_removed_by_keyboard_with_the_focus_and_dragged_to_another_place(builder):
    builder.page.focus('[name="network.layers.2.grip"]')
    builder.page.keyboard.press("ArrowUp")
    assert builder.page.evaluate(TYPES)[:3] == ["conv2d", "max_pool2d", "activation"]
    assert focused(builder) == "network.layers.1.grip"
    builder.page.keyboard.press("ArrowDown")
    assert builder.page.evaluate(TYPES) == CONVNET
    builder.page.keyboard.press("Delete")
    assert builder.page.evaluate(TYPES) == [*CONVNET[:2], *CONVNET[3:]]
    builder.until(f"{SHAPES}.join() === '30×4×4,30×4×4,100,100,10'")
    assert focused(builder) == "network.layers.2.grip"
    builder.page.keyboard.press("Control+z")
    builder.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,100,100,10'")

    def middle(place):
        box = builder.page.locator(f'[name="network.layers.{place}.grip"]').bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    builder.page.mouse.move(*middle(2))
    builder.page.mouse.down()
    x, y = middle(1)
    builder.page.mouse.move(x, y, steps=4)
    builder.page.mouse.move(x, y - 8, steps=4)
    builder.until("!!document.querySelector('.layer.drop-before')")
    builder.page.mouse.up()
    assert builder.page.evaluate(TYPES)[:3] == ["conv2d", "max_pool2d", "activation"]
    builder.until(f"{SHAPES}[1] === '30×2×2'")


SAID = "[...document.querySelectorAll('.field.wrong > .error')].map(e => `${e.id}: ${e.textContent}`).join()"


def test_an_error_of_shape_stays_with_its_layer_while_the_list_changes_and_so_do_the_shapes_below(builder):
    """It is visible in its place at every moment between two changes of the page."""
    builder.fill(network__layers__2__size=9)
    row = '[data-field="network.layers.2"]'
    builder.until(f"!!document.querySelector('{row}.wrong')")

    assert "does not fit" in builder.page.inner_text(f"{row} > .error")
    assert builder.page.evaluate(SHAPES) == ["30×4×4", "30×4×4", "–", "–", "–", "–"]
    builder.page.evaluate(
        f"""() => {{
            window.said = new Set();
            const watch = new MutationObserver(() => said.add({SAID}));
            watch.observe(document.getElementById("form"), {{ childList: true, subtree: true, characterData: true }});
        }}"""
    )
    words = "A window of 9 does not fit on 4 × 4 pixels."

    builder.choose("network.layers.add", "dropout")
    builder.until(f"{SHAPES}.length === 7 && {SHAPES}[1] === '30×4×4'")
    builder.page.focus('[name="network.layers.1.grip"]')
    builder.page.keyboard.press("Delete")
    builder.until(f"{SAID}.startsWith('error-network.layers.1:')")
    builder.page.focus('[name="network.layers.1.grip"]')
    builder.page.keyboard.press("ArrowDown")
    builder.until(f"{SAID}.startsWith('error-network.layers.2:')")

    # below the dense layer its input shape is wrong for another reason, which the server then gives
    builder.until(f"{SAID}.includes('takes images')")
    assert set(builder.page.evaluate("[...said]")) == {
        f"error-network.layers.2: {words}",
        f"error-network.layers.1: {words}",
        "error-network.layers.2: This layer takes images (channels × height × width), but its input is 100.",
    }
    builder.page.keyboard.press("Delete")
    builder.until("!document.querySelector('.field.wrong')")


def test_the_last_layer_follows_the_classes_of_another_data_set(builder):
    builder.fill(network__layers__5__units=7)
    builder.until("!!document.querySelector('[data-field=\"network.layers.5\"].wrong')")
    assert "10 values" in builder.page.inner_text('[data-field="network.layers.5"] > .error')
    builder.fill(network__layers__5__units=10)
    for _ in range(5):
        builder.page.focus('[name="network.layers.0.grip"]')
        builder.page.keyboard.press("Delete")
    builder.choose("dataset.name", "spirals")
    builder.until(f"{SHAPES}.join() === '3'")


def in_block(page, place):
    """Types of the layers in the residual block at a place."""
    return page.page.evaluate(
        f"""[...document.querySelectorAll('.layers[data-path="network.layers.{place}.layers"] > .layer')]
            .map(row => row.dataset.type)"""
    )


def test_a_residual_block_holds_layers_of_its_own_through_which_arrow_keys_take_another_layer(builder, lab):
    builder.choose("network.layers.add", "residual")
    builder.fill(network__layers__5__layers__0__units=100, training__iterations=20)
    builder.choose("network.layers.5.layers.add", "batch_norm")
    builder.until("!document.querySelector('.field.wrong') && " + f"{SHAPES}.length === 7")
    assert in_block(builder, 5) == ["dense", "activation", "batch_norm"]
    builder.page.focus('[name="network.layers.5.layers.2.grip"]')
    builder.page.keyboard.press("Delete")
    press = builder.page.keyboard.press
    builder.page.focus('[name="network.layers.4.grip"]')

    press("ArrowDown")  # into the block, at its start
    assert in_block(builder, 4) == ["activation", "dense", "activation"]
    assert focused(builder) == "network.layers.4.layers.0.grip"
    assert builder.page.evaluate("document.activeElement.title").startswith("Move layer 5.1, activation")
    builder.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,100,100,10'")
    press("ArrowDown")
    press("ArrowDown")
    assert focused(builder) == "network.layers.4.layers.2.grip"
    press("ArrowDown")  # and out at its end
    assert in_block(builder, 4) == ["dense", "activation"]
    assert focused(builder) == "network.layers.5.grip"
    press("ArrowUp")
    assert focused(builder) == "network.layers.4.layers.2.grip"
    for _ in range(3):
        press("ArrowUp")
    assert focused(builder) == "network.layers.4.grip"
    assert builder.page.evaluate(TYPES) == [*CONVNET[:5], "residual", "dense"]

    builder.choose("network.layers.add", "residual")
    builder.fill(network__layers__6__layers__0__units=100)
    builder.page.focus('[name="network.layers.6.grip"]')
    press("ArrowUp")  # a block is not put into a block by a key
    assert focused(builder) == "network.layers.5.grip"
    builder.page.focus('[name="network.layers.4.grip"]')
    press("ArrowDown")

    layers = lab.run(builder.press_launch())["config"]["network"]["layers"]
    assert [layer["type"] for layer in layers] == [*CONVNET[:4], "residual", "residual", "dense"]
    assert [layer["type"] for layer in layers[4]["layers"]] == ["activation", "dense", "activation"]
    assert [layer["type"] for layer in layers[5]["layers"]] == ["dense", "activation"]


def test_a_layer_is_dragged_into_a_residual_block_and_out_again(builder, lab):
    def box(selector):
        return builder.page.locator(selector).bounding_box()

    def drag(place, selector):
        """Drag the layer at an index by its handle to the upper edge of an element."""
        grip, target = box(f'[name="network.layers.{place}.grip"]'), box(selector)
        builder.page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        builder.page.mouse.down()
        builder.page.mouse.move(target["x"] + 20, target["y"] + 2, steps=6)
        builder.until("document.querySelectorAll('.drop-before').length === 1")
        builder.page.mouse.up()

    builder.choose("network.layers.add", "residual")
    builder.fill(network__layers__5__layers__0__units=100, training__iterations=20)
    drag("4", '[data-path="network.layers.5.layers"] > .layer-add')
    assert in_block(builder, 4) == ["dense", "activation", "activation"]
    drag("4.layers.2", '[data-field="network.layers.4.layers.0"]')
    drag("2", '[data-field="network.layers.4.layers.1"]')  # a pooling layer, whose input shape is wrong there
    block = '[data-field="network.layers.3"]'
    builder.until(f"!!document.querySelector('{block} .field.wrong, {block}.wrong')")
    assert builder.page.evaluate(SHAPES)[:3] == ["30×4×4", "30×4×4", "100"]
    drag("3.layers.1", '[data-field="network.layers.2"]')
    builder.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,100,100,10'")
    assert builder.page.locator(".field.wrong").count() == 0
    drag("4", '[data-path="network.layers.4.layers"] > .layer-add')  # a block cannot be dropped into itself

    layers = lab.run(builder.press_launch())["config"]["network"]["layers"]
    assert [layer["type"] for layer in layers] == [*CONVNET[:4], "residual", "dense"]
    assert [layer["type"] for layer in layers[4]["layers"]] == ["activation", "dense", "activation"]


def test_a_layer_is_inserted_between_two_by_mouse_and_keyboard_and_each_says_what_it_does(builder):
    insert = builder.page.locator('[name="network.layers.2.insert"]')
    shown = "getComputedStyle(document.querySelector('[name=\"network.layers.2.insert\"]')).opacity"
    assert builder.page.evaluate(shown) == "0"
    builder.page.hover('[data-field="network.layers.2"] .layer-type')
    assert builder.page.evaluate(shown) == "1"
    assert "Keeps the largest value of each window" in builder.page.inner_text(".help-line")
    insert.select_option("batch_norm")
    assert builder.page.evaluate(TYPES) == [*CONVNET[:2], "batch_norm", *CONVNET[2:]]
    assert focused(builder) == "network.layers.2.grip"
    assert "mean 0 and variance 1" in builder.page.inner_text(".help-line")
    builder.page.keyboard.press("Shift+Tab")
    assert focused(builder) == "network.layers.2.insert"
    builder.page.keyboard.press("m")  # the list's own search
    assert builder.page.evaluate(TYPES)[:4] == ["conv2d", "activation", "max_pool2d", "batch_norm"]
    assert focused(builder) == "network.layers.2.size"
    insert.select_option("local_response_norm")
    builder.fill(network__layers__0__filters=1000)
    builder.until(f"{SHAPES}.includes('1000×4×4')")
    wide = f"{LAYERS}.filter(row => row.querySelector('.layer-line').scrollWidth > row.clientWidth).length"
    assert builder.page.evaluate(wide) == 0  # a long name gives way to the buttons beside it


def test_own_layers_stay_in_the_menu_beside_the_presets(builder):
    builder.fill(network__layers__3__units=77)
    builder.choose("network.preset", "mlp")
    builder.page.goto(builder.lab.url.rstrip("/") + builder.address())
    builder.page.reload()
    builder.until_ready()
    builder.page.evaluate(
        """async () => {
            for (const preset of ["layers", "mlp"]) {
                const presets = document.querySelector('select[name="network.preset"]');
                presets.value = preset;
                presets.dispatchEvent(new Event("change", { bubbles: true }));
            }
            await import("/static/js/form/layer-list.js");
            await new Promise((done) => setTimeout(done));
        }"""
    )
    # it was chosen before the list was loaded
    assert builder.page.input_value('select[name="network.preset"]') == "mlp"
    builder.choose("network.preset", "layers")
    builder.until(f"{SHAPES}.join() === '30×4×4,30×4×4,30×2×2,77,77,10'")
    builder.page.keyboard.press("Control+z")
    assert builder.page.input_value('select[name="network.preset"]') == "mlp"


def test_in_japanese_and_by_touch_layers_are_moved_and_wrong_shapes_are_explained(open_page, lab):
    page = open_page(lab, locale="ja-JP", viewport={"width": 390, "height": 844}, has_touch=True)
    page.choose("dataset.name", "digits")
    page.choose("network.preset", "simple_convnet")
    page.until("document.querySelectorAll('.layer-summary li').length === 6")
    page.page.click("#edit-layers")
    page.fill(network__layers__2__size=9)
    page.until("!!document.querySelector('[data-field=\"network.layers.2\"].wrong')")
    assert "4 × 4 画素に収まりません" in page.page.inner_text('[data-field="network.layers.2"] > .error')
    assert "畳み込み" in page.page.inner_text('[data-field="network.layers.0"]')
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390

    page.choose("network.layers.add", "residual")
    # drawn again: nothing moves now
    page.until("!!document.querySelector('[data-field=\"network.layers.2\"].wrong')")
    page.page.evaluate(
        "document.querySelector('[name=\"network.layers.4.grip\"]').scrollIntoView({ block: 'center' })"
    )
    grip, end = (
        page.page.locator(selector).bounding_box()
        for selector in (
            '[name="network.layers.4.grip"]',
            '[data-path="network.layers.5.layers"] > .layer-add',
        )
    )
    finger = page.page.context.new_cdp_session(page.page)

    def touch(kind, x, y):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", grip["x"] + 8, grip["y"] + 12)
    for share in (0.2, 0.6, 1):
        touch("touchMove", grip["x"] + 8, grip["y"] + 12 + share * (end["y"] + 2 - grip["y"] - 12))
    page.until("!!document.querySelector('.layer-add.drop-before')")
    touch("touchEnd", 0, 0)
    page.until("document.querySelectorAll('.layers .layers > .layer').length === 3")
    assert in_block(page, 4) == ["dense", "activation", "activation"]
    assert "残差ブロックの中にも外にも" in page.page.get_attribute('[name="network.layers.4.grip"]', "title")


def test_a_layer_can_be_left_out_of_the_penalties_or_of_learning_or_be_tried_both_ways(builder, lab):
    builder.page.locator('[data-field="network.layers.3"] > .layer-line button[aria-expanded]').click()
    builder.choose("network.layers.3.penalized", "false")
    builder.choose("network.layers.3.trainable", "both")
    builder.fill(training__iterations=20)
    before = {run["id"] for run in lab.http.get("/api/runs").json()["runs"]}
    builder.press_launch()
    launched = [
        lab.run(run["id"]) for run in lab.http.get("/api/runs").json()["runs"] if run["id"] not in before
    ]
    dense = [run["config"]["network"]["layers"][3] for run in launched]
    assert sorted(dense, key=len) == [
        {"type": "dense", "units": 100, "penalized": False},
        {"type": "dense", "units": 100, "penalized": False, "trainable": False},
    ]
