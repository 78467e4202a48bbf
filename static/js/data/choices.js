/** Corrections of what the server understood of a file. Pure functions: each gives new choices, and only those that were made. */

/** @import { Choices, Preview } from "./types.js" */

/** The names of the input columns, in the order of the file. @param {Preview} preview */
export function inputsOf({ columns }) {
  return columns.filter(({ use }) => use === "input").map(({ name }) => name);
}

/**
 * Another column has the classes. The classes of the column before are forgotten.
 * @param {Choices} choices
 * @param {string} label
 * @returns {Choices}
 */
export function withLabel({ classes, columns, ...rest }, label) {
  const left = columns?.filter((name) => name !== label) ?? [];
  return { ...rest, label, ...(left.length ? { columns: left } : {}) };
}

/**
 * A column is an input, or is not used.
 * @param {Choices} choices
 * @param {Preview} preview may be older than the choices: it comes a moment after them
 * @param {string} name
 * @param {boolean} isInput
 * @returns {Choices} the same if it is the last input: an experiment needs one
 */
export function withInput(choices, preview, name, isInput) {
  const inputs = new Set(choices.columns ?? inputsOf(preview));
  if (isInput) inputs.add(name);
  else inputs.delete(name);
  const names = preview.columns.map((column) => column.name);
  const columns = names.filter((column) => inputs.has(column) && column !== choices.label);
  return columns.length ? { ...choices, columns } : choices;
}

/**
 * A class of the file has another name; one that another class has merges the two, and an empty one drops it.
 * @param {Choices} choices
 * @param {string} name
 * @param {string} shown
 * @returns {Choices}
 */
export function withClass({ classes, ...rest }, name, shown) {
  const { [name]: _, ...others } = classes ?? {};
  const text = shown.trim();
  const changed = text === name ? others : { ...others, [name]: text };
  return Object.keys(changed).length ? { ...rest, classes: changed } : rest;
}

/**
 * The names of the data set's classes, in the order of their labels.
 * @param {Pick<Preview, "classes">} preview
 */
export function shownClasses({ classes }) {
  return [...new Set(classes.map(({ shown }) => shown).filter(Boolean))];
}

/**
 * The share that a number in a box means: "20" and "20 %" are 0.2; null if it is no number.
 * @param {string} text
 */
export function shareOf(text) {
  const value = Number(text.replace("%", "").replace(",", ".").trim());
  return text.trim() === "" || Number.isNaN(value) ? null : Math.round(value * 100) / 10_000;
}
