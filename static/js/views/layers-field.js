/** The network as a chain of sizes: inputs → units of each hidden layer → classes. */

import { h, iconButton } from "../dom.js";
import { t } from "../i18n.js";
import { block, box } from "./fields.js";

const MAX_LAYERS = 8;
/** Units of the first hidden layer that is added where there is none. */
const FIRST_UNITS = 20;

/**
 * @param {object} dataset gives the chain's ends
 * @param {number[]} hidden units, changed in place
 * @param {() => void} onChange a number was changed
 * @param {(focus: string) => void} onRedraw a layer was added or removed; what should have the focus then
 */
export function layersField(dataset, hidden, onChange, onRedraw) {
  const inputs = dataset.shape.reduce((product, size) => product * size, 1);
  const chain = h("div", { className: "chain" }, fixed(inputs));
  hidden.forEach((units, i) => {
    const input = box(`network.hidden.${i}`, "network.units", units, (value) => {
      hidden[i] = value ?? "";
      fit(input);
      onChange();
    });
    fit(input);
    const remove = iconButton("delete", t("network.remove"), () => {
      hidden.splice(i, 1);
      onRedraw("#add-layer");
    });
    chain.append(arrow(), h("span", { className: "chip" }, input, remove));
  });
  chain.append(arrow(), fixed(dataset.classes));
  if (hidden.length < MAX_LAYERS) {
    const add = h("button", { type: "button", className: "chip add", id: "add-layer", title: t("network.add"), "aria-label": t("network.add") }, "+");
    add.addEventListener("click", () => {
      hidden.push(hidden.at(-1) ?? FIRST_UNITS);
      onRedraw(`[name="network.hidden.${hidden.length - 1}"]`);
    });
    chain.append(add);
  }
  return block("network", "network.layers", chain);
}

function fixed(size) {
  return h("span", { className: "chip fixed" }, String(size));
}

function arrow() {
  return h("span", { className: "arrow", "aria-hidden": "true" }, "→");
}

/** As wide as what is typed. */
function fit(input) {
  input.style.width = `${Math.max(2, input.value.length) + 1}ch`;
}
