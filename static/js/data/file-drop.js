/** What is done with files that were dropped on the page: exported runs are imported, everything else becomes own data. */

import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { t } from "../words/i18n.js";

/**
 * @import { Dropped } from "../page/files.js"
 * @import { OwnData } from "./own-data.js"
 */

await loadStyle("own-data");

/** Whether a file is one that the import takes: exported runs, or an experiment. Both are JSON. @param {File} file */
export function isOfRuns({ name, type }) {
  return /\.json$/i.test(name) || type === "application/json";
}

export class FileDrop {
  #veil = h(
    "div",
    { className: "veil", popover: "manual" }, // above a dialog too
    h("p", {}, t("own.drop_data")),
    h("p", {}, t("own.drop_runs")),
  );
  #onRuns;
  #ownData;

  /**
   * @param {(files: File[]) => unknown} onRuns
   * @param {() => Promise<OwnData>} ownData
   */
  constructor(onRuns, ownData) {
    this.#onRuns = onRuns;
    this.#ownData = ownData;
    document.body.append(this.#veil);
  }

  /** Files are over the page, or have left it. @param {boolean} isOver */
  drag(isOver) {
    this.#veil.togglePopover(isOver);
  }

  /** @param {Dropped} dropped */
  async drop({ files, entries }) {
    const isFolder = entries.some(({ isDirectory }) => isDirectory);
    if (files.length && !isFolder && files.every(isOfRuns)) await this.#onRuns(files);
    else if (files.length) (await this.#ownData()).openWith({ files, entries });
  }
}
