/** A multi-layer perceptron as a chain of sizes: inputs → units of each hidden layer → classes. */

import { h, iconButton } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { box, described, fieldNamed } from "./fields.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Dataset } from "../types.js"
 * @import { Value } from "./values.js"
 */

const MAX_LAYERS = 8;
/** Units of the first hidden layer, if a user adds one to a network without hidden layers. */
const FIRST_UNITS = 20;

/**
 * @param {FormContext} form
 * @param {Dataset[]} datasets the data sets, whose inputs and classes are the ends of the chain
 * @param {Value[]} hidden units of the hidden layers, changed in place
 */
export function chain({ options, change, redraw }, datasets, hidden) {
  /** @param {(dataset: Dataset) => number} sizeOf */
  const end = (sizeOf) => fixed([...new Set(datasets.map(sizeOf))].join(" / "));
  const field = fieldNamed(options.presets.mlp, "hidden");
  const element = h(
    "div",
    { className: "chain" },
    end(({ shape }) => shape.reduce((product, size) => product * size, 1)),
  );
  hidden.forEach((units, i) => {
    const input = box(`network.hidden.${i}`, "network.units", field, units, (value) => {
      hidden[i] = value ?? "";
      fit(input);
      change();
    });
    fit(input);
    const remove = iconButton("delete", t("network.remove"), () => {
      hidden.splice(i, 1);
      redraw("add-layer");
    });
    element.append(arrow(), h("span", { className: "chain-size" }, input, remove));
  });
  element.append(
    arrow(),
    end(({ classes }) => classes),
  );
  if (hidden.length < MAX_LAYERS) {
    const add = h(
      "button",
      {
        type: "button",
        className: "chain-size add",
        id: "add-layer",
        name: "add-layer",
        title: t("network.add"),
        "aria-label": t("network.add"),
      },
      "+",
    );
    add.addEventListener("click", () => {
      hidden.push(hidden.at(-1) ?? FIRST_UNITS);
      redraw(`network.hidden.${hidden.length - 1}`);
    });
    element.append(add);
  }
  return described(element, "network.hidden", { ...field, default: null });
}

/** @param {string} text */
function fixed(text) {
  return h("span", { className: "chain-size fixed" }, text);
}

function arrow() {
  return h("span", { className: "arrow", "aria-hidden": "true" }, "→");
}

/** Make a box as wide as its text. @param {HTMLInputElement} input */
function fit(input) {
  input.style.width = `${Math.max(2, input.value.length) + 1}ch`;
}
