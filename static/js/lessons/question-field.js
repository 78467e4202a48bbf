/** The field of a question: a legend with what is asked, and controls by its kind. */

import { h } from "../page/dom.js";
import { choiceField } from "./choice-field.js";
import { clickField } from "./click-field.js";
import { numberField } from "./number-field.js";
import { rankField } from "./rank-field.js";
import { sketchField } from "./sketch-field.js";

/** @import { Question, Value } from "./types.js" */

/**
 * `value`: what is answered so far; `locked`: it can no longer be changed; `change`: called with what is answered now, undefined
 * if it is nothing; `complaint`: why the server refused the answer; `pens`: those of a sketch; `exact`: a number has no range.
 * @typedef {{value: any, locked: boolean, change: (value: Value | undefined) => void, complaint?: string, pens?: HTMLElement | null, exact?: boolean}} FieldOptions
 */
/** Makes the controls of a question. @typedef {(question: Question, options: FieldOptions) => HTMLElement} FieldOf */

/** @type {Record<Question["kind"], FieldOf>} */
const FIELDS = {
  choice: choiceField,
  rank: rankField,
  number: numberField,
  click: clickField,
  sketch: sketchField,
};

/** @type {FieldOf} */
export function questionField(question, options) {
  const complaint = options.complaint
    ? [h("p", { className: "error", role: "alert" }, options.complaint)]
    : [];
  return h(
    "fieldset",
    { className: "question", "data-question": question.id },
    h("legend", {}, question.ask),
    FIELDS[question.kind](question, options),
    ...complaint,
  );
}
