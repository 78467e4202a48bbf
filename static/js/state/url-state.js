/**
 * The page's state in its address: one table of properties, so that a copied address shows the same page.
 *
 * A property is `name: { key, type, default }`: the key in the hash of the address (`#smoothing=0.8&x=epoch`), a type from
 * `TYPES`, and the default value, which the address leaves out. To keep a value in the address, add a line to `PROPERTIES`,
 * read it with `urlState.get(name)`, change it with `urlState.set({ name: value })`, and listen to changes with
 * `urlState.on(name, listener)`. The state is in the hash and not in the query, because the browser does not send the hash
 * to the server and does not reload the page when it changes. `address.js` has the page's `urlState` and writes the address.
 *
 * An address may come from anywhere: a value that cannot be read is replaced by its default. Keys that are not in the table
 * are kept unchanged.
 */

import { Emitter } from "./emitter.js";

/**
 * How the values of a type are read from text (`undefined`: the text is wrong) and written as text.
 * @type {Record<string, {read: (text: string) => any, write: (value: any) => string}>}
 */
const TYPES = {
  text: { read: (text) => text, write: (value) => value },
  number: {
    read: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined),
    write: String,
  },
  boolean: { read: (text) => ({ 1: true, 0: false })[text], write: (value) => (value ? "1" : "0") },
  /** Texts with commas between them; commas in the texts are escaped. An empty list is the empty text. */
  list: {
    read: (text) => (text === "" ? [] : text.split(",").map((part) => unescaped(part))),
    write: (/** @type {string[]} */ values) =>
      values.map((value) => value.replaceAll("%", "%25").replaceAll(",", "%2C")).join(","),
  },
  /** Any JSON value. */
  json: {
    read: (text) => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    },
    write: (value) => JSON.stringify(value),
  },
};

/** All properties in the address. */
export const PROPERTIES = {
  /** the charts in their order, each with its settings: see charts/specs.js */
  charts: { key: "charts", type: "list", default: ["loss", "accuracy"] },
  /** the quantity on the x axis: see charts/axes.js */
  axis: { key: "x", type: "text", default: "iteration" },
  /** the number of columns of charts: see charts/chart-grid.js */
  grid: { key: "grid", type: "text", default: "auto" },
  /** the spread that bands show, and the setting over which runs are averaged: see charts/groups.js */
  spread: { key: "bands", type: "text", default: "" },
  over: { key: "over", type: "text", default: "" },
  /** the field whose values are shown by line styles and symbols: see charts/strokes.js */
  dash: { key: "dash", type: "text", default: "" },
  /** the experiment in the form, if it differs from the one that the form begins with: see form/draft.js */
  form: { key: "form", type: "json", default: null },
  /** numbers of the shown runs; the list may be empty: see shown-runs.js */
  runs: { key: "runs", type: "list", default: ["newest"] },
  /** numbers of the selected runs */
  selected: { key: "selected", type: "list", default: [] },
  /** search, sorting and grouping of the run list, if they differ from the defaults: see runs/run-query.js */
  list: { key: "list", type: "json", default: {} },
  /** keys of the folded groups in the run list: see runs/run-query.js */
  folded: { key: "folded", type: "list", default: [] },
  /** the columns of the wide run list: see runs/run-columns.js */
  columns: {
    key: "columns",
    type: "list",
    default: [
      "optimizer.name",
      "optimizer.learning_rate",
      "dataset.name",
      "loss",
      "train",
      "test",
      "seconds",
    ],
  },
  /** the lesson that is open: see lessons/player.js */
  lesson: { key: "lesson", type: "text", default: "" },
  /** the study that is open: see studies/studies.js */
  study: { key: "study", type: "text", default: "" },
  /** the pinned moment: see moment.js */
  moment: { key: "at", type: "text", default: "" },
  wide: { key: "wide", type: "boolean", default: false },
  language: { key: "lang", type: "text", default: "" },
};

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

/**
 * Emits the name of a property, with its value, when `set` or `apply` has changed it. Emits "set" when `set` has changed a
 * property.
 */
export class UrlState extends Emitter {
  #properties;
  /** @type {Map<string, any>} */
  #values = new Map();
  /** Keys and values that are not in the table. @type {[string, string][]} */
  #unknown = [];

  /**
   * @param {Record<string, {key: string, type: string, default: any}>} properties
   * @param {string} hash of an address
   */
  constructor(properties, hash = "") {
    super();
    this.#properties = properties;
    this.#read(hash);
  }

  /** @param {string} name */
  get(name) {
    return this.#values.has(name) ? this.#values.get(name) : this.#properties[name].default;
  }

  /**
   * Change properties, and emit those whose value is different now.
   * @param {Record<string, any>} changes
   */
  set(changes) {
    const changed = Object.keys(changes).filter(
      (name) => this.#text(name, changes[name]) !== this.#text(name, this.get(name)),
    );
    for (const name of changed) this.#values.set(name, changes[name]);
    if (changed.length) this.emit("set");
    this.#changed(changed);
  }

  /** Apply the properties of another address, which a user has pasted into the open page. @param {string} hash */
  apply(hash) {
    const before = Object.keys(this.#properties).map((name) => [name, this.#text(name, this.get(name))]);
    this.#read(hash);
    this.#changed(
      before.filter(([name, text]) => text !== this.#text(name, this.get(name))).map(([name]) => name),
    );
  }

  /** The hash with all properties that differ from their default; "" if none does. */
  hash() {
    const query = new URLSearchParams(this.#unknown);
    for (const [name, { key, default: defaultValue }] of Object.entries(this.#properties)) {
      const text = this.#text(name, this.get(name));
      if (text !== this.#text(name, defaultValue)) query.set(key, text);
    }
    // Commas, colons and some other signs need no escaping in a hash, and are easier to read.
    const hash = query.toString().replace(/%(2C|3A|2F|3D|21|40)/g, (code) => decodeURIComponent(code));
    return hash ? `#${hash}` : "";
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  #text(name, value) {
    return TYPES[this.#properties[name].type].write(value);
  }

  /** @param {string} hash */
  #read(hash) {
    const query = new URLSearchParams(hash.replace(/^#/, ""));
    this.#values.clear();
    for (const [name, { key, type }] of Object.entries(this.#properties)) {
      const text = query.get(key);
      const value = text === null ? undefined : TYPES[type].read(text);
      if (value !== undefined) this.#values.set(name, value);
    }
    const keys = new Set(Object.values(this.#properties).map(({ key }) => key));
    this.#unknown = [...query].filter(([key]) => !keys.has(key));
  }

  /** @param {string[]} names */
  #changed(names) {
    for (const name of names) this.emit(name, this.get(name));
  }
}
