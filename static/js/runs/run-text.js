/**
 * The box for a text of a run that several people may change: notes, or tags. The box shows changes by other people unless the
 * user has typed something. A typed text stays in the box until the server has stored it. It is sent when the box loses the
 * focus, or when the page is closed. If another person has changed the text meanwhile, the box shows both texts, and the user
 * chooses. A text that could not be sent before the page was closed is restored at the next visit.
 */

import { h } from "../page/dom.js";
import { ApiError } from "../server/api.js";
import { t } from "../words/i18n.js";

/** @import { Run, RunView } from "../types.js" */

/**
 * A text to keep for the next visit, and the server's value when the user began to type.
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
  /** The server's value when the user began to type. */
  #base;
  /** The newest value of the server. */
  #latest;
  #sending = false;
  /** The error that another person has changed the text, until the user has chosen a text. @type {ApiError | null} */
  #refusal = null;

  /**
   * @param {Kind} kind of `KINDS`
   * @param {Run} run
   * @param {(changes: Record<string, any>) => Promise<RunView>} send returns the changed run, or throws an `ApiError`
   * @param {() => void} onOutcome called when the server has stored or refused the text, and when the user has chosen a text
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
    this.#input.addEventListener("blur", () => this.isFocused || this.save()); // not if only the window lost the focus
    this.translate();
  }

  /** Set the texts in the page's language. */
  translate() {
    this.#label.textContent = t(`runs.${this.#kind.name}`);
    if (this.#kind.hint) this.#input.placeholder = t(this.#kind.hint);
    if (this.#refusal) this.#offer(this.#refusal.bounds.now);
  }

  get name() {
    return this.#kind.name;
  }

  /** The unsent text as changes of the run; null if there is none. */
  get unsaved() {
    return this.#kind.changes(this.#input.value, this.#base);
  }

  /** The `ApiError` that another person has changed the text, while the box shows both; otherwise null. */
  get conflict() {
    return this.#refusal;
  }

  /** The unsent text to keep for the next visit; null if there is none. */
  get unsent() {
    return this.unsaved ? { text: this.#input.value, base: this.#base } : null;
  }

  /** Restore a text from an earlier visit, and send it. @param {UnsentText} unsent */
  restore({ text, base }) {
    this.#base = base;
    this.#input.value = text;
    this.save();
  }

  /** Whether the box has the focus. */
  get isFocused() {
    return document.activeElement === this.#input;
  }

  /** Take over a new value from the server, unless the user has typed something. @param {Run} run */
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

  /** Send the typed text. If it is refused, it stays in the box. */
  async save() {
    if (this.#sending || this.#refusal) return;
    const { unsaved } = this;
    const typed = this.#input.value;
    if (unsaved) {
      this.#sending = true;
      const before = this.#latest;
      try {
        this.#base = (await this.#send(unsaved))[this.#kind.name];
        if (this.#latest === before) this.#latest = this.#base; // no update has come, as for a run without an open card
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

  /** Show the text of another person, with buttons to choose between the two texts. @param {any} theirs */
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
 * A kind of text: its box, its value as text, and the changes of the run for a text that a user has typed over a value.
 * @typedef {object} Kind
 * @property {"tags" | "notes"} name
 * @property {string} [hint]
 * @property {() => HTMLInputElement | HTMLTextAreaElement} box
 * @property {(value: any) => string} text
 * @property {(text: string, before: any) => Record<string, any> | null} changes null: no changes
 */

/** The most tags of a run, and characters of a tag; see app/remarks.py and app/routes/runs.py. */
const MAX_TAGS = 20;
const TAG_LENGTH = 40;

/** As a box of one line holds it. @param {string} text */
const oneLine = (text) => text.replace(/[\r\n]/g, "");

/** @param {string} text */
const lines = (text) => text.replace(/\r\n?/g, "\n");

/** The texts of a run. @type {Record<string, Kind>} */
export const KINDS = {
  tags: {
    name: "tags",
    hint: "runs.tags_hint",
    box: () => h("input", { type: "text", maxLength: 400 }),
    text: (tags) => oneLine(tags.join(", ")),
    changes: (text, before) => {
      const typed = tagsIn(text);
      // a tag of a program or an import may be none that one can type, such as "a, b": it stays as long as its parts are there
      const isKept = (/** @type {string} */ tag) =>
        tagsIn(oneLine(tag)).every((part) => typed.includes(part));
      const kept = before.filter(isKept).flatMap((/** @type {string} */ tag) => tagsIn(oneLine(tag)));
      const add_tags = typed.filter((tag) => !kept.includes(tag)).slice(0, MAX_TAGS);
      const remove_tags = before.filter((/** @type {string} */ tag) => !isKept(tag));
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

/** The tags in a text such as "a, b", each once, and at most as many as a run has. @param {string} text */
export function splitTags(text) {
  return tagsIn(text).slice(0, MAX_TAGS);
}

/** @param {string} text */
function tagsIn(text) {
  const tags = text.split(/[,、，]/).map((tag) => [...tag.trim()].slice(0, TAG_LENGTH).join("").trim());
  return [...new Set(tags.filter(Boolean))];
}
