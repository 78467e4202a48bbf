/** Which images views are measured on that leave no choice. */

import { t } from "../words/i18n.js";

/** @import { RunSummary } from "../types.js" */

/**
 * Their name: those of the test set, or where it stays closed validation or training images; see `Subject.sample` in
 * `engine/views/subject.py`.
 * @param {RunSummary} summary
 */
export function samplePart({ test_size: test, validation_size: validation }) {
  return t(`views.part.${test !== 0 ? "test" : validation ? "validation" : "train"}`);
}
