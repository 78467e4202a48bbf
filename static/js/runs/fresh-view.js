/**
 * Fresh view: if launched runs use another data set than the shown runs, only the launched runs are shown, because accuracies
 * on different images cannot be compared. One click shows the other runs again.
 */

import { t } from "../words/i18n.js";
import { datasetTitle } from "../words/labels.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { RunView } from "../types.js"
 * @import { Store } from "../state/store.js"
 */

/** The button that shows the other runs again is visible for this many milliseconds. */
const TIME = 12_000;

/**
 * Show runs that have just been launched.
 * @param {RunView[]} launched
 * @param {Store} store
 * @param {Toast} toast
 */
export function showLaunched(launched, store, toast) {
  const ids = launched.map(({ id }) => id);
  const others = store.shown().filter(({ id }) => !ids.includes(id));
  const datasets = new Set(launched.map(({ summary }) => summary.dataset));
  if (!others.length || others.some(({ summary }) => datasets.has(summary.dataset)))
    return store.show(ids, true);
  store.showOnly(ids);
  const titles = [...datasets].map(datasetTitle).join(", ");
  const hidden = others.map(({ id }) => id);
  toast.show(t("runs.fresh_view", { datasets: titles }), {
    label: t("runs.show_others"),
    action: () => store.show(hidden, true),
    time: TIME,
  });
}
