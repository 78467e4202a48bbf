/** The grid: one document in which some fields hold several values, and every combination of them. */

import { isSweep } from "./values.js";

/** The fields with several values: `[{ path: ["optimizer", "learning_rate"], values }]`, in the document's order. */
export function sweeps(document, path = []) {
  if (isSweep(document)) return [{ path, values: document.values }];
  if (typeof document !== "object" || document === null) return [];
  return Object.entries(document).flatMap(([name, value]) => sweeps(value, [...path, name]));
}

/** How many combinations there are. */
export function size(found) {
  return found.reduce((product, { values }) => product * values.length, 1);
}

/** Every combination: `[{ document, chosen: [[path, value]] }]`, the last field changing fastest. */
export function combinations(document) {
  let all = [[]];
  for (const { path, values } of sweeps(document)) {
    all = all.flatMap((chosen) => values.map((value) => [...chosen, [path, value]]));
  }
  return all.map((chosen) => {
    const copy = structuredClone(document);
    for (const [path, value] of chosen) put(copy, path, value);
    return { document: copy, chosen };
  });
}

function put(object, path, value) {
  const last = path.at(-1);
  for (const name of path.slice(0, -1)) object = object[name];
  object[last] = value;
}
