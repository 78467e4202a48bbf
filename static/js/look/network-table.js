/** A table of the layers of a network: output shape, number of parameters and cost of each layer. */

import { h } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { codeOpener } from "./code-view.js";

/** @import { ExperimentSummary, Layer, LayerSummary } from "../types.js" */

const POOLS = ["max_pool2d", "avg_pool2d"];

/**
 * @param {ExperimentSummary} summary
 * @returns {HTMLElement[]} the table, and below it the memory of a run, the optimizer, and a hint that names can be clicked
 */
export function networkTable({
  parameters,
  multiply_adds: multiplyAdds,
  memory_bytes: memory,
  first: firstExperiment,
}) {
  const layers = firstExperiment.config.network.layers;
  /** A cell with a number; empty for 0. @param {number} value */
  const numberCell = (value) => h("td", { className: "figure-cell" }, value ? number(value) : "");
  /** @param {number} i @param {LayerSummary} layer */
  const row = (i, layer) =>
    h(
      "tr",
      {},
      h("td", {}, String(i + 1)),
      h("th", { scope: "row" }, codeOpener(layerName(layers[i]), sourcesOf(layers[i]), shapesOf(layer))),
      h("td", {}, layer.output_shape.join("×")),
      numberCell(layer.parameters),
      numberCell(layer.multiply_adds),
    );
  /**
   * @param {string} text
   * @param {string} [title]
   */
  const headCell = (text, title) => h("th", { scope: "col", title }, text);
  const table = h(
    "table",
    { className: "network-table" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("td"),
        headCell(t("look.layer")),
        headCell(t("look.shape")),
        headCell(t("summary.parameters"), t("summary.parameters.help")),
        headCell(t("summary.multiply_adds"), t("summary.multiply_adds.help")),
      ),
    ),
    h("tbody", {}, ...firstExperiment.layers.map((layer, i) => row(i, layer))),
    h(
      "tfoot",
      {},
      h(
        "tr",
        {},
        h("td"),
        h("th", { scope: "row" }, t("look.total")),
        h("td"),
        numberCell(parameters),
        numberCell(multiplyAdds),
      ),
    ),
  );
  const { name: optimizer } = firstExperiment.config.optimizer;
  const megabytes = t("summary.megabytes", { n: number(memory / 1e6, { maximumSignificantDigits: 2 }) });
  return [
    h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": t("look.network") }, table),
    h("p", { className: "quiet" }, t("summary.memory_per_run", { size: megabytes })),
    h(
      "p",
      {},
      `${t("optimizer.name")}: `,
      codeOpener(t(`optimizer.${optimizer}`), [["optimizer", optimizer]]),
    ),
    h("p", { className: "quiet" }, t("look.code_hint")),
  ];
}

/**
 * The source code that a layer runs, as kinds and names for `codeOpener`.
 * @param {Layer} layer
 * @returns {[string, string][]}
 */
function sourcesOf({ type, name }) {
  return type === "activation"
    ? [
        ["activation", name],
        ["layer", type],
      ]
    : [["layer", type]];
}

/** Lines with the shapes of a layer's input, output and parameters, for a batch of N examples. @param {LayerSummary} layer */
function shapesOf({ input_shape: x, output_shape: y, shapes }) {
  /** @param {number[]} shape */
  const batch = (shape) => `(N, ${shape.join(", ")})`;
  const parameters = Object.entries(shapes).map(([name, shape]) => `${name} (${shape.join(", ")})`);
  return [`x ${batch(x)} → y ${batch(y)}`, ...(parameters.length ? [parameters.join(" · ")] : [])];
}

/**
 * The type of a layer, with the settings that cannot be seen from its output shape.
 * @param {Layer} layer
 */
function layerName(layer) {
  if (layer.type === "activation") return t(`activation.${layer.name}`);
  const name = t(`layer.${layer.type}`);
  if (layer.type === "conv2d") return `${name} ${layer.kernel_size}×${layer.kernel_size}`;
  if (POOLS.includes(layer.type)) return `${name} ${layer.size}×${layer.size}`;
  return layer.type === "dropout" ? `${name} ${layer.rate}` : name;
}
