/** The field for the data set, or for several, with a button to download a data set that the server does not have. */

import { find, h, iconButton } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { number, t } from "../words/i18n.js";
import { titleOf } from "../words/labels.js";
import { reasonText } from "../words/reasons.js";
import { block } from "./fields.js";
import { several } from "./several.js";

/** @import { Dataset } from "../types.js" */

/**
 * @param {Dataset[]} datasets all data sets of the lab
 * @param {string[]} chosen names
 * @param {(names: string[], focus: string) => void} onChoose
 * @param {(error: ApiError) => void} onRefused called if a download cannot begin
 * @param {(name: string) => void} onLook called to show the images
 * @returns {{element: HTMLElement, update: () => void}} call `update` when data sets have changed; it keeps the list, which may
 *   be open
 */
export function datasetField(datasets, chosen, onChoose, onRefused, onLook) {
  const names = datasets.map((dataset) => dataset.name);
  /** @param {string} id */
  const datasetOf = (id) => datasets[names.indexOf(id)];
  /** @param {string} id */
  const title = (id) => {
    const dataset = datasetOf(id);
    const size = `${number(dataset.train_size)} / ${number(dataset.test_size)}`;
    return dataset.available
      ? `${titleOf(dataset)}  ${size}`
      : `${titleOf(dataset)}  (${t("dataset.missing")})`;
  };
  const controls = several("dataset.name", "dataset.name", names, chosen, title, onChoose, {
    short: (id) => titleOf(datasetOf(id)),
  });
  const look = iconButton("images", t("look.data"), () => onLook(chosen[0]));
  look.id = "look-data"; // so that the focus can return to it when the form is drawn again
  const element = block("dataset", "dataset.name", null, h("div", { className: "pair" }, ...controls, look));
  const list = find(element, "select", HTMLSelectElement);
  /** @type {HTMLElement | null} */
  let download = null;
  const update = () => {
    for (const option of list.options)
      if (names.includes(option.value)) option.textContent = title(option.value);
    const missing = datasets.find((other) => chosen.includes(other.name) && !other.available);
    const focused = download?.contains(document.activeElement);
    download?.remove();
    download = missing ? fetching(missing, onRefused) : null;
    if (download) find(element, ":scope > .error", HTMLElement).before(download);
    if (focused) list.focus();
  };
  update();
  return { element, update };
}

/**
 * A button to download a data set, or the progress of the download, or why it failed.
 * @param {Dataset} dataset
 * @param {(error: ApiError) => void} onRefused
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
