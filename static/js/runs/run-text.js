/**
 * A text of a run that several people may write: its notes, its tags. The box is made once, and a redraw leaves it alone:
 * what others write comes in while nothing is typed, and what is typed stays until the server has it. It is sent when the
 * focus leaves the box, or the page is left. Where another person has changed the text meanwhile, both stand there to choose
 * from. What the server does not have when the page is left can be taken into the box of the next visit.
 */

import { h } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { t } from "../words/i18n.js";

/** @import { Run, RunView } from "../types.js" */

/**
 * What has to be kept for the next visit: the text, and the server's value that it was made from.
 * @typedef {{text: string, base: any}} UnsentText
 */

export class RunText {
  element;
  #input;
  #label = h("span", { className: "label" });
  #conflict = h("div", { className: "conflict", role: "alert", hidden: true });
  #kind;
  #send;
  #onOutcome;
  /** The server's value that the text in the box was made from. */
  #base;
  /** The server's value. */
  #latest;
  #sending = false;
  /** That another person was quicker, until one of the texts is chosen. @type {ApiError | null} */
  #refusal = null;

  /**
   * @param {Kind} kind of `KINDS`
   * @param {Run} run
   * @param {(changes: Record<string, any>) => Promise<RunView>} send gives the run as the server has it then, or throws an `ApiError`
   * @param {() => void} onOutcome called when the server has taken or refused the text, and when one of two was chosen
   */
  constructor(kind, run, send, onOutcome) {
    this.#kind = kind;
    this.#send = send;
    this.#onOutcome = onOutcome;
    this.#base = this.#latest = run[kind.name];
    this.#input = kind.box();
    this.#input.name = `runs.${kind.name}`;
    this.#input.value = kind.text(this.#base);
    this.element = h("div", {}, h("label", { className: "field" }, this.#label, this.#input), this.#conflict);
    this.#input.addEventListener("change", () => this.save());
    this.#input.addEventListener("blur", () => this.isFocused || this.save()); // another window may have the focus
    this.translate();
  }

  /** Say what it is in the page's language. */
  translate() {
    this.#label.textContent = t(`runs.${this.#kind.name}`);
    if (this.#kind.hint) this.#input.placeholder = t(this.#kind.hint);
    if (this.#refusal) this.#offer(this.#refusal.bounds.now);
  }

  get name() {
    return this.#kind.name;
  }

  /** What the server does not have yet, as changes of the run; null: nothing. */
  get unsaved() {
    return this.#kind.changes(this.#input.value, this.#base);
  }

  /** That another person was quicker, while both texts stand there: an `ApiError`; or null. */
  get conflict() {
    return this.#refusal;
  }

  /** What has to be kept for the next visit: the text, and the server's value that it was made from; null: nothing. */
  get unsent() {
    return this.unsaved ? { text: this.#input.value, base: this.#base } : null;
  }

  /** Go on with a text of an earlier visit. @param {UnsentText} unsent */
  restore({ text, base }) {
    this.#base = base;
    this.#input.value = text;
    this.save();
  }

  /** Is the cursor in its box? */
  get isFocused() {
    return document.activeElement === this.#input;
  }

  /** The run as it is on the server. @param {Run} run */
  update(run) {
    this.#latest = run[this.#kind.name];
    const isUntouched =
      !this.unsaved && (!this.isFocused || this.#input.value === this.#kind.text(this.#base));
    if (isUntouched || this.#input.value === this.#kind.text(this.#latest)) this.#adopt();
  }

  #adopt() {
    this.#base = this.#latest;
    const text = this.#kind.text(this.#base);
    if (this.#input.value !== text) this.#input.value = text;
  }

  /** Send what was typed. What is refused stays in the box. */
  async save() {
    if (this.#sending || this.#refusal) return;
    const { unsaved } = this;
    const typed = this.#input.value;
    if (unsaved) {
      this.#sending = true;
      const before = this.#latest;
      try {
        this.#base = (await this.#send(unsaved))[this.#kind.name];
        if (this.#latest === before) this.#latest = this.#base; // no update has come meanwhile, as for a run that is not drawn
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.code !== "changed_meanwhile") return;
        this.#refusal = error;
        this.#offer(error.bounds.now);
        return;
      } finally {
        this.#sending = false;
        this.#onOutcome();
      }
    }
    if (this.isFocused) return;
    if (this.#input.value === typed) this.#adopt();
    else this.save();
  }

  /** Show what another person has written meanwhile, and let one choose. @param {any} theirs */
  #offer(theirs) {
    /**
     * @param {string} key
     * @param {(mine: string) => string} text
     */
    const choose = (key, text) => {
      const onclick = () => this.#settle(theirs, text(this.#input.value));
      return h("button", { type: "button", className: "toggle", onclick }, t(key));
    };
    const text = this.#kind.text(theirs);
    this.#conflict.replaceChildren(
      h("p", { className: "error" }, t("why.changed_meanwhile")),
      h("blockquote", {}, text || "–"),
      h(
        "div",
        { className: "choices" },
        choose("runs.keep_mine", (mine) => mine),
        choose("runs.take_theirs", () => text),
        choose("runs.keep_both", (mine) => [text, mine].filter(Boolean).join("\n")),
      ),
    );
    this.#conflict.hidden = false;
  }

  /**
   * @param {any} theirs
   * @param {string} text
   */
  #settle(theirs, text) {
    this.#base = theirs;
    this.#input.value = text;
    this.#conflict.hidden = true;
    this.#refusal = null;
    this.#input.focus();
    this.#onOutcome();
    this.save();
  }
}

/**
 * How a kind of text stands in its box, and what of the run changes when a text was made from a value.
 * @typedef {object} Kind
 * @property {"tags" | "notes"} name
 * @property {string} [hint]
 * @property {() => HTMLInputElement | HTMLTextAreaElement} box
 * @property {(value: any) => string} text
 * @property {(text: string, before: any) => Record<string, any> | null} changes null: nothing
 */

/** @param {string} text */
const lines = (text) => text.replace(/\r\n?/g, "\n");

/** The texts of a run. @type {Record<string, Kind>} */
export const KINDS = {
  tags: {
    name: "tags",
    hint: "runs.tags_hint",
    box: () => h("input", { type: "text", maxLength: 400 }),
    text: (tags) => tags.join(", "),
    changes: (text, before) => {
      const tags = splitTags(text);
      const [add_tags, remove_tags] = [
        tags.filter((tag) => !before.includes(tag)),
        before.filter((/** @type {string} */ tag) => !tags.includes(tag)),
      ];
      return add_tags.length || remove_tags.length ? { add_tags, remove_tags } : null;
    },
  },
  notes: {
    name: "notes",
    box: () => h("textarea", { rows: 2, maxLength: 10_000 }),
    text: lines,
    changes: (notes, before) => (notes === lines(before) ? null : { notes, was: { notes: before } }),
  },
};

/** "a, b" as tags, each once. @param {string} text */
export function splitTags(text) {
  const tags = text.split(/[,、，]/).map((tag) => tag.trim().slice(0, 40));
  return [...new Set(tags.filter(Boolean))].slice(0, 20);
}
