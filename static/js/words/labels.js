/** The names of an experiment's fields, of their values, and of a data set's classes. */

import { hasText, language, t } from "./i18n.js";

/** @import { Dataset, Lesson } from "../types.js" */

/**
 * The label of a field by its path: "optimizer.learning_rate" → "Learning rate".
 * @param {string} path
 * @returns {string}
 */
export function labelOf(path) {
  if (hasText(path)) return t(path);
  const [, place, name] = /^network\.(?:layers|hidden)\.(\d+)\.?(\w+)?$/.exec(path) ?? [];
  if (place !== undefined)
    return `${t("network.layer", { number: Number(place) + 1 })} ${t(`layer.${name ?? "units"}`)}`;
  const last = path.split(".").at(-1);
  const [section, part] = path.split(".");
  const whole = last === "name" ? [path.slice(0, -".name".length)] : []; // "network.initializer.name"
  // what is chosen by its name (or kind) is called as that choice is: "optimizer", "training.schedule"
  const keys = [
    ...whole,
    `${part}.${last}`,
    `${section}.${last}`,
    `preset.${last}`,
    `layer.${last}`,
    `${last}.name`,
    `${last}.kind`,
  ];
  for (const key of keys) if (hasText(key)) return t(key);
  return t(path);
}

/**
 * "lr" for the learning rate: a label as short as the field has it.
 * @param {string} path
 */
export function shortLabelOf(path) {
  return hasText(`short.${path}`) ? t(`short.${path}`) : labelOf(path);
}

/**
 * Labels of several fields: path → label; fields that would be called the same are called by their paths.
 * @param {string[]} paths
 */
export function labelsOf(paths) {
  const all = paths.map(labelOf);
  return new Map(
    paths.map((path, i) => [path, all.indexOf(all[i]) === all.lastIndexOf(all[i]) ? all[i] : path]),
  );
}

/**
 * A value of a field as the reader knows it: "sgd" of "optimizer.name" → "SGD"; a list, or layers in a line, word by word. A
 * text's key is the end of the field's path with the value behind it; what has no text stands for itself.
 * @param {string} path
 * @param {any} value
 * @returns {string}
 */
export function wordOf(path, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(`boolean.${value}`);
  if (Array.isArray(value)) return value.map((one) => wordOf(path, one)).join(" ");
  if (path === "lesson") return lessonTitle(value);
  if (path === "network.layers")
    return String(value).replace(/[a-z]\w*/g, (word) => wordOf("network.activation", word));
  const parts = path.replace(/\.(name|kind)$/, "").split(".");
  const key = parts.map((_, i) => [...parts.slice(i), value].join(".")).find(hasText);
  return key ? t(key) : String(value).replaceAll("_", " ");
}

/**
 * A class in the reader's language, "T-shirt/top" by the key `class.t_shirt_top`; a digit or a letter is itself.
 * @param {string} name
 */
export function className(name) {
  const key = `class.${name.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`;
  return hasText(key) ? t(key) : name;
}

/** Data set's name → the data set, as the lab has it. @type {Map<string, Partial<Dataset> & {title: string}>} */
const datasets = new Map();

/**
 * Know the titles of these data sets, and the shapes of their images.
 * @param {(Partial<Dataset> & {name: string, title: string})[]} all
 */
export function learnDatasets(all) {
  for (const dataset of all) datasets.set(dataset.name, dataset);
}

/**
 * Of how many numbers an image or a point of this data set consists; undefined where this lab does not know it.
 * @param {string} name
 */
export function inputsOf(name) {
  return datasets.get(name)?.shape?.reduce((product, length) => product * length, 1);
}

/**
 * An accuracy on test images that guessing does not reach: a class may be a quarter more frequent than the others, and an
 * accuracy of n images varies by √(p(1 − p) / n).
 * @param {string} name of a data set
 * @returns {number} 0 where this lab does not know it
 */
export function aboveChance(name) {
  const { classes = 0, test_size = 0 } = datasets.get(name) ?? { title: name };
  if (!classes || !test_size) return 0;
  const p = 1 / classes;
  return p + Math.max(p / 4, 3 * Math.sqrt((p * (1 - p)) / test_size));
}

/**
 * The title of the data set with this name.
 * @param {string} name
 */
export function datasetTitle(name) {
  return titleOf({ name, title: datasets.get(name)?.title ?? name });
}

/**
 * A data set in the reader's language; a name such as MNIST is itself.
 * @param {{name: string, title: string}} dataset
 */
export function titleOf({ name, title }) {
  const key = `dataset.title.${name}`;
  return hasText(key) ? t(key) : title;
}

/** Lesson's name → the lesson, as the server has it. @type {Map<string, Lesson>} */
const lessons = new Map();
const PARTS = /** @type {const} */ (["title", "question", "conclusion"]);

/** Know these lessons; those that are known get their texts in one more language. @param {Lesson[]} all */
export function learnLessons(all) {
  for (const lesson of all) {
    const known = lessons.get(lesson.slug);
    if (!known) lessons.set(lesson.slug, lesson);
    else for (const part of PARTS) Object.assign(known[part], lesson[part]);
  }
}

/** All lessons that the lab has, in their order. @returns {Lesson[]} */
export const allLessons = () => [...lessons.values()];

/**
 * "2a · Optimizers": a lesson as the page says it; one that this lab does not have has only its name.
 * @param {string} name
 */
export function lessonTitle(name) {
  const lesson = lessons.get(name);
  return lesson ? `${lesson.section} · ${lesson.title[language()]}` : name;
}
