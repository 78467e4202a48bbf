/**
 * The card that lists the views which people share with the class; a view is some runs, perhaps at a moment. A click shows its
 * runs in place of the present ones, and a button in the message undoes that.
 */

import { find, h, iconButton, setChildren } from "../page/dom.js";
import { showCurves } from "../page/parts.js";
import { ApiError } from "../server/api.js";
import { classApi } from "../server/class-api.js";
import { urlState } from "../state/address.js";
import { writeMoment } from "../state/moment.js";
import { onLanguage, t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";
import { ownerPhrase, ownerText, shownText } from "./wording.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { Store } from "../state/store.js"
 * @import { SharedView, ViewsOfPerson } from "./types.js"
 */

/** How long the button that undoes it is shown, in milliseconds. */
const BACK_TIME = 20_000;

export class SharedList {
  #store;
  #toast;
  #title = h("h2");
  #list = h("ul", { className: "shared-list" });
  #card = h(
    "article",
    { className: "card shared-views", hidden: true },
    h("header", { className: "card-head" }, this.#title),
    this.#list,
  );
  /** A view's id → its line, and the content that it was made of: another content makes another line. @type {Map<string, {content: string, line: HTMLElement}>} */
  #lines = new Map();

  /**
   * @param {Store} store
   * @param {Toast} toast
   */
  constructor(store, toast) {
    this.#store = store;
    this.#toast = toast;
    find(document, "#results", HTMLElement).prepend(this.#card);
    store.on("views", () => this.#draw());
    store.on("draw", () => this.#draw()); // names of runs may have changed
    onLanguage(() => {
      this.#lines.clear();
      this.#draw();
    });
    this.#draw();
  }

  #draw() {
    /** @type {Map<string, {content: string, line: HTMLElement}>} */
    const lines = new Map();
    for (const { person, views } of /** @type {Map<string, ViewsOfPerson>} */ (
      this.#store.several.views
    ).values())
      for (const view of views) {
        const who = this.#owner(person, view);
        const what = this.#describe(view);
        const content = JSON.stringify([who, what, this.#existing(view)]);
        const old = this.#lines.get(view.id);
        lines.set(view.id, old?.content === content ? old : { content, line: this.#line(person, view) });
      }
    this.#lines = lines;
    this.#card.hidden = !lines.size;
    this.#title.textContent = t("class.views");
    setChildren(
      this.#list,
      [...lines.values()].map(({ line }) => line),
    );
  }

  /** The ids of the runs of a view that the page has. @param {SharedView} view */
  #existing({ runs }) {
    return runs.map(({ id }) => id).filter((id) => this.#store.runs.has(id));
  }

  /** @param {SharedView} view */
  #describe(view) {
    const ids = view.runs.map(({ id }) => id);
    const runs = this.#store.list();
    return view.iteration === null
      ? shownText({ kind: "runs", runs: ids }, runs)
      : shownText({ kind: "moment", runs: ids, iteration: view.iteration }, runs);
  }

  /**
   * The person who shares a view, as the owner of a run. The nickname is known only if one of the view's runs is theirs.
   * @param {ViewsOfPerson["person"]} person
   * @param {SharedView} view
   */
  #owner(person, view) {
    const owners = this.#existing(view).map((id) => this.#store.runs.get(id)?.owner);
    return owners.find((owner) => owner?.id === person.id) ?? { ...person, nickname: null };
  }

  /**
   * @param {ViewsOfPerson["person"]} person
   * @param {SharedView} view
   */
  #line(person, view) {
    const isOwn = person.id === this.#store.person?.id;
    const owner = this.#owner(person, view);
    const [who, what] = [isOwn ? t("class.views.you") : ownerText({ owner }), this.#describe(view)];
    const open = h(
      "button",
      {
        type: "button",
        className: "row-link",
        title: t("class.views.open", { what }),
        onclick: () => this.#open(view, isOwn ? "" : ownerPhrase({ owner })),
      },
      h("b", {}, who),
      h("span", {}, what),
    );
    const mayStop = isOwn || this.#store.person?.role === "teacher";
    const stop = mayStop ? [iconButton("delete", t("class.unshare"), () => this.#stop(view))] : [];
    return h("li", {}, open, ...stop);
  }

  /**
   * @param {SharedView} view
   * @param {string} who empty if the viewer shares it
   */
  #open(view, who) {
    const ids = this.#existing(view);
    if (!ids.length) return;
    const { runs } = this.#store;
    const before = { runs: this.#store.shown().map(({ id }) => id), moment: urlState.get("moment") };
    const first = runs.get(view.runs[0].id);
    const moment =
      view.iteration === null || !first ? "" : writeMoment({ run: first.number, iteration: view.iteration });
    this.#show(ids, moment);
    showCurves();
    const what = this.#describe(view);
    this.#toast.show(who ? t("class.views.opened", { what, who }) : t("class.views.opened_own", { what }), {
      label: t("class.views.back"),
      action: () =>
        this.#show(
          before.runs.filter((id) => runs.has(id)),
          before.moment,
        ),
      time: BACK_TIME,
    });
  }

  /**
   * @param {string[]} ids
   * @param {string} moment
   */
  #show(ids, moment) {
    this.#store.showOnly(ids);
    if (moment !== urlState.get("moment")) urlState.set({ moment });
  }

  /** @param {SharedView} view */
  async #stop({ id }) {
    try {
      await classApi.stopSharing(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explainAll(error), { wrong: true });
    }
  }
}
