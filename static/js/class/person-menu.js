/** The person's number in the top line, with a menu: recovery phrase, what the teacher sees, own work as a file, leaving. */

import { h } from "../page/dom.js";
import { wireMenu } from "../page/menu.js";
import { onLanguage, t } from "../words/i18n.js";
import { inParts } from "./wording.js";

/** @import { Store } from "../state/store.js" */

/** The most runs in one export; the server has the same limit. */
const MAX_RUNS = 200;

export class PersonMenu {
  #store;
  #menu = h("details", { className: "menu person" });
  #panel = h("div", { className: "card panel" });
  #summary = h("summary", { className: "tool" });

  /**
   * @param {HTMLElement} tools
   * @param {Store} store
   */
  constructor(tools, store) {
    this.#store = store;
    this.#menu.append(this.#summary, this.#panel);
    wireMenu(this.#menu);
    this.#summary.addEventListener("click", () => this.#fill());
    this.#panel.addEventListener("click", () => (this.#menu.open = false));
    tools.prepend(this.#menu);
    if (store.person?.role !== "student") tools.prepend(this.#wallLink());
    store.on("person", () => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #wallLink() {
    const link = h("a", { className: "tool wall-link", href: "wall" });
    const draw = () => (link.textContent = t("class.to_wall"));
    onLanguage(draw);
    draw();
    return link;
  }

  /** Number and nickname of this person; of the teacher, the word for the role. */
  get #name() {
    const { person, messages } = this.#store;
    const newest = messages.person?.person;
    return person?.role === "student" && newest ? { number: newest.number, nickname: newest.nickname } : null;
  }

  #draw() {
    const name = this.#name;
    const { role } = this.#store.person ?? {};
    this.#summary.replaceChildren(
      ...(name
        ? [h("b", {}, name.number), " ", h("span", { className: "nickname" }, name.nickname)]
        : [role === "student" ? "…" : t(`class.${role}`)]),
    );
    this.#summary.title = t("class.menu");
  }

  #fill() {
    const isStudent = this.#store.person?.role === "student";
    /**
     * @param {string} key
     * @param {(dialogs: typeof import("./dialogs.js")) => unknown} open
     */
    const item = (key, open) =>
      h(
        "button",
        { type: "button", className: "row-link", onclick: async () => open(await import("./dialogs.js")) },
        t(key),
      );
    this.#panel.replaceChildren(
      ...(isStudent
        ? [
            item("class.phrase", ({ openPhrase }) => openPhrase()),
            item("class.sees", ({ openSees }) => openSees()),
            ...this.#files(),
          ]
        : []),
      item("class.leave", ({ openLeave }) => openLeave(isStudent)),
    );
  }

  /** Links to files with the person's runs, each with at most as many as one export has. */
  #files() {
    const own = this.#store.list().filter((run) => this.#store.isOwn(run));
    const parts = inParts(own.toReversed(), MAX_RUNS);
    return parts.map((runs) =>
      h(
        "a",
        {
          className: "row-link",
          download: "",
          href: `api/exports/json?runs=${runs.map(({ id }) => id).join(",")}`,
        },
        parts.length === 1
          ? t("class.file")
          : t("class.file_part", { first: runs[0].number, last: runs[runs.length - 1].number }),
      ),
    );
  }
}
