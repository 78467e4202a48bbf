/** The field for the data set, or for several. */

import { find, h, iconButton } from "../page/dom.js";
import { retried } from "../page/lazy.js";
import { number, t } from "../words/i18n.js";
import { datasetTitle } from "../words/labels.js";
import { block } from "./fields.js";
import { several } from "./several.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Dataset } from "../types.js"
 */

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
  const listed = datasets
    .filter(({ name, deleted }) => !deleted || chosen.includes(name))
    .sort((a, b) => Number(!!a.own) - Number(!!b.own));
  const names = listed.map(({ name }) => name);
  /** @param {string} id */
  const datasetOf = (id) => /** @type {Dataset} */ (datasets.find(({ name }) => name === id));
  /** @param {string} id */
  const title = (id) => {
    const { available, own, train_size, test_size } = datasetOf(id);
    const size = `${number(train_size)} / ${number(test_size)}`;
    const note = available ? size : own ? "" : `(${t("dataset.missing")})`;
    return `${datasetTitle(id)}  ${note}`;
  };
  const controls = several("dataset.name", "dataset.name", names, chosen, title, onChoose, {
    short: datasetTitle,
  });
  const look = iconButton("images", t("look.data"), () => onLook(chosen[0]));
  look.id = "look-data"; // so that the focus can return to it when the form is drawn again
  const element = block("dataset", "dataset.name", null, h("div", { className: "pair" }, ...controls, look));
  const list = find(element, "select", HTMLSelectElement);
  const own = [...list.options].filter(({ value }) => names.includes(value) && datasetOf(value).own);
  if (own.length) list.append(h("optgroup", { label: t("dataset.yours") }, ...own));
  /** @type {HTMLElement | null} */
  let download = null;
  const update = async () => {
    for (const option of list.options)
      if (names.includes(option.value)) option.textContent = title(option.value);
    const missing = datasets.find((other) => chosen.includes(other.name) && !other.available);
    if (!missing && !download) return;
    const { fetching } = await retried(() => import("./fetching.js"));
    const focused = download?.contains(document.activeElement);
    download?.remove();
    download = missing ? fetching(missing, onRefused) : null;
    if (download) find(element, ":scope > .error", HTMLElement).before(download);
    if (focused) list.focus();
  };
  update();
  return { element, update };
}
