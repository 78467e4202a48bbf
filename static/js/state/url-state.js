/**
 * The page's state in its address: one table of properties, so that a copied address shows the same page.
 *
 * A property is `name: { key, type, default }`: the key in the address's hash (`#smoothing=0.8&x=epoch`), a type of
 * `TYPES`, and the value that is left out. To keep something in the address, add a line to `PROPERTIES`, take
 * it with `urlState.get(name)`, change it with `urlState.set({ name: value })`, and listen to changes with
 * `urlState.on(name, listener)`. The hash, not the query: it never goes to the server, and changing it loads nothing.
 * This file does not use the page: `address.js` has the page's `urlState`, and writes it.
 *
 * What cannot be read has its default: an address may come from anywhere. What the table does not know stays as it is.
 */

import { Emitter } from "./emitter.js";

/**
 * How a type is read from text (`undefined`: it cannot be) and written.
 * @type {Record<string, {read: (text: string) => any, write: (value: any) => string}>}
 */
const TYPES = {
  text: { read: (text) => text, write: (value) => value },
  number: {
    read: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined),
    write: String,
  },
  boolean: { read: (text) => ({ 1: true, 0: false })[text], write: (value) => (value ? "1" : "0") },
  /** Texts; commas in them are escaped. An empty list is written as nothing. */
  list: {
    read: (text) => (text === "" ? [] : text.split(",").map((part) => unescaped(part))),
    write: (/** @type {string[]} */ values) =>
      values.map((value) => value.replaceAll("%", "%25").replaceAll(",", "%2C")).join(","),
  },
  /** Anything that JSON holds. */
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

/** Everything that is kept in the address. */
export const PROPERTIES = {
  /** which charts, in order, and how each is set: see charts/specs.js */
  charts: { key: "charts", type: "list", default: ["loss", "accuracy"] },
  /** what x is: see charts/axes.js */
  axis: { key: "x", type: "text", default: "iteration" },
  /** in how many columns the charts stand: see charts/chart-grid.js */
  grid: { key: "grid", type: "text", default: "auto" },
  /** how curves stand for several runs, and for which: see charts/groups.js */
  spread: { key: "bands", type: "text", default: "" },
  over: { key: "over", type: "text", default: "" },
  /** the field whose values dashes and symbols stand for: see charts/strokes.js */
  dash: { key: "dash", type: "text", default: "" },
  /** the experiment in the form, where it is not the first one: see form/draft.js */
  form: { key: "form", type: "json", default: null },
  /** numbers of the runs that are shown: there may be none; see shown-runs.js */
  runs: { key: "runs", type: "list", default: ["newest"] },
  /** numbers of the runs that are selected */
  selected: { key: "selected", type: "list", default: [] },
  /** what differs from the run list's usual query: see runs/run-query.js */
  list: { key: "list", type: "json", default: {} },
  /** keys of the groups in the run list that are folded: see runs/run-query.js */
  folded: { key: "folded", type: "list", default: [] },
  /** what the wide run list has columns for: see runs/run-columns.js */
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
  wide: { key: "wide", type: "boolean", default: false },
  language: { key: "lang", type: "text", default: "" },
};

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

/**
 * Emits a property's name with its value when it has changed, by `set` or `take`; and "set" at each `set` that changes
 * something.
 */
export class UrlState extends Emitter {
  #properties;
  /** @type {Map<string, any>} */
  #values = new Map();
  /** What the table does not know. @type {[string, string][]} */
  #strangers = [];

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
   * Change properties; those that have another value now are emitted.
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

  /** Take the properties of another address, as of one that was pasted into the open page. @param {string} hash */
  take(hash) {
    const before = Object.keys(this.#properties).map((name) => [name, this.#text(name, this.get(name))]);
    this.#read(hash);
    this.#changed(
      before.filter(([name, text]) => text !== this.#text(name, this.get(name))).map(([name]) => name),
    );
  }

  /** Everything that differs from its default, as an address says it; empty where nothing does. */
  hash() {
    const query = new URLSearchParams(this.#strangers);
    for (const [name, { key, default: usual }] of Object.entries(this.#properties)) {
      const text = this.#text(name, this.get(name));
      if (text !== this.#text(name, usual)) query.set(key, text);
    }
    // Commas, colons and the like stand for themselves in a hash, and are easier to read.
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
    const known = new Set(Object.values(this.#properties).map(({ key }) => key));
    this.#strangers = [...query].filter(([key]) => !known.has(key));
  }

  /** @param {string[]} names */
  #changed(names) {
    for (const name of names) this.emit(name, this.get(name));
  }
}
