/** A question for curves, which are drawn on a chart: only the pens stand here. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";

/** @import { FieldOf } from "./question-field.js" */

/** @type {FieldOf} */
export function sketchField({ id }, { pens, locked }) {
  if (locked) return h("p", { className: "quiet" }, t("lesson.sketched"));
  const field = h("div", { className: "sketch-pens", "data-focus": id, tabIndex: -1 });
  if (pens) field.append(pens);
  return field;
}
