/** The dialog that compares selected runs: the settings that differ, the results, and a button that loads a run in the form. */

import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { color } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { percent, t } from "../words/i18n.js";
import { labelsOf, valueLabelOf } from "../words/labels.js";
import { textsOf } from "../words/part-texts.js";
import { hasValidationAccuracy } from "./last-accuracies.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run } from "../types.js"
 */

await Promise.all([loadStyle("tables"), textsOf("tools")]);

/**
 * @param {Run[]} runs whose fields `configs` has
 * @param {{configs: FlatConfigs, isDark: () => boolean, onClone: (run: Run) => void}} lab
 */
export function openDiff(runs, { configs, isDark, onClone }) {
  const ids = runs.map((run) => run.id);
  const difference = configs.difference(ids);
  const labels = labelsOf([...difference.keys()]);
  /** @param {Run} run */
  const head = (run) => {
    const cell = h("th", { scope: "col" }, h("span", { className: "swatch still" }), run.name);
    cell.style.setProperty("--run", color(run.hue, isDark()));
    return cell;
  };
  /**
   * @param {string} name
   * @param {(string | HTMLElement)[]} values
   * @param {{className?: string, title?: string}} look
   */
  const row = (name, values, /** @type {{className?: string, title?: string}} */ { className, title } = {}) =>
    h(
      "tr",
      { className },
      h("th", { scope: "row", title }, name),
      ...values.map((value) => h("td", {}, value)),
    );
  /** @param {Run} run */
  const clone = (run) => {
    const onclick = () => {
      dialog.close();
      onClone(run);
    };
    return h("button", { type: "button", className: "toggle", onclick }, t("runs.clone_change"));
  };
  const table = h(
    "table",
    { className: "diff" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("diff.field")), ...runs.map(head))),
    h(
      "tbody",
      {},
      ...[...difference].map(([name, values]) =>
        row(
          labels.get(name) ?? name,
          values.map((value) => valueLabelOf(name, value)),
          { title: name },
        ),
      ),
      ...["test", ...(runs.some(hasValidationAccuracy) ? ["validation"] : []), "train"].map((part) =>
        row(
          t(`table.${part}`),
          runs.map((run) => percent(run.latest[`${part}_accuracy`])),
          { className: "result" },
        ),
      ),
      row("", runs.map(clone), { className: "result" }),
    ),
  );
  const summary = difference.size
    ? t("diff.only", { fields: [...labels.values()].join(", ") })
    : t("diff.none");
  const dialog = openDialog({
    title: t("runs.compare"),
    className: "wide",
    body: [
      h("p", { className: "diff-summary" }, summary),
      h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": t("diff.title") }, table),
    ],
  });
}
