/** The head of a group in the run list: its name, how many runs it has and how good they are, and a button that shows them. */

import { h } from "../page/dom.js";
import { percent, t } from "../words/i18n.js";

/** @import { Run } from "../types.js" */

/** @typedef {{element: HTMLElement, update: (runs: Run[], shown: Set<string>) => void}} GroupHead */

/**
 * @param {string} label
 * @param {(ids: string[], shown: boolean) => void} show
 * @returns {GroupHead}
 */
export function makeGroupHead(label, show) {
  const toggle = h("button", { type: "button", className: "swatch", title: t("runs.toggle") });
  const name = h("span", { className: "group-name" }, label);
  const facts = h("span", { className: "group-facts" });
  const element = h("li", { className: "run-group" }, toggle, name, facts);
  /**
   * @param {Run[]} runs
   * @param {Set<string>} shown
   */
  const update = (runs, shown) => {
    const ids = runs.map((run) => run.id);
    const all = ids.every((id) => shown.has(id));
    toggle.setAttribute("aria-pressed", String(all));
    toggle.setAttribute("aria-label", t("runs.toggle_named", { name: label }));
    toggle.onclick = () => show(ids, !all);
    const text = groupFacts(runs);
    if (facts.textContent !== text) facts.textContent = text;
  };
  return { element, update };
}

/** How many, and how well on test images: mean ± standard deviation. @param {Run[]} runs */
function groupFacts(runs) {
  const scores = runs.flatMap(({ latest }) => latest.test_accuracy ?? []).filter(Number.isFinite);
  if (!scores.length) return String(runs.length);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (scores.length === 1) return `${runs.length} · ${percent(mean)}`;
  const deviation = Math.sqrt(
    scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1),
  );
  return `${runs.length} · ${percent(mean)} ± ${(100 * deviation).toFixed(1)}`;
}
