/** The engine's code of a layer, an optimizer or an activation, which opens below its name. */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/** @import { SourceView } from "../types.js" */

/**
 * A button that opens code below its table row or its paragraph, and closes it again.
 * @param {string} name the text of the button
 * @param {[kind: string, name: string][]} sources the kind ("layer", "optimizer" or "activation") and the name of each code
 * @param {string[]} lines lines above the code: the shapes in this network
 */
export function codeOpener(name, sources, lines = []) {
  const button = h("button", { type: "button", className: "code-opener", "aria-expanded": "false" }, name);
  button.title = t("look.code", { name });
  /** @type {Element | null} */
  let opened = null;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) {
      opened.remove();
      opened = null;
      return;
    }
    const code = h(
      "div",
      { className: "code" },
      ...lines.map((line) => h("p", { className: "shapes" }, line)),
    );
    const row = button.closest("tr");
    opened = row ? h("tr", {}, h("td", { className: "code-cell", colSpan: row.cells.length }, code)) : code;
    (row ?? button.closest("p"))?.after(opened);
    try {
      code.append(
        ...(await Promise.all(sources.map(async (source) => codeView(name, await api.source(...source))))),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      code.append(h("p", { className: "fetch-error", role: "alert" }, explain(error)));
    }
  });
  return button;
}

/**
 * One piece of code, with its formula above and its file below.
 * @param {string} name what the code is of, for screen readers
 * @param {SourceView} source
 */
function codeView(name, { file, formula, code }) {
  const pieces = code.map(([kind, text]) => (kind ? h("span", { className: `code-${kind}` }, text) : text));
  const label = { tabIndex: 0, role: "region", "aria-label": t("look.code", { name }) };
  return h(
    "figure",
    {},
    formula ? h("pre", { className: "formula" }, formula) : null,
    h("pre", label, h("code", {}, ...pieces)),
    h("figcaption", { className: "quiet" }, t("look.code_file", { file })),
  );
}
