/** The fields of an experiment that a study can vary, with what the server says of each. Pure functions. */

/**
 * @import { Experiment, Field, Options } from "../types.js"
 */

/**
 * A field that can vary. "numbers": any numbers within its bounds; "names": some of its choices; "sections": what is chosen by
 * its name with settings of its own, such as an optimizer, of `registry`.
 * @typedef {{path: string, kind: "numbers" | "names" | "sections", field: Field | null, now: any, names: any[],
 *   registry?: Record<string, Field[]>}} StudyField
 */

/** Fields that decide what is measured, not what is trained; and what a study decides itself. */
const NOT_VARIED = new Set(["evaluate_every", "evaluate_train_size", "iterations", "epochs"]);
/** Of a data set, what a study can vary: how many images, and how they are changed. */
const OF_DATASET = ["train_size", "label_noise"];

/**
 * All fields of an experiment that can vary, in the order of the form.
 * @param {Options} options
 * @param {Experiment} experiment one, in which no part has several values
 * @returns {StudyField[]}
 */
export function studyFields(options, experiment) {
  const { network = {}, optimizer = {}, training = {}, dataset = {}, regularization = {} } = experiment;
  const ofDataset = options.dataset.filter(({ name }) => OF_DATASET.includes(name));
  const length = "epochs" in training ? "epochs" : "iterations";
  return [
    ...ofNetwork(options, network),
    section("network.initializer", network.initializer, options.initializers),
    ...ofSection("network.initializer", network.initializer, options.initializers),
    section("optimizer", optimizer, options.optimizers),
    ...ofSection("optimizer", optimizer, options.optimizers),
    ...ofFields("regularization", options.regularization, regularization),
    ...ofFields(
      "training",
      options.training.filter(({ name }) => name === length || !NOT_VARIED.has(name)),
      training,
    ),
    section("training.schedule", training.schedule ?? null, options.schedules),
    ...ofSection("training.schedule", training.schedule, options.schedules),
    ...(training.early_stopping
      ? ofFields("training.early_stopping", options.early_stopping, training.early_stopping)
      : []),
    ...ofFields("dataset", ofDataset, dataset),
    ...ofFields("dataset.augment", options.augment, dataset.augment ?? {}),
    ...ofFields(
      "",
      options.general.filter(({ name }) => name === "dtype"),
      experiment,
    ),
  ];
}

/** @param {Options} options @param {Experiment} network @returns {StudyField[]} */
function ofNetwork(options, network) {
  const layers = /** @type {Experiment[]} */ (network.layers ?? []).flatMap((layer, i) =>
    ofFields(`network.layers.${i}`, options.layers[layer.type] ?? [], layer),
  );
  const preset = options.presets[network.preset] ?? [];
  const hidden = preset.find(({ name }) => name === "hidden");
  const units = /** @type {number[]} */ (network.hidden ?? []).map((_, i) => ({
    .../** @type {Field} */ (hidden),
    name: String(i),
    kind: /** @type {const} */ ("integer"),
  }));
  return [
    ...layers,
    ...(hidden ? ofFields("network.hidden", units, network.hidden) : []),
    ...ofFields("network", preset, network),
  ];
}

/** @param {string} path @param {any} now @param {Record<string, Field[]>} registry @returns {StudyField} */
function section(path, now, registry) {
  const none = path === "training.schedule" ? ["none"] : [];
  return { path, kind: "sections", field: null, now, names: [...none, ...Object.keys(registry)], registry };
}

/** The settings of what is chosen by its name now. @param {string} path @param {any} now @param {Record<string, Field[]>} registry */
function ofSection(path, now, registry) {
  return now ? ofFields(path, registry[now.name] ?? [], now) : [];
}

/**
 * @param {string} path
 * @param {Field[]} fields
 * @param {Record<string, any>} values
 * @returns {StudyField[]}
 */
function ofFields(path, fields, values) {
  return fields.flatMap((field) => {
    const { name, kind } = field;
    const base = { path: path ? `${path}.${name}` : name, field, now: values[name] ?? field.default };
    const names = kind === "boolean" ? [false, true] : kind === "choice" ? field.choices : [];
    const isNumber = kind === "number" || kind === "integer";
    if (!isNumber && !names.length) return [];
    return [/** @type {StudyField} */ ({ ...base, kind: isNumber ? "numbers" : "names", names })];
  });
}
