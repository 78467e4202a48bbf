/** Files that a user drops on the page or chooses in a dialog. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";

export class FileDrop {
  #onFiles;

  /** @param {(files: File[]) => unknown} onFiles */
  constructor(onFiles) {
    this.#onFiles = onFiles;
    const veil = h("div", { className: "veil", hidden: true });
    document.body.append(veil);
    /** @param {DragEvent} event */
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      veil.textContent = t("import.drop");
      veil.hidden = false;
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) veil.hidden = true;
    });
    document.addEventListener("drop", (event) => {
      veil.hidden = true;
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      onFiles([...event.dataTransfer.files]);
    });
  }

  /** Let the viewer choose files. */
  choose() {
    const input = h("input", { type: "file", accept: ".json,application/json", multiple: true });
    input.addEventListener("change", () => this.#onFiles([...(input.files ?? [])]));
    input.click();
  }
}
