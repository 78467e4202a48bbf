/** The numbers behind one pixel of a feature map: the window, the kernel, and the sum of their products. */

import { h, iconButton, setChildren, setChoices, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { valueLabelOf } from "../words/labels.js";
import { mapName } from "./map-names.js";
import { css, signedColor, threeDigits, twoDigits } from "./scales.js";
import { channelSums, largestProducts, rowsOf, strongest } from "./sums.js";

/** @import { View } from "./view.js" */

/** A window with more numbers than this is not shown as tables; its largest products are listed. */
const MAX_CELLS = 49;
/** How many products of such a window are listed. */
const PRODUCTS = 8;

export class MapSum {
  element = h("div", { className: "map-sum", hidden: true });
  /** What is shown, in words. */
  description = "";
  #title = h("b");
  #equation = h("span", { className: "map-equation" });
  #channel = h("select");
  #body = h("div", { className: "map-numbers" });

  /**
   * @param {() => void} close
   * @param {(channel: string) => void} choose a channel of the window
   */
  constructor(close, choose) {
    this.#channel.setAttribute("aria-label", t("views.maps.channels"));
    this.#channel.addEventListener("change", () => choose(this.#channel.value));
    const head = h(
      "div",
      { className: "map-sum-head" },
      this.#title,
      iconButton("delete", t("views.maps.close"), close),
    );
    this.element.append(head, this.#equation, this.#channel, this.#body);
  }

  /**
   * @param {View} view
   * @param {string} title of the pixel
   * @param {string} value of the pixel; of an image in colour, its three values
   * @param {{channel: string, dark: boolean, isThere: boolean, isInput: boolean}} shown the chosen channel, whether the view
   *   explains this pixel, and whether it is one of the input
   */
  draw(view, title, value, { channel, dark, isThere, isInput }) {
    this.element.hidden = false;
    setText(this.#title, title);
    const pixel = isThere ? view.facts.pixel : null;
    this.#channel.hidden = true;
    const layer = pixel ? view.facts.layers[pixel.layer - 1] : null;
    /** @type {HTMLElement[]} */
    let body = [];
    let description = value;
    if (pixel?.type === "activation") {
      const f = valueLabelOf("network.activation", layer.activation);
      description = `${f}(${threeDigits(pixel.input ?? NaN)}) = ${description}`;
    } else if (pixel && view.arrays.products) {
      const [sum, bias] = [pixel.sum ?? NaN, pixel.bias ?? NaN];
      description = `${description} = ${t("views.maps.sum", { sum: threeDigits(sum), sign: bias < 0 ? "−" : "+", bias: threeDigits(Math.abs(bias)) })}`;
      body = this.#products(view, channel, dark);
    } else if (pixel && view.arrays.window) {
      const rows = rowsOf(view.arrays.window, 0);
      description = t(pixel.type === "max_pool2d" ? "views.maps.max" : "views.maps.mean", {
        value: description,
      });
      body = [h("div", { className: "map-tables" }, table(t("views.maps.window"), rows, dark))];
    } else if (isThere)
      description = `${description}. ${t(isInput ? "views.maps.input_number" : "views.maps.no_window")}`;
    setText(this.#equation, description);
    setChildren(this.#body, body);
    this.description = `${title}: ${description}`;
  }

  hide() {
    this.element.hidden = true;
    this.description = "";
  }

  /**
   * @param {View} view
   * @param {string} chosen
   * @param {boolean} dark
   */
  #products(view, chosen, dark) {
    const { window, kernel, products } = view.arrays;
    const [, rows, columns] = window.shape;
    if (window.shape.length !== 3 || rows * columns > MAX_CELLS) return [largest(view)];
    const sums = channelSums(products);
    const wanted = Number(chosen);
    const channel = chosen && wanted < sums.length ? wanted : strongest(sums);
    this.#channel.hidden = sums.length < 2;
    setChoices(
      this.#channel,
      sums.map(
        /** @returns {[string, string]} */ (sum, i) => [
          String(i),
          t("views.maps.channel", { map: mapBelow(view, i), sum: threeDigits(sum) }),
        ],
      ),
      String(channel),
    );
    return [
      h(
        "div",
        { className: "map-tables" },
        table(t("views.maps.window"), rowsOf(window, channel), dark),
        table(`× ${t("views.maps.kernel")}`, rowsOf(kernel, channel), dark),
        table(`= ${t("views.maps.products")}`, rowsOf(products, channel), dark),
      ),
    ];
  }
}

/**
 * A table of numbers, each on its colour.
 * @param {string} caption
 * @param {number[][]} rows
 * @param {boolean} dark
 */
function table(caption, rows, dark) {
  const limit = Math.max(...rows.flat().map(Math.abs)) || 1;
  const cell = (/** @type {number} */ value) => {
    const color = signedColor((0.7 * value) / limit, dark);
    const [red, green, blue] = color;
    const element = h("td", {}, twoDigits(value));
    element.style.background = css(color);
    element.style.color = 0.3 * red + 0.59 * green + 0.11 * blue > 120 ? "#0b1018" : "#fff";
    return element;
  };
  return h(
    "table",
    {},
    h("caption", {}, caption),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell)))),
  );
}

/** The products of a large window that are farthest from 0. @param {View} view */
function largest(view) {
  const { window, kernel, products } = view.arrays;
  const { largest: terms, others, rest } = largestProducts({ window, kernel, products }, PRODUCTS);
  const head = ["views.maps.window", "views.maps.kernel", "views.maps.products"].map((key) =>
    h("th", { scope: "col" }, t(key)),
  );
  const rows = terms.map(({ index, window: x, kernel: w, product }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, placeText(view, index)),
      ...[x, w, product].map((value) => h("td", {}, threeDigits(value))),
    ),
  );
  const last = h(
    "tr",
    {},
    h("th", { scope: "row" }, t("views.maps.others", { n: number(others) })),
    h("td", {}),
    h("td", {}),
    h("td", {}, threeDigits(rest)),
  );
  return h(
    "table",
    { className: "map-list" },
    h("thead", {}, h("tr", {}, h("td", {}), ...head)),
    h("tbody", {}, ...rows, ...(others ? [last] : [])),
  );
}

/** The place of a number in its window, in words. @param {View} view @param {number} index */
function placeText(view, index) {
  const { shape } = view.arrays.window;
  if (shape.length === 1) return t("views.maps.input_n", { n: number(index + 1) });
  const [, rows, columns] = shape;
  const place = {
    row: Math.floor(index / columns) % rows,
    column: index % columns,
    map: Math.floor(index / (rows * columns)),
  };
  return t("views.maps.input_at", {
    map: mapBelow(view, place.map),
    row: place.row + 1,
    column: place.column + 1,
  });
}

/** The name of a map that a window lies in. @param {View} view @param {number} channel */
function mapBelow(view, channel) {
  return mapName(view, view.facts.pixel.layer - 1, channel);
}
