/** A question for a number; as a prediction, with how far off it may be. */

import { h, setText } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { exact } from "../words/reasons.js";
import { asGuess, boundsOfRange, faultOfGuess, readNumber } from "./prediction.js";

/** @import { FieldOf } from "./question-field.js" */

let fields = 0;

/** @type {FieldOf} */
export function numberField(
  { id, unit = "", low, high, ask },
  { value, locked, exact: isExact = false, change },
) {
  const complaint = h("span", { className: "error", role: "alert", id: `lesson-number-${fields++}` });
  const guess = asGuess(value);
  const box = (/** @type {unknown} */ shown, /** @type {string} */ label) =>
    h("input", {
      type: "text",
      inputMode: "decimal",
      autocomplete: "off",
      value: typeof shown === "number" ? String(shown) : "",
      disabled: locked,
      "aria-label": label,
      "aria-describedby": complaint.id,
    });
  const number = box(guess.value, ask);
  number.setAttribute("data-focus", id);
  const range = box(guess.range, t("lesson.range"));
  /** @param {boolean} isFinished whether to say what is wrong */
  const read = (isFinished) => {
    const bounds = { low, high };
    const typed = {
      value: readNumber(number.value, bounds),
      range: isExact ? 0 : readNumber(range.value, boundsOfRange(bounds)),
    };
    const fault = faultOfGuess(typed, bounds);
    const wrong = fault === "range" ? range : number;
    const isWrong = fault !== null && wrong.value.trim() !== "";
    if (!isWrong || isFinished) {
      number.setAttribute("aria-invalid", String(isWrong && fault === "value"));
      range.setAttribute("aria-invalid", String(isWrong && fault === "range"));
      setText(complaint, isWrong ? faultText(fault, bounds) : "");
    }
    change(isExact ? (fault ? undefined : typed.value) : onlyNumbers(typed));
  };
  for (const input of [number, range]) {
    onInput(input, () => read(false));
    input.addEventListener("change", () => read(true));
  }
  const after = unit ? () => [h("span", {}, unit)] : () => [];
  const spread = isExact ? [] : [h("span", { "aria-hidden": "true" }, "±"), range, ...after()];
  return h("div", { className: "guess" }, number, ...after(), ...spread, complaint);
}

/**
 * @param {"value" | "range"} fault
 * @param {{low?: number | null, high?: number | null}} bounds
 */
function faultText(fault, { low, high }) {
  if (fault === "range") return t("lesson.range_wrong", { most: exact(boundsOfRange({ low, high }).high) });
  return t("lesson.number_between", { low: exact(low ?? 0), high: exact(high ?? 0) });
}

/** A guess without the parts that are not numbers: JSON has no NaN. @param {{value: number, range: number}} typed */
function onlyNumbers(typed) {
  return /** @type {any} */ (
    Object.fromEntries(Object.entries(typed).filter(([, value]) => Number.isFinite(value)))
  );
}
