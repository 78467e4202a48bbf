/** The card that counts, as bars: how many students have joined, are here, have launched, and have finished. */

import { h, setText } from "../page/dom.js";
import { number, t } from "../words/i18n.js";
import { countsOf } from "./tile.js";

/** @import { Tile } from "./tile.js" */

export class CountsCard {
  #title = h("h2");
  #list = h("dl", { className: "count-bars" });

  /** @param {HTMLElement} card */
  constructor(card) {
    card.replaceChildren(h("header", { className: "card-head" }, this.#title), this.#list);
  }

  /** @param {Tile[]} tiles */
  draw(tiles) {
    setText(this.#title, t("class.wall.counts"));
    const counts = countsOf(tiles);
    const rows = /** @type {(keyof typeof counts)[]} */ (["joined", "here", "launched", "finished"]);
    this.#list.replaceChildren(
      ...rows.flatMap((name) => {
        const bar = h("span");
        bar.style.width = `${(100 * counts[name]) / Math.max(1, counts.joined)}%`;
        return [
          h("dt", {}, t(`class.wall.counts.${name}`)),
          h("dd", {}, h("span", { className: "bar" }, bar), h("b", {}, number(counts[name]))),
        ];
      }),
    );
  }
}
