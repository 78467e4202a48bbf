/**
 * The labels of fields and of their values, and the titles of data sets and lessons, in the reader's language; and what the
 * page knows of data sets and lessons.
 */

import { hasText, language, number, t } from "./i18n.js";

/** @import { Dataset, InLanguages, Lesson, Origin } from "../types.js" */

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
  const [first, second] = path.split(".");
  const withoutName = last === "name" ? [path.slice(0, -".name".length)] : [];
  // Not every path has a text of its own. In this order: the path without its ".name" ("network.initializer"); the second and
  // the last part ("initializer.std"); the first and the last part ("network.units"); a field of a preset; a field of a layer;
  // and for a section that is chosen by a name or a kind, the label of that choice ("optimizer.name", "schedule.kind").
  const keys = [
    ...withoutName,
    `${second}.${last}`,
    `${first}.${last}`,
    `preset.${last}`,
    `layer.${last}`,
    `${last}.name`,
    `${last}.kind`,
  ];
  for (const key of keys) if (hasText(key)) return t(key);
  return t(path);
}

/**
 * The short label of a field, such as "lr" for the learning rate; its label if it has no short one.
 * @param {string} path
 */
export function shortLabelOf(path) {
  return hasText(`short.${path}`) ? t(`short.${path}`) : labelOf(path);
}

/**
 * Labels of several fields: path → label. Fields whose labels would be the same get their paths as labels.
 * @param {string[]} paths
 */
export function labelsOf(paths) {
  const all = paths.map(labelOf);
  return new Map(
    paths.map((path, i) => [path, all.indexOf(all[i]) === all.lastIndexOf(all[i]) ? all[i] : path]),
  );
}

/**
 * The label of a field's value: "sgd" for "optimizer.name" → "SGD"; for a list and for layers, word by word. The key of the
 * text is an end of the field's path, followed by the value. A value without a text is its own label.
 * @param {string} path
 * @param {any} value
 * @returns {string}
 */
export function valueLabelOf(path, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(`boolean.${value}`);
  if (Array.isArray(value)) return value.map((item) => valueLabelOf(path, item)).join(" ");
  if (path === "lesson") return lessonTitle(value);
  if (path === "dataset.name" && isOwn(value)) return datasetTitle(value);
  // layers come as one line, such as "dense 40 → relu → dense 10"; only its activations have texts
  if (path === "network.layers")
    return String(value).replace(/[a-z]\w*/g, (word) => valueLabelOf("network.activation", word));
  const parts = path.replace(/\.(name|kind)$/, "").split(".");
  const key = parts.map((_, i) => [...parts.slice(i), value].join(".")).find(hasText);
  return key ? t(key) : String(value).replaceAll("_", " ");
}

/** "Fork of run 12 at iteration 500" @param {Pick<Origin, "number" | "iteration">} origin */
export function originText(origin) {
  return t("fork.of", { n: origin.number, iteration: number(origin.iteration) });
}

/** Grows when data sets or lessons come, whose titles may be others than before. */
let version = 0;
export const titlesVersion = () => version;

/** By name: the data sets of the lab. @type {Map<string, Partial<Dataset> & {title: string}>} */
const datasets = new Map();

/**
 * Remember data sets, for their titles and the shapes of their images.
 * @param {(Partial<Dataset> & {name: string, title: string})[]} all
 */
export function registerDatasets(all) {
  version++;
  for (const dataset of all) datasets.set(dataset.name, dataset);
}

/** What is known of a data set. @param {string} name */
export const datasetCalled = (name) => datasets.get(name);

/**
 * How many numbers an image or a point of a data set has; undefined if this lab does not have the data set.
 * @param {string} name
 */
export function inputsOf(name) {
  return datasets.get(name)?.shape?.reduce((product, length) => product * length, 1);
}

/** How many classes a data set has; 0 if this lab does not have it. @param {string} name */
export function classesOf(name) {
  return datasets.get(name)?.classes ?? 0;
}

/**
 * A test accuracy that guessing does not reach: p = 1 / classes plus the larger of two margins. One is p / 4, because one
 * class may be more frequent. The other is three standard deviations of an accuracy on n test images, √(p(1 − p) / n).
 * @param {string} name of a data set
 * @returns {number} 0 if this lab does not have the data set
 */
export function aboveChance(name) {
  const { classes = 0, test_size = 0 } = datasets.get(name) ?? {};
  if (!classes || !test_size) return 0;
  const p = 1 / classes;
  return p + Math.max(p / 4, 3 * Math.sqrt((p * (1 - p)) / test_size));
}

/** Whether a name is that of a data set that a person brought. @param {string} name */
export const isOwn = (name) => /^own-[0-9a-f]{16}$/.test(name);

/**
 * The title of the data set with this name. An own data set that this page
 * has not received, such as another person's, is "own data".
 * @param {string} name
 */
export function datasetTitle(name) {
  const { title = isOwn(name) ? t("dataset.own") : name, deleted, unshared } = datasets.get(name) ?? {};
  if (deleted) return t(unshared ? "class.dataset_unshared" : "dataset.deleted", { title });
  return titleOf({ name, title });
}

/**
 * The title of a data set in the reader's language; a name such as MNIST is the same in all languages.
 * @param {{name: string, title: string}} dataset
 */
export function titleOf({ name, title }) {
  const key = `dataset.title.${name}`;
  return hasText(key) ? t(key) : title;
}

/** By slug: the lessons of the lab. @type {Map<string, Lesson>} */
const lessons = new Map();

/** Remember lessons. A lesson that is known already gets its texts in one more language. @param {Lesson[]} all */
export function registerLessons(all) {
  version++;
  for (const lesson of all) {
    const earlier = lessons.get(lesson.slug);
    if (!earlier) lessons.set(lesson.slug, lesson);
    else {
      Object.assign(earlier.title, lesson.title);
      Object.assign(earlier.question, lesson.question);
      if (lesson.course) earlier.course = { ...earlier.course, ...lesson.course };
    }
  }
}

/**
 * A text of a lesson in the reader's language. It is in another language only if the
 * lesson was taken out of the lab before the reader changed the language.
 * @param {InLanguages} texts
 */
export const inReadersLanguage = (texts) => texts[language()] ?? Object.values(texts)[0] ?? "";

/** All lessons of the lab, in their order. @returns {Lesson[]} */
export const allLessons = () => [...lessons.values()];

/**
 * The title of a lesson with its section, "2a · Optimizers"; the name alone if this lab does not have the lesson.
 * @param {string} name
 */
export function lessonTitle(name) {
  const lesson = lessons.get(name);
  return lesson ? `${lesson.section} · ${inReadersLanguage(lesson.title)}` : name;
}
