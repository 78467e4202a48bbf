/** Chooses the alternatives of a section by their names, and gives each its settings. */

import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { Field } from "../types.js"
 * @import { Alternative } from "./draft-document.js"
 * @import { OneOrSeveral } from "./values.js"
 */

/** The choice of no schedule, or no early stopping. */
const NONE = "none";

/** The defaults of all settings. @param {Field[]} fields */
export function defaultsOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.default)]));
}

/**
 * The alternatives with these names. Those already chosen are kept. A new one has its defaults, except for values that
 * the user changed in the others (not the learning rate).
 * @template {Alternative | null} Chosen
 * @param {OneOrSeveral<Chosen>} section
 * @param {string[]} names
 * @param {Record<string, Field[]>} registry
 * @returns {OneOrSeveral<any>}
 */
export function choose(section, names, registry) {
  const old = alternatives(section).filter((alternative) => alternative !== null);
  const createNew = (/** @type {string} */ name) => {
    /** @type {Alternative} */
    const alternative = { name, ...defaultsOf(registry[name]) };
    for (const other of old) {
      const changed = registry[other.name].filter(
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
