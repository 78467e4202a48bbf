/**
 * The grid: all combinations of a document. Fields may have several values, and sections several alternatives, such as
 * optimizers, whose settings may have several values again.
 */

import { isSweep } from "./values.js";

/**
 * One combination: the document, and for each sweep in the draft its path and the chosen value or alternative.
 * @typedef {{document: any, chosen: [path: string[], alternative: any][]}} Combination
 */

/**
 * The paths of all fields and sections with several values, in order: `[["optimizer"], ["optimizer", "learning_rate"]]`. A path
 * comes once for each alternative that varies it.
 * @param {any} part
 * @param {string[]} path
 * @returns {string[][]}
 */
export function sweeps(part, path = []) {
  if (isSweep(part))
    return [
      ...(part.values.length > 1 ? [path] : []),
      ...part.values.flatMap((alternative) => sweeps(alternative, path)),
    ];
  if (!isPart(part)) return [];
  return Object.entries(part).flatMap(([name, value]) => sweeps(value, [...path, name]));
}

/**
 * How many combinations there are.
 * @param {any} part
 * @returns {number}
 */
export function size(part) {
  if (isSweep(part))
    return Math.max(
      part.count ?? 0,
      part.values.reduce((sum, alternative) => sum + size(alternative), 0),
    );
  if (!isPart(part)) return 1;
  return Object.values(part).reduce((product, value) => product * size(value), 1);
}

/**
 * Every combination: `[{ document, chosen: [[path, alternative]] }]`, the last part changing fastest.
 * @param {any} part
 * @param {string[]} path
 * @returns {Combination[]}
 */
export function combinations(part, path = []) {
  if (isSweep(part)) {
    /**
     * @param {any} alternative
     * @returns {[string[], any][]}
     */
    const choice = (alternative) => (part.values.length > 1 ? [[path, alternative]] : []);
    return part.values.flatMap((alternative) =>
      combinations(alternative, path).map(({ document, chosen }) => ({
        document,
        chosen: [...choice(alternative), ...chosen],
      })),
    );
  }
  if (!isPart(part)) return [{ document: part, chosen: [] }];
  /** @type {Combination[]} */
  let all = [{ document: Array.isArray(part) ? [] : {}, chosen: [] }];
  for (const [name, value] of Object.entries(part)) {
    const inner = combinations(value, [...path, name]);
    all = all.flatMap(({ document, chosen }) =>
      inner.map((combination) => ({
        document: withValue(document, name, combination.document),
        chosen: [...chosen, ...combination.chosen],
      })),
    );
  }
  return all;
}

/** @param {any} part */
function isPart(part) {
  return typeof part === "object" && part !== null;
}

/**
 * A copy of a document with one value changed.
 * @param {any} document
 * @param {string} name
 * @param {any} value
 */
function withValue(document, name, value) {
  const copy = Array.isArray(document) ? [...document] : { ...document };
  copy[name] = value;
  return copy;
}
