/** A question for an iteration, which is pinned on a chart: by a click, a tap, or with the keys of the moment. */

import { h } from "../page/dom.js";
import { number, t } from "../words/i18n.js";

/** @import { FieldOf } from "./question-field.js" */

/** @type {FieldOf} */
export function clickField({ id }, { value }) {
  const isPinned = typeof value === "number";
  return h(
    "p",
    { className: isPinned ? "pinned" : "quiet", "data-focus": id, tabIndex: -1 },
    isPinned ? t("lesson.pinned", { n: number(value) }) : t("lesson.pin_help"),
  );
}
