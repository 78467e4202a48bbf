/** Some of what was read: images with their classes, or the first rows of a table. */

import { ImageGrid } from "../look/image-grid.js";
import { rowTable } from "../look/row-table.js";
import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { number, t } from "../words/i18n.js";
import { inputsOf, shownClasses } from "./choices.js";

/**
 * @import { Part } from "./preview-view.js"
 * @import { Preview } from "./types.js"
 */

await loadStyle("look"); // has the grid of images

/** @implements {Part} */
export class SamplePart {
  #heading = h("h3", {});
  #body = h("div", { className: "own-scroll own-samples", tabIndex: 0, role: "region" });
  element = h("section", {}, this.#heading, this.#body);
  fields = {};
  /** @type {ImageGrid | null} */
  #grid = null;
  #gridShape = "";

  /** @param {Preview} preview */
  update(preview) {
    const { samples, kind, shape, choices } = preview;
    const { pixels, rows, labels } = samples;
    const classes = shownClasses(preview);
    const title = t(kind === "table" ? "own.rows" : "own.samples", { n: number(labels.length) });
    this.#heading.textContent = title;
    this.#body.setAttribute("aria-label", title);
    if (pixels !== null) {
      const key = `${shape} ${labels.length}`;
      if (key !== this.#gridShape) {
        this.#gridShape = key;
        this.#grid = new ImageGrid(shape, labels.length);
        this.#body.replaceChildren(this.#grid.element);
      }
      this.#grid?.show({
        name: "",
        part: "train",
        first: 0,
        total: labels.length,
        pixels,
        shape,
        labels,
        class_names: classes,
      });
      return;
    }
    const { scrollTop, scrollLeft } = this.#body;
    this.#body.replaceChildren(
      rowTable(
        inputsOf(preview),
        choices.label ?? "",
        rows ?? [],
        labels.map((label) => classes[label] ?? ""),
      ),
    );
    Object.assign(this.#body, { scrollTop, scrollLeft });
  }
}
