/** The description of a run in one line: "MNIST · 784-40-20-10 · ReLU · He · SGD 0.1 · batch 100 · seed 0". */

import { hasText, number, t } from "../words/i18n.js";
import { datasetTitle, inputsOf, labelOf, shortLabelOf, valueLabelOf } from "../words/labels.js";

/** @import { Fields, RunSummary } from "../types.js" */

/** Layers that the description names. Dense layers and convolutions are described by their sizes. */
const NAMED_LAYERS = ["batch_norm", "dropout", "residual", "local_response_norm"];
/** Settings that the description has only if they are set. */
const RARE_SETTINGS = ["dataset.label_noise", "training.clip_norm", "training.clip_value"];

/**
 * @param {{summary: RunSummary}} run
 * @param {Fields} [fields] its config as flat fields, if they are fetched; then the description has rare settings too
 */
export function describeRun({ summary }, fields = {}) {
  const { dataset, train_size, initializer, optimizer, learning_rate, l1, l2, batch_size, seed } = summary;
  const { validation_size } = summary;
  const title = datasetTitle(dataset);
  return [
    train_size ? t("description.images", { dataset: title, n: number(train_size) }) : title,
    validation_size ? t("description.validation", { n: number(validation_size) }) : "",
    ...networkParts(summary),
    initializerText(initializer, fields["network.initializer.std"]),
    `${t(`optimizer.${optimizer}`)} ${learning_rate}`,
    l1 ? `L1 ${l1}` : "",
    l2 ? `L2 ${l2}` : "",
    ...unusualParts(fields),
    `${shortLabelOf("training.batch_size")} ${batch_size}`,
    t("form.seed", { seed }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {RunSummary} summary */
function networkParts({ dataset, units, filters, activations, layers }) {
  const inputs = inputsOf(dataset);
  const dense = [filters.length ? undefined : inputs, ...units].filter((count) => count !== undefined);
  return [
    filters.length ? `${t("layer.conv2d")} ${filters.join("-")}` : "",
    dense.join("-"),
    activations.map((name) => t(`activation.${name}`)).join(" "),
    ...NAMED_LAYERS.filter((type) => layers.includes(type)).map((type) => t(`layer.${type}`)),
  ];
}

/**
 * "He", or "normal, σ 0.01".
 * @param {string} name
 * @param {number | undefined} std
 */
function initializerText(name, std) {
  const short = `short.initializer.${name}`;
  const text = hasText(short) ? t(short) : t(`initializer.${name}`);
  return std === undefined ? text : `${text} ${std}`;
}

/** @param {Fields} fields */
function unusualParts(fields) {
  const { "dataset.fold.index": fold, "dataset.fold.folds": folds } = fields;
  const schedule = fields["training.schedule.name"] ?? "constant";
  const set = RARE_SETTINGS.filter((name) => fields[name]);
  const changes = Object.entries(fields).filter(
    ([name, value]) => name.startsWith("dataset.augment.") && value,
  );
  return [
    ...set.map((name) => `${shortLabelOf(name)} ${fields[name]}`),
    ...changes.map(([name, value]) => `${labelOf(name)} ${valueLabelOf(name, value)}`),
    fold === undefined || fold === null ? "" : t("form.fold", { number: fold + 1, folds }),
    schedule === "constant"
      ? ""
      : `${labelOf("training.schedule.name")} ${valueLabelOf("training.schedule.name", schedule)}`,
    Object.keys(fields).some((name) => name.startsWith("training.early_stopping."))
      ? t("early_stopping.name")
      : "",
  ];
}
