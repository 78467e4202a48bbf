/**
 * Finds the most similar run, and says in which settings the two differ: "Differs only in Learning rate (0.01, not 0.1) from
 * SGD".
 */

import { BY_NAME, differentActivations, differentFields } from "../form/names.js";
import { t } from "../words/i18n.js";
import { datasetTitle, labelsOf, valueLabelOf } from "../words/labels.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Fields, Run } from "../types.js"
 */

/** A setting that differs between two runs, with both values. @typedef {{name: string, own: any, other: any}} Change */
/** Another run, and the settings in which a run differs from it. @typedef {{run: Run, changes: Change[]}} Relative */

/** A run that was launched alone is compared with at most this many earlier runs. */
const MAX_BEFORE = 30;
/** If two runs were not launched together, and differ in more settings than this, their difference is not shown. */
const MAX_CHANGES = 5;

/**
 * The runs of other experiments with which a run may be compared: those that were launched with it, or otherwise the newest
 * runs before it.
 * @param {Run} run
 * @param {Run[]} runs oldest first
 */
export function candidatesFor(run, runs) {
  const others = runs.filter(
    (other) =>
      other.training !== run.training &&
      !(run.fingerprint && other.fingerprint === run.fingerprint) &&
      !other.archived,
  );
  const together = run.group_id ? others.filter((other) => other.group_id === run.group_id) : [];
  if (together.length) return together;
  return others
    .filter((other) => other.number < run.number)
    .slice(-MAX_BEFORE)
    .toReversed();
}

/**
 * The candidate that differs from a run in the fewest settings.
 * @param {Run} run
 * @param {Run[]} candidates
 * @param {Pick<FlatConfigs, "get">} configs
 * @returns {Relative | null} null if no run is similar, or the configs are not fetched yet
 */
export function nearestRun(run, candidates, configs) {
  const own = configs.get(run.id);
  if (!own) return null;
  /** @type {Relative | null} */
  let nearest = null;
  for (const other of candidates) {
    const fields = configs.get(other.id);
    const changes = fields && changesBetween(fields, own);
    if (changes && changes.length < (nearest?.changes.length ?? Infinity)) nearest = { run: other, changes };
  }
  if (!nearest || nearest.changes.length <= MAX_CHANGES) return nearest;
  return run.group_id && nearest.run.group_id === run.group_id ? nearest : null;
}

/**
 * The settings that differ. If the optimizer differs, its own settings do not count as further changes.
 * @param {Fields} before
 * @param {Fields} after
 * @returns {Change[]}
 */
export function changesBetween(before, after) {
  const different = differentFields(before, after);
  const swapped = BY_NAME.filter((section) => different.includes(`${section}.name`));
  const isBrought = (/** @type {string} */ name) =>
    name !== "optimizer.learning_rate" &&
    swapped.some((section) => name.startsWith(`${section}.`) && name !== `${section}.name`);
  return different
    .filter((name) => !isBrought(name))
    .map((name) => {
      const [own, other] = [after[name], before[name]];
      const activations = name === "network.layers" ? differentActivations(other, own) : null;
      return activations
        ? { name: "network.activation", own: activations[1], other: activations[0] }
        : { name, own, other };
    });
}

/** The difference in one sentence, with all values. @param {Relative} relative */
export function differenceSentence({ run, changes }) {
  const { name } = run;
  if (!changes.length) return t("difference.none", { name, n: run.number });
  const labels = labelsOf(changes.map((change) => change.name));
  const parts = changes.map((change) =>
    t("difference.value", {
      field: labels.get(change.name),
      own: valueText(change.name, change.own),
      other: valueText(change.name, change.other),
    }),
  );
  return t("difference.only", { fields: parts.join(t("form.and")), name });
}

/**
 * @param {string} name
 * @param {any} value
 */
function valueText(name, value) {
  return name === "dataset.name" ? datasetTitle(value) : valueLabelOf(name, value);
}
