/** Which fields of the form differ between two states of the draft. */

import { isSweep } from "./values.js";

/** @import { DraftState } from "./draft.js" */

/**
 * Paths of fields, in the form's order. Where another alternative has been chosen, as another optimizer, that is one change,
 * and so is another network.
 * @param {DraftState} before
 * @param {DraftState} after
 */
export function changedFields(before, after) {
  const repeated = /** @type {const} */ (["seeds", "folds"]).filter((name) => before[name] !== after[name]);
  return [
    ...changedIn(before.document, after.document, ""),
    ...repeated.map((name) => (name === "folds" ? "dataset.fold" : name)),
  ];
}

/**
 * @param {any} before
 * @param {any} after
 * @param {string} path
 * @returns {string[]}
 */
function changedIn(before, after, path) {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [old, fresh] = path === "dataset.augment" ? [before ?? {}, after ?? {}] : [before, after]; // none: every share 0
  if (!isSection(old) || !isSection(fresh) || isOther(old, fresh, path)) return [path];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names.flatMap((name) => changedIn(old[name], fresh[name], path ? `${path}.${name}` : name));
}

/**
 * Is it another alternative, and not only another setting of the same?
 * @param {Record<string, any>} before
 * @param {Record<string, any>} after
 * @param {string} path
 */
function isOther(before, after, path) {
  if (path === "" || path === "dataset") return false;
  if (path === "regularization") return Object.keys(before).join() !== Object.keys(after).join();
  return before.name !== after.name || before.preset !== after.preset;
}

/** @param {any} part */
function isSection(part) {
  return typeof part === "object" && part !== null && !Array.isArray(part) && !isSweep(part);
}
