/**
 * The space of a study: which values each field may have. It begins with the fields that have several values in the form, and
 * a person changes it in rows, one for each field. Pure functions.
 */

import { choose } from "../form/choose-alternatives.js";
import { combinations, size } from "../form/grid.js";
import { alternatives, isSweep, oneOrSeveral, typed } from "../form/values.js";
import { ApiError } from "../server/api.js";

/**
 * @import { Experiment } from "../types.js"
 * @import { StudyField } from "./study-fields.js"
 * @import { Values } from "./types.js"
 */

/**
 * What a person has typed and chosen for a field. `between`: all numbers from `low` to `high`, not those in `text`.
 * @typedef {object} Row
 * @property {string} path
 * @property {boolean} between
 * @property {string} text the numbers, as one types several in the form
 * @property {string} low
 * @property {string} high
 * @property {"linear" | "log" | "integer"} scale
 * @property {string} steps how many values a grid takes from `low` to `high`
 * @property {any[]} names the chosen names
 * @property {any[]} settings sections as the form has them: their names keep these settings
 * @property {any[] | null} given alternatives from the form, which are shown here but can be changed only in the form; null: the
 *   chosen `names` count
 */

/** A grid takes this many numbers between two bounds at first. */
const STEPS = 3;
/** A field of a study has at most this many; see engine/studies/space.py. */
const MAX_CHOICES = 100;
/** A field whose values vary by powers is first varied by this factor, up and down. */
const FACTOR = 10;

/**
 * The one experiment that a study varies, and the fields that have several values in the form, by path.
 * @param {Experiment} document of the draft, in which parts may have several values
 * @returns {{experiment: Experiment, choices: Map<string, any[]>}}
 * @throws ApiError if a field has too many values
 */
export function fromForm(document) {
  /** @type {Map<string, any[]>} */
  const choices = new Map();
  /**
   * @param {any} part
   * @param {string[]} path
   * @returns {any}
   */
  const first = (part, path) => {
    if (isSweep(part)) {
      const bounds = { count: size(part), most: MAX_CHOICES };
      if (bounds.count > MAX_CHOICES)
        throw new ApiError({ code: "study_choices", message: "", field: path.join("."), bounds }, 422);
      const values = part.values.flatMap((value) =>
        combinations(value).map((combination) => combination.document),
      );
      if (values.length > 1) choices.set(path.join("."), values);
      return values[0];
    }
    if (Array.isArray(part)) return part.map((value, i) => first(value, [...path, String(i)]));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, first(value, [...path, name])]),
    );
  };
  const experiment = first(document, []);
  for (const path of ["seed", "name", "dataset.name", "dataset.validation_size", "dataset.test_size"])
    choices.delete(path); // a study has seeds of its own, and one data set
  return { experiment, choices };
}

/**
 * The row of a field, at first: what the form has, or values around the present one.
 * @param {StudyField} field
 * @param {any[]} [choices] several values that the form has
 * @returns {Row}
 */
export function firstRow({ path, kind, field, now, names }, choices) {
  const isLog = field?.scale === "log";
  const row = {
    path,
    between: false,
    text: "",
    low: "",
    high: "",
    steps: String(STEPS),
    names: [],
    settings: [],
    given: null,
  };
  const scale = field?.kind === "integer" ? "integer" : isLog ? "log" : "linear";
  if (kind === "sections") {
    const name = now?.name ?? "none";
    const other = names.find((candidate) => candidate !== name);
    const present = choices ?? [now, other === "none" ? null : { name: other }];
    const isPlain = new Set(present.map((value) => value?.name)).size === present.length;
    return {
      ...row,
      scale,
      names: present.map((value) => value?.name ?? "none"),
      settings: choices ?? [now],
      given: isPlain ? null : present,
    };
  }
  if (kind === "names")
    return { ...row, scale, names: choices ?? [now, ...names.filter((name) => name !== now)].slice(0, 2) };
  const around = choices ?? valuesAround(now, field);
  const [low, high] = [Math.min(...around), Math.max(...around)];
  return { ...row, scale, text: around.join(", "), low: String(low), high: String(high) };
}

/**
 * A few values around a number, within the bounds of its field.
 * @param {number | null} now
 * @param {StudyField["field"]} field
 * @returns {number[]}
 */
function valuesAround(now, field) {
  const isWhole = field?.kind === "integer";
  const { minimum = null, maximum = null } = field ?? {};
  const middle = now || (field?.scale === "log" ? 0.001 : isWhole ? 2 : 0.1);
  const by = field?.scale === "log" && !isWhole ? FACTOR : 2;
  const values = [middle / by, middle, middle * by].map((value) =>
    isWhole ? Math.round(value) : Number(value.toPrecision(3)),
  );
  const within = (/** @type {number} */ value) =>
    Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, value));
  return [...new Set(values.map(within))];
}

/**
 * The values that a row describes, as the server takes them. What is wrong in it, the server says.
 * @param {Row} row
 * @param {StudyField} field
 * @param {boolean} isGrid
 * @returns {Values}
 */
export function valuesOf(row, field, isGrid) {
  if (field.kind === "sections") return { choices: row.given ?? sections(row, field) };
  if (field.kind === "names") return { choices: row.names };
  if (!row.between) {
    const value = typed(row.text, field.field ?? {});
    return { choices: value === null ? [] : alternatives(value) };
  }
  const [low, high, steps] = [row.low, row.high, row.steps].map(
    (text) => /** @type {number} */ (typed(text)),
  );
  return { low, high, scale: row.scale, ...(isGrid ? { steps } : {}) };
}

/** The chosen sections with their settings: those of the form, or defaults. @param {Row} row @param {StudyField} field */
function sections({ names, settings }, { registry = {} }) {
  return alternatives(choose(oneOrSeveral(settings, []), names, registry));
}

/**
 * The whole space; what a field lies in comes before the field, because it is set first.
 * @param {Row[]} rows
 * @param {(path: string) => StudyField} fieldAt
 * @param {boolean} isGrid
 */
export function spaceOf(rows, fieldAt, isGrid) {
  const ordered = rows.toSorted((a, b) => a.path.split(".").length - b.path.split(".").length);
  return Object.fromEntries(ordered.map((row) => [row.path, valuesOf(row, fieldAt(row.path), isGrid)]));
}

/**
 * How many different configurations a space has; infinite, if a field has a range of numbers that are not whole (the server counts
 * these), or if its bounds are not typed to the end.
 * @param {Record<string, Values>} space
 */
export function countOf(space) {
  return Object.values(space).reduce((product, values) => {
    if ("choices" in values) return product * values.choices.length;
    const { low, high, scale } = values;
    const isCountable = scale === "integer" && [low, high].every(Number.isFinite) && low <= high;
    return product * (isCountable ? high - low + 1 : Infinity);
  }, 1);
}
