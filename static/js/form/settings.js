/** The settings that alternatives of a section have, such as the optimizers that are compared: one field for each name. */

import { t } from "../words/i18n.js";
import { control } from "./control.js";
import { block } from "./fields.js";

/**
 * @import { Field } from "../types.js"
 * @import { FormContext } from "./form.js"
 * @import { Value } from "./values.js"
 */

/**
 * Blocks for the settings of all alternatives. What is typed goes to each that has such a setting; where they usually have
 * different ones, an empty field leaves each its own.
 * @param {Pick<FormContext, "change" | "redraw">} form
 * @param {string} path of the section: "optimizer"
 * @param {string} kind what its settings are called by: `${kind}.momentum`
 * @param {(Record<string, any> | null)[]} all the alternatives
 * @param {Record<string, Field[]>} registry fields by the alternatives' names
 * @param {string[]} except settings that are drawn elsewhere
 * @param {string} by what an alternative is named by
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
  const usualOf = (alternative, name) => fieldOf(alternative, name)?.default;
  const names = new Set(
    present.flatMap((alternative) => registry[alternative[by]].map((field) => field.name)),
  );
  return [...names]
    .filter((name) => !except.includes(name))
    .map((name) => {
      const having = present.filter((alternative) => fieldOf(alternative, name));
      const field = /** @type {Field} */ (fieldOf(having[0], name));
      const usual = having.every((alternative) => usualOf(alternative, name) === field.default);
      /** @param {Record<string, any>} alternative */
      const valueIn = (alternative) =>
        alternative[name] === undefined ? usualOf(alternative, name) : alternative[name];
      const agreed = having.every(
        (alternative) => JSON.stringify(valueIn(alternative)) === JSON.stringify(valueIn(having[0])),
      );
      /** @param {Value} value */
      const put = (value) => {
        for (const alternative of having)
          alternative[name] = value ?? (usual ? "" : usualOf(alternative, name));
        form.change();
      };
      const [place, key] = [`${path}.${name}`, `${kind}.${name}`];
      const input = control(form, place, key, field, agreed ? valueIn(having[0]) : null, put);
      if (!usual && input instanceof HTMLInputElement) input.placeholder = t("form.own");
      const element = block(place, key, usual ? field : { ...field, default: null }, input);
      return having.length === all.length
        ? element
        : onlyFor(
            element,
            having.map((alternative) => t(`${kind}.${alternative[by]}`)),
          );
    });
}

/**
 * Say in the help whose setting it is.
 * @param {HTMLElement} element
 * @param {string[]} names
 */
function onlyFor(element, names) {
  element.dataset.help = `${t("form.only_for", { names: names.join(", ") })} ${element.dataset.help ?? ""}`;
  for (const control of element.querySelectorAll("input"))
    control.setAttribute("aria-description", element.dataset.help);
  return element;
}
