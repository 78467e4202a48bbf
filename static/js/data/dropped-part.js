/** What of a file is left out, with reasons and places, and what else one should know. */

import { h } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { listText, placeText, saidText } from "./sentences.js";

/**
 * @import { Part } from "./preview-view.js"
 * @import { Preview } from "./types.js"
 */

/** @implements {Part} */
export class DroppedPart {
  #dropped = h("ul", { className: "own-dropped" });
  #notes = h("ul", { className: "own-notes" });
  #left = h("section", {}, h("h3", {}, t("own.dropped")), this.#dropped);
  #noted = h("section", {}, h("h3", {}, t("own.notes")), this.#notes);
  element = h("div", { className: "own-beside" }, this.#noted, this.#left);
  fields = {};

  /** @param {Preview} preview */
  update({ dropped, notes }) {
    this.#left.hidden = !dropped.length;
    this.#noted.hidden = !notes.length;
    this.#dropped.replaceChildren(
      ...dropped.map(({ why, count, examples }) => {
        const places = listText(examples.map(placeText)) + (count > examples.length ? " …" : "");
        return h(
          "li",
          {},
          h("b", {}, number(count)),
          h("span", {}, saidText(why)),
          examples.length ? h("span", { className: "quiet" }, places) : null,
        );
      }),
    );
    this.#notes.replaceChildren(...notes.map((note) => h("li", {}, saidText(note))));
  }
}
