/** The list of the data sets that people have brought: rename, share, download, delete. */

import { attempt } from "../page/attempt.js";
import { h, iconButton, setChildren, setText } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { renameInPlace } from "../page/rename-in-place.js";
import { ownDataApi } from "../server/own-data-api.js";
import { t } from "../words/i18n.js";
import { datasetText } from "./sentences.js";

/**
 * @import { Dataset } from "../types.js"
 * @import { DialogContext } from "./own-data.js"
 */

export class OwnList {
  element;
  #context;
  #stop;
  #items = h("ul", { className: "own-list" });
  #empty = h("p", { className: "quiet" }, t("own.none"));
  /** By name. @type {Map<string, Item>} */
  #known = new Map();

  /** @param {DialogContext} context */
  constructor(context) {
    this.#context = context;
    this.element = h("section", {}, h("h3", {}, t("own.list")), this.#empty, this.#items);
    this.#stop = context.store.on("datasets", () => this.#draw());
    this.#draw();
  }

  remove() {
    this.#stop();
  }

  #draw() {
    const shown = this.#context.datasets.filter(({ own, deleted }) => own && !deleted);
    const items = shown.map((dataset) => {
      const item = this.#known.get(dataset.name) ?? new Item(this.#context);
      this.#known.set(dataset.name, item);
      item.update(dataset);
      return item.element;
    });
    const focused = this.#items.contains(document.activeElement);
    setChildren(this.#items, items);
    this.#empty.hidden = items.length > 0;
    if (focused && !this.#items.contains(document.activeElement)) {
      this.element.tabIndex = -1;
      this.element.focus(); // what had the focus was deleted
    }
  }
}

class Item {
  element = h("li", {});
  #context;
  /** @type {Dataset} */
  #dataset = /** @type {any} */ (null); // `update` comes before anything else
  #title = h("span", { className: "own-title" });
  #about = h("span", { className: "quiet" });
  #problem = h("p", { className: "own-problem", role: "alert" });
  #use = h("button", { type: "button", className: "toggle" }, t("own.use"));
  #rename = iconButton("rename", t("own.rename"), () => this.#renameTitle());
  #share = h("button", { type: "button", className: "toggle" }, t("own.share"));
  #file = h("a", { className: "tool own-file", download: "" }, t("own.download"));
  #delete = iconButton("trash", t("own.delete"), () => this.#askToDelete());
  #tools = h("div", { className: "own-tools" });
  /** Settles when the last change is answered. @type {Promise<unknown>} */
  #lastChange = Promise.resolve();

  /** @param {DialogContext} context */
  constructor(context) {
    this.#context = context;
    this.#use.addEventListener("click", () => context.useInForm(this.#dataset));
    this.#share.addEventListener("click", () =>
      this.#attempt(() => ownDataApi.change(this.#dataset.name, { shared: !this.#dataset.shared })),
    );
    this.#tools.append(this.#use, this.#share, this.#file, this.#rename, this.#delete);
    const words = h("div", { className: "own-words" }, this.#title, this.#about);
    this.element.append(words, this.#tools, this.#problem);
  }

  /** @param {Dataset} dataset */
  update(dataset) {
    this.#dataset = dataset;
    const { person } = this.#context.store;
    const mayChange = !person || person.role === "teacher" || !!dataset.mine;
    this.element.dataset.dataset = dataset.name;
    setText(this.#title, dataset.title);
    setText(this.#about, [datasetText(dataset), ...this.#inClass()].join(" · "));
    this.#file.href = ownDataApi.file(dataset.name);
    for (const tool of [this.#rename, this.#delete]) tool.hidden = !mayChange;
    this.#share.hidden = !person || !mayChange;
    this.#share.setAttribute("aria-pressed", String(!!dataset.shared));
    setText(this.#share, t(dataset.shared ? "own.shared" : "own.share"));
  }

  /** Whose it is, in a class. @returns {string[]} */
  #inClass() {
    const { owner, mine, shared } = this.#dataset;
    if (!this.#context.store.person) return [];
    const whose = mine
      ? t("own.by_me")
      : owner === null || owner === undefined
        ? t("own.by_teacher")
        : t("own.by_number", { n: owner });
    return [whose, ...(shared ? [t("own.shared")] : [])];
  }

  #renameTitle() {
    const { title } = this.#dataset;
    const of = { value: title, label: t("own.data_title"), maxLength: 60, back: this.#rename };
    renameInPlace(this.#title, of, (typed) => {
      if (typed !== this.#dataset.title)
        this.#attempt(() => ownDataApi.change(this.#dataset.name, { title: typed }));
    });
  }

  #askToDelete() {
    const { name, title } = this.#dataset;
    const yes = h("button", { type: "button", className: "toggle own-delete" }, t("own.delete_yes"));
    const no = h("button", { type: "button", className: "toggle" }, t("own.cancel"));
    const question = h(
      "div",
      { className: "own-question", role: "group" },
      h("p", {}, t("own.delete_ask", { title })),
      yes,
      no,
    );
    question.setAttribute("aria-label", t("own.delete"));
    const back = () => {
      question.replaceWith(this.#tools);
      (this.#delete.hidden ? this.#use : this.#delete).focus();
    };
    no.addEventListener("click", back);
    onKey(question, (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      back();
    });
    yes.addEventListener("click", async () => {
      const done = await this.#attempt(
        async () => (await ownDataApi.remove(name)) ?? { ...this.#dataset, available: false, deleted: true },
      );
      if (done) this.#context.toast.show(t("own.deleted", { title }));
      back(); // also after it was deleted: the same content may come back, and another person may share it still
    });
    this.#tools.replaceWith(question);
    no.focus();
  }

  /**
   * Send a change after the earlier ones are answered, so that the last answer is the newest. `change` must read the data set
   * only when it is called.
   * @param {() => Promise<Dataset>} change
   * @returns {Promise<boolean>} whether it was done
   */
  #attempt(change) {
    const run = () => attempt(this.#problem, async () => this.#context.store.putDataset(await change()));
    const done = this.#lastChange.then(run, run);
    this.#lastChange = done;
    return done;
  }
}
