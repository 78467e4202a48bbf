/** The settings of the alternatives of a section, such as several optimizers: one field for each name of a setting. */

import { t } from "../words/i18n.js";
import { control } from "./control.js";
import { block, DESCRIBED } from "./fields.js";

/**
 * @import { Field } from "../types.js"
 * @import { FormContext } from "./form.js"
 * @import { Value } from "./values.js"
 */

/**
 * Blocks for the settings of all alternatives. A typed value goes to each alternative that has this setting. If the
 * alternatives have different defaults, an empty field means that each keeps its default.
 * @param {Pick<FormContext, "change" | "redraw">} form
 * @param {string} path of the section: "optimizer"
 * @param {string} kind the beginning of the keys of the settings' texts: `${kind}.momentum`
 * @param {(Record<string, any> | null)[]} all all alternatives
 * @param {Record<string, Field[]>} registry name of an alternative → its fields
 * @param {string[]} except settings that are drawn elsewhere
 * @param {string} by the property with the name of an alternative
 */
export function settings(form, path, kind, all, registry, except = [], by = "name") {
  const present = all.filter((alternative) => alternative !== null);
  /**
   * @param {Record<string, any>} alternative
   * @param {string} name
   */
  const fieldOf = (alternative, name) => registry[alternative[by]].find((field) => field.name === name);
  /**
   * @param {Record<string, any>} alternative
   * @param {string} name
   */
  const defaultOf = (alternative, name) => fieldOf(alternative, name)?.default;
  const names = new Set(
    present.flatMap((alternative) => registry[alternative[by]].map((field) => field.name)),
  );
  return [...names]
    .filter((name) => !except.includes(name))
    .map((name) => {
      const having = present.filter((alternative) => fieldOf(alternative, name));
      const field = /** @type {Field} */ (fieldOf(having[0], name));
      const sameDefault = having.every((alternative) => defaultOf(alternative, name) === field.default);
      /** @param {Record<string, any>} alternative */
      const valueIn = (alternative) =>
        alternative[name] === undefined ? defaultOf(alternative, name) : alternative[name];
      const agreed = having.every(
        (alternative) => JSON.stringify(valueIn(alternative)) === JSON.stringify(valueIn(having[0])),
      );
      /** @param {Value} value */
      const put = (value) => {
        for (const alternative of having)
          alternative[name] = value ?? (sameDefault ? "" : defaultOf(alternative, name));
        form.change();
      };
      const [place, key] = [`${path}.${name}`, `${kind}.${name}`];
      const input = control(form, place, key, field, agreed ? valueIn(having[0]) : null, put);
      if (!sameDefault && input instanceof HTMLInputElement) input.placeholder = t("form.own");
      const element = block(place, key, sameDefault ? field : { ...field, default: null }, input);
      return having.length === all.length
        ? element
        : onlyFor(
            element,
            having.map((alternative) => t(`${kind}.${alternative[by]}`)),
          );
    });
}

/**
 * Name in the help text the alternatives that have a setting.
 * @param {HTMLElement} element
 * @param {string[]} names
 */
function onlyFor(element, names) {
  element.dataset.help = `${t("form.only_for", { names: names.join(", ") })} ${element.dataset.help ?? ""}`;
  for (const control of element.querySelectorAll(DESCRIBED))
    control.setAttribute("aria-description", element.dataset.help);
  return element;
}
