/**
 * Chooses the alternatives of a section of the form, such as optimizers or schedules, by their names, and gives each its
 * settings.
 */

import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { Field } from "../types.js"
 * @import { Alternative } from "./draft-document.js"
 * @import { OneOrSeveral } from "./values.js"
 */

/** The choice of no schedule, or no early stopping. */
const NONE = "none";

/** Settings with their defaults, by name; each a copy that may be changed. @param {Field[]} fields */
export function defaultsOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.default)]));
}

/**
 * The alternatives with these names. Those already chosen are kept. A new one has its defaults, except for values that the
 * user changed in the others. The learning rate is left out, as `Draft.chooseOptimizers` gives all optimizers the same.
 * @template {Alternative | null} Chosen
 * @param {OneOrSeveral<Chosen>} section
 * @param {string[]} names "none" stands for no alternative, null in the section
 * @param {Record<string, Field[]>} settings the settings of each alternative, by its name
 * @returns {OneOrSeveral<any>} the new section
 */
export function choose(section, names, settings) {
  const old = alternatives(section).filter((alternative) => alternative !== null);
  const createNew = (/** @type {string} */ name) => {
    /** @type {Alternative} */
    const alternative = { name, ...defaultsOf(settings[name]) };
    for (const other of old) {
      const changed = settings[other.name].filter(
        (field) => field.name !== "learning_rate" && other[field.name] !== field.default,
      );
      for (const field of changed) if (field.name in alternative) alternative[field.name] = other[field.name];
    }
    return alternative;
  };
  const alternative = (/** @type {string} */ name) =>
    old.find((other) => other.name === name) ?? createNew(name);
  return oneOrSeveral(
    names.map((name) => (name === NONE ? null : alternative(name))),
    names,
  );
}
