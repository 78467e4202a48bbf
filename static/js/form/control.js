/** Makes the control for a field from the server's description. Every kind of control can have several values. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { box, select } from "./fields.js";
import { several } from "./several.js";
import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Field } from "../types.js"
 * @import { OneOrSeveral, Value } from "./values.js"
 */

const BOTH = "both";

/**
 * @param {Pick<FormContext, "redraw">} form
 * @param {string} path of the field, such as `network.batch_norm`
 * @param {string} key of its text in the catalog
 * @param {Field} field
 * @param {Value | undefined} value null: the field is empty, also because several networks have different values
 * @param {(value: Value) => void} onchange
 */
export function control(form, path, key, field, value, onchange) {
  const chosen = value === null ? [] : alternatives(value ?? field.default);
  if (field.kind === "boolean")
    return oneOrBoth(
      path,
      key,
      [false, true],
      chosen.map(Boolean),
      (choice) => t(`boolean.${choice}`),
      onchange,
    );
  if (field.kind !== "choice") return box(path, key, field, value, onchange);
  /** @param {string} choice */
  const name = (choice) => nameOf(key, choice);
  if (field.choices.length === 2) return oneOrBoth(path, key, field.choices, chosen, name, onchange);
  /**
   * @param {string[]} names
   * @param {string} focus
   */
  const choose = (names, focus) => {
    onchange(oneOrSeveral(names, names));
    form.redraw(focus);
  };
  const controls = several(path, key, field.choices.map(String), chosen.map(String), name, choose);
  return h("div", { className: "pair" }, ...controls);
}

/**
 * A list of two choices, with "both" as the third. If nothing is chosen, it is empty.
 * @template {string | number | boolean | null} Choice
 * @param {string} path
 * @param {string} key
 * @param {Choice[]} choices
 * @param {Choice[]} chosen
 * @param {(choice: string) => string} name
 * @param {(value: OneOrSeveral<Choice>) => void} onchange
 */
export function oneOrBoth(path, key, choices, chosen, name, onchange) {
  /** @param {string} choice */
  const named = (choice) => (choice === BOTH ? t("form.both") : name(choice));
  const value = chosen.length > 1 ? BOTH : String(chosen[0]);
  return select(path, key, [...choices.map(String), BOTH], value, named, (text) =>
    onchange(
      oneOrSeveral(
        choices.filter((choice) => text === BOTH || String(choice) === text),
        choices.map(String),
      ),
    ),
  );
}

/**
 * @param {string} key
 * @param {string} choice
 */
function nameOf(key, choice) {
  return t(key === "layer.name" ? `activation.${choice}` : `${key}.${choice}`);
}
