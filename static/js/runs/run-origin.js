/** What a run was forked from, for its card: "Fork of run 12 at iteration 500: Adam instead of SGD", with a link to that run. */

import { h } from "../page/dom.js";
import { urlState } from "../state/address.js";
import { writeMoment } from "../state/moment.js";
import { number, t } from "../words/i18n.js";
import { labelOf, originText, valueLabelOf } from "../words/labels.js";
import { changesBetween } from "./run-difference.js";

/**
 * @import { Fields, Origin, Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 */

/** The sentence names at most this many changes. */
const FEW = 3;
/** Fields whose values say what they are. */
const PLAIN = ["optimizer.name"];

/**
 * What a fork changed, in words; "" if that is not known, or nothing.
 * @param {Origin} origin
 * @param {Fields | undefined} before the fields of its origin
 * @param {Fields | undefined} after its own
 */
export function forkedChanges({ seed }, before, after) {
  const changes = before && after ? changesBetween(before, after) : [];
  const parts = changes.slice(0, FEW).map(({ name, own, other }) =>
    t(PLAIN.includes(name) ? "fork.instead" : "fork.value", {
      field: labelOf(name),
      own: valueLabelOf(name, own),
      other: valueLabelOf(name, other),
    }),
  );
  const more = changes.length > FEW ? [t("fork.more", { n: number(changes.length - FEW) })] : [];
  const redrawn = seed === null ? [] : [t("fork.redrawn", { seed })];
  return [...parts, ...more, ...redrawn].join(t("fork.and"));
}

/**
 * The sentence, as content for an element: a link to the origin if it is still there, and what differs.
 * @param {Run} run
 * @param {Pick<RunsLab, "store" | "selection" | "configs">} lab
 * @returns {(Node | string)[]}
 */
export function originContent({ id, origin }, { store, selection, configs }) {
  if (!origin) return [];
  const text = originText(origin);
  const from = store.runs.get(origin.run);
  const changes = forkedChanges(origin, configs.get(origin.run), configs.get(id));
  const show = () => {
    store.show([origin.run], true);
    selection.set([origin.run]);
    urlState.set({ moment: writeMoment({ run: origin.number, iteration: origin.iteration }) });
  };
  return [
    from
      ? h("button", { type: "button", className: "link", title: from.name, onclick: show }, text)
      : h("span", origin.name ? { title: t("fork.gone", { name: origin.name }) } : {}, text),
    ...(changes ? [t("fork.changes", { changes })] : []),
  ];
}
