/**
 * Runs of one kind: those that differ in nothing but what only repeats them, the seed or the fold. A mean is taken over
 * these alone. Pure functions.
 */

/** @import { SweepField, SweepPoint } from "./sweep-figures.js" */

/** Fields in which repetitions differ. */
export const REPEATED = ["seed", "dataset.fold.index"];

/**
 * The runs of each kind, apart from the fields that are on an axis.
 * @param {SweepPoint[]} points
 * @param {string[]} axes fields that do not count here
 * @returns {SweepPoint[][]}
 */
export function kindsOf(points, axes = []) {
  const apart = [...REPEATED, ...axes];
  /** @param {SweepPoint} point */
  const key = ({ fields }) =>
    JSON.stringify(Object.entries(fields).filter(([field]) => !apart.includes(field)));
  return [...Map.groupBy(points, key).values()];
}

/** @param {SweepPoint[]} points */
export function meanOf(points) {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

/**
 * A short name for each kind: the values in which the kinds differ. A field is left out if it distinguishes no more kinds than
 * the fields before it.
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
 * The fields without those that only one alternative of a section has, such as the settings of one of the optimizers.
 * @param {SweepPoint[]} points
 * @param {SweepField[]} fields
 */
export function ofAll(points, fields) {
  return fields.filter(({ path }) => {
    const name = path.replace(/[^.]+$/, "name");
    const isSetting = path !== name && fields.some((other) => other.path === name);
    const values = new Set(points.map((point) => point.fields[path]));
    return !isSetting || !(values.has(undefined) || values.has(null)) || values.size > 2;
  });
}
