/**
 * The fields of a run by which the list can be searched, sorted and grouped: from the run object, or from the run's config if
 * it is fetched.
 */

import { datasetTitle, shortLabelOf, valueLabelOf } from "../words/labels.js";
import { normalize } from "../words/normalize.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Run } from "../types.js"
 */

/** The value of a field. @typedef {string | number | boolean | null | string[]} FieldValue */

const percent = (/** @type {number | null | undefined} */ value) =>
  value === null || value === undefined ? undefined : 100 * value;
/**
 * @template T
 * @param {T | null | undefined} value
 */
const orUndefined = (value) => value ?? undefined;

/**
 * Fields of a run object: name → value (number, text, or list of texts; undefined if it has none). Settings have the same
 * names as in configs.
 * @type {Record<string, (run: Run) => FieldValue | undefined>}
 */
export const FIELDS = {
  name: (run) => run.name,
  number: (run) => run.number,
  status: (run) => run.status,
  tag: (run) => run.tags,
  notes: (run) => run.notes,
  lesson: (run) => orUndefined(run.lesson),
  launch: (run) => orUndefined(run.group_id),
  "dataset.name": (run) => run.summary.dataset,
  units: (run) => run.summary.units.join("-"),
  activation: (run) => run.summary.activations,
  "optimizer.name": (run) => run.summary.optimizer,
  "optimizer.learning_rate": (run) => run.summary.learning_rate,
  "regularization.l1": (run) => run.summary.l1,
  "regularization.l2": (run) => run.summary.l2,
  seed: (run) => run.summary.seed,
  iteration: (run) => run.iteration,
  origin: (run) => run.origin?.number,
  owner: ({ owner }) => (owner ? [`${owner.number ?? ""}`, owner.nickname ?? ""] : undefined),
  loss: (run) => orUndefined(run.latest.loss),
  train: (run) => percent(run.latest.train_accuracy),
  validation: (run) => percent(run.latest.validation_accuracy),
  test: (run) => percent(run.latest.test_accuracy),
  gap: ({ latest: { train_accuracy: train, test_accuracy: test } }) =>
    train === null || train === undefined || test === null || test === undefined
      ? undefined
      : 100 * (train - test),
  seconds: (run) => orUndefined(run.seconds),
  is: (run) =>
    [
      run.starred ? "starred" : "",
      run.archived ? "archived" : "",
      run.notes ? "noted" : "",
      run.origin ? "forked" : "",
      run.shared ? "shared" : "",
    ].filter(Boolean),
};
/** @type {Record<string, string>} */
const ALIASES = {
  lr: "optimizer.learning_rate",
  batch: "training.batch_size",
  state: "status",
  tags: "tag",
  data: "dataset.name",
  acc: "test",
  val: "validation",
};

/**
 * The value of a field: of `FIELDS`, or a field of the run's config if it is fetched.
 * @param {Run} run
 * @param {string} name
 * @param {Pick<FlatConfigs, "get">} [configs]
 */
export function fieldValue(run, name, configs) {
  return Object.hasOwn(FIELDS, name) ? FIELDS[name](run) : orUndefined(configs?.get(run.id)?.[name]);
}

/**
 * The fields that a typed name may mean: a field of `FIELDS`, or otherwise all fields whose path ends with the name or whose
 * short label it is. "batch" and "batch_size" mean "training.batch_size", and "optimizer" means "optimizer.name".
 * @param {string} name
 * @param {string[]} settings
 */
export function fieldsCalled(name, settings = []) {
  const typed = normalize(name);
  const field = ALIASES[typed] ?? typed;
  if (Object.hasOwn(FIELDS, field)) return [field];
  /** @param {string} path */
  const isCalled = (path) =>
    [path, path.replace(/\.name$/, "")].some((end) => `.${end}`.endsWith(`.${field}`)) ||
    normalize(shortLabelOf(path)) === field;
  return [...new Set([...Object.keys(FIELDS), ...settings])].filter(isCalled);
}

/**
 * The texts by which a value can be found: as it is stored, and as the page shows it.
 * @param {string} field
 * @param {FieldValue} value
 */
export function searchTexts(field, value) {
  return [String(value), field === "dataset.name" ? datasetTitle(String(value)) : valueLabelOf(field, value)];
}
