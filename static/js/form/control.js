/** The control that suits a field, by the server's description of it. Each of them takes several values. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { box, select } from "./fields.js";
import { several } from "./several.js";
import { together, ways } from "./values.js";

/** @import { FormHands } from "../types.js" */

const BOTH = "both";

/**
 * @param {Pick<FormHands, "redraw">} form
 * @param {(value: any) => void} onchange
 */
export function control(form, path, key, field, value, onchange) {
  const chosen = ways(value ?? field.default);
  if (field.kind === "boolean")
    return oneOrBoth(path, key, [false, true], chosen, (choice) => t(`boolean.${choice}`), onchange);
  if (field.kind !== "choice") return box(path, key, field, value, onchange);
  const name = (choice) => nameOf(key, choice);
  if (field.choices.length === 2) return oneOrBoth(path, key, field.choices, chosen, name, onchange);
  const choose = (names, focus) => {
    onchange(together(names, names));
    form.redraw(focus);
  };
  return h("div", { className: "pair" }, ...several(path, key, field.choices, chosen, name, choose));
}

/** Where there are two, both of them are a third choice. */
export function oneOrBoth(path, key, choices, chosen, name, onchange) {
  const named = (choice) => (choice === BOTH ? t("form.both") : name(choice));
  const value = chosen.length > 1 ? BOTH : String(chosen[0]);
  return select(path, key, [...choices.map(String), BOTH], value, named, (text) =>
    onchange(
      text === BOTH
        ? together(choices, choices.map(String))
        : choices.find((choice) => String(choice) === text),
    ),
  );
}

function nameOf(key, choice) {
  return t(key === "layer.name" ? `activation.${choice}` : `${key}.${choice}`);
}
