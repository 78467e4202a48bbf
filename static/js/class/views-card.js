/**
 * The wall's card of the shared views: what people share with the class. For the teacher each line is a link that opens the
 * lab's page with these runs.
 */

import { h, setText } from "../page/dom.js";
import { writeMoment } from "../state/moment.js";
import { number, t } from "../words/i18n.js";
import { lines, names } from "./student-lines.js";

/**
 * @import { SharedView, ViewsOfPerson } from "./types.js"
 * @import { WallStore } from "./wall-store.js"
 */

export class ViewsCard {
  #card;
  #isTeacher;
  #title = h("h2");
  #list = h("ul", { className: "lines" });
  #draw = lines(this.#list);

  /**
   * @param {HTMLElement} card
   * @param {boolean} isTeacher
   */
  constructor(card, isTeacher) {
    this.#card = card;
    this.#isTeacher = isTeacher;
    card.replaceChildren(h("header", { className: "card-head" }, this.#title), this.#list);
  }

  /** @param {WallStore} store */
  draw(store) {
    const shared = [...store.views.values()].flatMap(({ person, views }) =>
      views.map((view) => ({ person, view })),
    );
    this.#card.hidden = !shared.length;
    setText(this.#title, t("class.views"));
    this.#draw(shared.map(({ person, view }) => this.#line(store, person, view)));
  }

  /**
   * @param {WallStore} store
   * @param {ViewsOfPerson["person"]} person
   * @param {SharedView} view
   */
  #line(store, { id }, view) {
    const tile = store.tiles.get(id);
    const what = textOf(view);
    const make = () => {
      const content = [
        h("span", { className: "who" }, ...(tile ? names([tile]) : [])),
        h("span", { className: "quiet" }, what),
      ];
      if (!this.#isTeacher) return h("li", {}, ...content);
      return h("li", {}, h("a", { className: "line-button", href: addressOf(view) }, ...content));
    };
    return { key: view.id, content: JSON.stringify([tile?.number, tile?.nickname, view]), make };
  }
}

/** @param {SharedView} view */
function textOf({ runs, iteration }) {
  const what = t(runs.length === 1 ? "class.banner.a_run" : "class.banner.runs", { n: number(runs.length) });
  return iteration === null ? what : t("class.banner.moment", { what, iteration: number(iteration) });
}

/** The address of the lab's page with these runs. @param {SharedView} view */
function addressOf({ runs, iteration }) {
  const shown = `./#runs=${runs.map((run) => run.number).join()}`;
  return iteration === null ? shown : `${shown}&at=${writeMoment({ run: runs[0].number, iteration })}`;
}
