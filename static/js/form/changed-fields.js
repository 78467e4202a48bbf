/** Which fields of the form differ between two states of the draft. */

import { isSweep } from "./values.js";

/** @import { DraftState } from "./draft.js" */

/**
 * The paths of the fields that differ, in the order of the form. Another alternative of a section, such as another optimizer,
 * is one change, and so is another network. If only the networks differ that can be chosen again, the network has changed.
 * @param {DraftState} before
 * @param {DraftState} after
 */
export function changedFields(before, after) {
  const repeated = /** @type {const} */ (["seeds", "folds"]).filter((name) => before[name] !== after[name]);
  const fields = [
    ...(JSON.stringify(before.origin) === JSON.stringify(after.origin) ? [] : ["origin"]),
    ...changedIn(before.document, after.document, ""),
    ...repeated.map((name) => (name === "folds" ? "dataset.fold" : name)),
  ];
  const [old, now] = [before, after].map((state) => JSON.stringify([state.replaced, state.own]));
  return fields.length || old === now ? fields : ["network"];
}

/**
 * @param {any} before
 * @param {any} after
 * @param {string} path
 * @returns {string[]}
 */
function changedIn(before, after, path) {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  // no augmentation is the same as an augmentation without settings
  const [old, now] = path === "dataset.augment" ? [before ?? {}, after ?? {}] : [before, after];
  if (!isSection(old) || !isSection(now) || isOtherAlternative(old, now, path)) return [path];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => changedIn(old[name], now[name], path ? `${path}.${name}` : name));
}

/**
 * Whether a section has another alternative, and not only other settings of the same one.
 * @param {Record<string, any>} before
 * @param {Record<string, any>} after
 * @param {string} path
 */
function isOtherAlternative(before, after, path) {
  if (path === "" || path === "dataset") return false;
  if (path === "regularization") return Object.keys(before).join() !== Object.keys(after).join();
  return before.name !== after.name || before.preset !== after.preset;
}

/** @param {any} part */
function isSection(part) {
  return typeof part === "object" && part !== null && !Array.isArray(part) && !isSweep(part);
}
