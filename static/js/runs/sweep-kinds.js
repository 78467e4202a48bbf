/**
 * Kinds of runs. Runs of one kind differ only in the seed or the fold, so they repeat the same experiment. Means are taken only
 * over runs of one kind. Pure functions.
 */

/** @import { SweepField, SweepPoint } from "./sweep-figures.js" */

/** The fields in which runs of one kind may differ. */
export const REPEATED = ["seed", "dataset.fold.index"];

/**
 * The runs of each kind.
 * @param {SweepPoint[]} points
 * @param {string[]} axes fields on the axes, in which runs of one kind may differ too
 * @returns {SweepPoint[][]}
 */
export function kindsOf(points, axes = []) {
  const ignored = [...REPEATED, ...axes];
  /** @param {SweepPoint} point */
  const key = ({ fields }) =>
    JSON.stringify(Object.entries(fields).filter(([field]) => !ignored.includes(field)));
  return [...Map.groupBy(points, key).values()];
}

/** The mean result of some runs. @param {SweepPoint[]} points */
export function meanOf(points) {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

/**
 * A short name for each kind: the values in which the kinds differ. A field is left out if the names distinguish as many kinds
 * without it.
 * @param {SweepPoint[][]} kinds
 * @param {SweepField[]} fields
 * @returns {string[]}
 */
export function namesOf(kinds, fields) {
  const firsts = kinds.map(([point]) => point.fields);
  /** @type {string[][]} */
  let names = firsts.map(() => []);
  const count = (/** @type {string[][]} */ all) => new Set(all.map((name) => name.join("\n"))).size;
  for (const { path, word } of fields.filter((field) => !REPEATED.includes(field.path))) {
    const longer = names.map((name, i) => [...name, word(firsts[i][path])]);
    if (count(longer) > count(names)) names = longer;
  }
  return names.map((name) => name.join(" · "));
}

/**
 * The fields without settings that only some runs have, such as a setting of one of the optimizers. Such a setting is kept if it has
 * several values itself.
 * @param {SweepPoint[]} points
 * @param {SweepField[]} fields
 */
export function commonFields(points, fields) {
  return fields.filter(({ path }) => {
    const name = path.replace(/[^.]+$/, "name");
    const isSetting = path !== name && fields.some((other) => other.path === name);
    const values = new Set(points.map((point) => point.fields[path]));
    return !isSetting || !(values.has(undefined) || values.has(null)) || values.size > 2;
  });
}
