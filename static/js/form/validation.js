/**
 * Validation images in the form: whoever chooses a setting or an iteration by test images reports a test accuracy that is too
 * high. So where something is chosen, the form proposes to keep images back for that.
 */

import { alternatives, oneOrSeveral } from "./values.js";

/** @import { Draft } from "./draft.js" */
/** @import { OneOrSeveral } from "./values.js" */

/** One of this many of the images trained on. */
const PART = 10;

/**
 * How many images the form proposes to keep back; null where nothing is chosen, or images are kept back already, or there are
 * none to keep back.
 * @param {Draft} draft
 * @returns {number | null}
 */
export function proposal(draft) {
  const chooses = stopsByTest(draft) || draft.varied().length > 0;
  return chooses && !hasValidation(draft) ? usualSize(draft) : null;
}

/**
 * A tenth of the images trained on, of each data set; null where there are none to keep back, and where the typed size is not
 * a number.
 * @param {Pick<Draft, "document" | "datasets">} draft
 */
export function usualSize(draft) {
  const { train_size = null } = draft.document.dataset;
  const sizes = draft.datasets.flatMap((dataset) =>
    alternatives(train_size).map((train) => {
      // `available`: how many images can be kept back at most
      const [trained, available] =
        train === null ? [dataset.train_size, dataset.train_size - 1] : [train, dataset.train_size - train];
      return Math.min(Math.round(trained / PART), available);
    }),
  );
  const size = Math.min(...sizes);
  return size >= 1 ? size : null; // also null if the typed size is not a number: then `size` is NaN
}

/** Does the draft keep images back, or is a fold its validation images? @param {Pick<Draft, "document">} draft */
export function hasValidation({ document }) {
  const { validation_size = null, fold = null } = document.dataset;
  return (validation_size ?? "") !== "" || fold?.part === "validation";
}

/** Would early stopping watch the test images? @param {Pick<Draft, "document">} draft */
export function stopsByTest({ document }) {
  return alternatives(document.training.early_stopping ?? null)
    .flatMap((stopping) => (stopping ? alternatives(stopping.metric ?? "") : []))
    .some((metric) => String(metric).startsWith("test_"));
}

/**
 * Keep images back, and let early stopping watch these.
 * @param {Pick<Draft, "document">} draft
 * @param {number} size
 */
export function keepBack({ document }, size) {
  document.dataset.validation_size = size;
  for (const stopping of alternatives(document.training.early_stopping ?? null))
    if (stopping) stopping.metric = onValidation(stopping.metric ?? "test_loss");
}

/**
 * The same metrics of the validation images.
 * @param {OneOrSeveral<string>} metric
 * @returns {OneOrSeveral<string>}
 */
export function onValidation(metric) {
  const values = [
    ...new Set(
      alternatives(metric).map((alternative) => String(alternative).replace(/^test_/, "validation_")),
    ),
  ];
  return oneOrSeveral(values, values);
}
