/** Downloads a data set that the server does not have. */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { number, t } from "../words/i18n.js";
import { reasonText } from "../words/reasons.js";

/** @import { Dataset } from "../types.js" */

/**
 * A button to download a data set, or the progress of the download, or why it failed.
 * @param {Dataset} dataset
 * @param {(error: ApiError) => void} onRefused
 * @param {string} id of the button
 */
export function fetching(dataset, onRefused, id = "fetch") {
  if (!dataset.fetchable) return null;
  const state = dataset.fetching;
  if (state && !state.error) {
    const share = state.total ? state.received / state.total : 0;
    const bar = h("progress", { max: 1, value: share, "aria-label": t("dataset.fetching") });
    return h("div", { className: "fetch" }, bar, h("span", {}, `${Math.round(100 * share)}%`));
  }
  const size = number(dataset.download_bytes / 1e6, { maximumFractionDigits: 0 });
  const button = h("button", { type: "button", className: "toggle", id }, t("dataset.fetch", { size }));
  button.addEventListener("click", async () => {
    try {
      await api.fetchDataset(dataset.name); // the progress comes through the stream
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      onRefused(error);
    }
  });
  const why = state?.error && t("dataset.failed", { reason: reasonText(state.why, state.error) });
  return h(
    "div",
    { className: "fetch" },
    button,
    why ? h("span", { className: "fetch-error", role: "alert" }, why) : null,
  );
}
