/**
 * The head of a group in the run list: the name of the group, which folds it; its best result; how many runs it has, with
 * their lowest and highest result; and a button that shows or hides its runs.
 */

import { h, setText } from "../page/dom.js";
import { ACTIVE } from "../state/run-status.js";
import { percent, t } from "../words/i18n.js";
import { hasValidationAccuracy } from "./last-accuracies.js";

/** @import { Run } from "../types.js" */
/** @import { RunGroup } from "./run-query.js" */

/** @typedef {{shown: Set<string>, folded: boolean, current: boolean}} HeadLook */
/** @typedef {{element: HTMLElement, name: HTMLElement, update: (group: RunGroup, look: HeadLook) => void}} GroupHead */

/**
 * @param {string} key
 * @param {{show: (ids: string[], shown: boolean) => void, fold: (key: string) => void, select: (ids: string[]) => void}} on
 * @returns {GroupHead}
 */
export function makeGroupHead(key, on) {
  /** @type {string[]} */
  let ids = [];
  const toggle = h("button", { type: "button", className: "swatch", title: t("runs.toggle") });
  const name = h("button", { type: "button", className: "group-name", title: t("runs.fold_help") });
  name.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) on.select(ids);
    else on.fold(key);
  });
  const best = h("span", { className: "score" });
  const facts = h("span", { className: "group-facts" });
  const element = h("li", { className: "run-group", "data-group": key }, toggle, name, best, facts);
  /**
   * @param {RunGroup} group
   * @param {HeadLook} look
   */
  const update = ({ label, runs }, { shown, folded, current }) => {
    ids = runs.map((run) => run.id);
    const all = ids.every((id) => shown.has(id));
    toggle.setAttribute("aria-pressed", String(all));
    toggle.setAttribute("aria-label", t("runs.toggle_named", { name: label }));
    toggle.onclick = () => on.show(ids, !all);
    for (const button of [toggle, name]) button.tabIndex = current ? 0 : -1;
    setText(name, label ?? "");
    name.setAttribute("aria-expanded", String(!folded));
    const { best: highest, by, text } = groupFacts(runs);
    setText(best, percent(highest));
    best.title = t(by === "validation" ? "runs.best_by_validation" : "runs.best");
    setText(facts, text);
  };
  return { element, name, update };
}

/**
 * The accuracy of the best run, and a text: how many runs there are (while some are active, how many of them have ended), and
 * their lowest and highest accuracy. These are test accuracies; where no run has one, validation accuracies. The best run is
 * chosen by validation accuracy if all measured runs have one, else by test accuracy. There is no mean: it would hide that the
 * runs of a lesson or a sweep differ in kind.
 * @param {Pick<Run, "status" | "latest">[]} runs
 * @returns {{best: number | null, by: "validation" | "test", text: string}}
 */
export function groupFacts(runs) {
  const ended = runs.filter(({ status }) => !ACTIVE.has(status)).length;
  const count = ended < runs.length ? t("runs.ended", { n: ended, all: runs.length }) : String(runs.length);
  const tested = runs.filter(({ latest }) => Number.isFinite(latest.test_accuracy));
  const part = tested.length ? "test" : "validation";
  const measured = tested.length ? tested : runs.filter(hasValidationAccuracy);
  const by = measured.length && measured.every(hasValidationAccuracy) ? "validation" : "test";
  const scores = measured.map(({ latest }) => Number(latest[`${part}_accuracy`]));
  if (!scores.length) return { best: null, by, text: count };
  const chosenBy = measured.map(({ latest }) => Number(latest[`${by}_accuracy`]));
  const best = scores[chosenBy.indexOf(Math.max(...chosenBy))];
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  if (lowest === highest) return { best, by, text: `${count} · ${percent(highest)}` };
  return { best, by, text: `${count} · ${percent(lowest)} – ${percent(highest)}` };
}
