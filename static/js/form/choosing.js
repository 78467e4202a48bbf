/** Choosing the alternatives of a section by their names, with the settings that each then has. */

import { alternatives, oneOrSeveral } from "./values.js";

/**
 * @import { Field } from "../types.js"
 * @import { Alternative } from "./draft-document.js"
 * @import { OneOrSeveral } from "./values.js"
 */

/** The choice of no schedule, or no early stopping. */
const NONE = "none";

/** Every setting as it usually is. @param {Field[]} fields */
export function defaultsOf(fields) {
  return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.default)]));
}

/**
 * The alternatives with these names: those that were there as they are, a new one as usual, but for what was typed for all.
 * @template {Alternative | null} Chosen
 * @param {OneOrSeveral<Chosen>} part
 * @param {string[]} names
 * @param {Record<string, Field[]>} registry
 * @returns {OneOrSeveral<any>}
 */
export function choose(part, names, registry) {
  const old = alternatives(part).filter((alternative) => alternative !== null);
  const fresh = (/** @type {string} */ name) => {
    /** @type {Alternative} */
    const alternative = { name, ...defaultsOf(registry[name]) };
    for (const other of old) {
      const typed = registry[other.name].filter(
        (field) => field.name !== "learning_rate" && other[field.name] !== field.default,
      );
      for (const field of typed) if (field.name in alternative) alternative[field.name] = other[field.name];
    }
    return alternative;
  };
  const alternative = (/** @type {string} */ name) => old.find((one) => one.name === name) ?? fresh(name);
  return oneOrSeveral(
    names.map((name) => (name === NONE ? null : alternative(name))),
    names,
  );
}
