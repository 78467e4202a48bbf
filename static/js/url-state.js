/**
 * The page's state in its address: one table of properties, so that a copied address shows the same page.
 *
 * A property is `name: { key, type, default }`: the key in the address's hash (`#smoothing=0.8&x=epoch`), a type of
 * `TYPES`, and the value that need not be said. To keep something in the address, add a line to `PROPERTIES`, take
 * it with `urlState.get(name)`, change it with `urlState.set({ name: value })`, and hear of changes with
 * `urlState.on(name, listener)`. The hash, not the query: it never goes to the server, and changing it loads nothing.
 *
 * What cannot be read has its default: an address may come from anywhere. What the table does not know stays as it is.
 */

/** Milliseconds between two writes of the address: browsers refuse more than a hundred in half a minute. */
const REST = 400;

/** How a type is read from text (`undefined`: it cannot be) and written. */
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
    write: (values) => values.map((value) => value.replaceAll("%", "%25").replaceAll(",", "%2C")).join(","),
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
  /** how curves stand for several runs, and for which: see charts/groups.js */
  spread: { key: "bands", type: "text", default: "" },
  over: { key: "over", type: "text", default: "" },
  /** the field whose values dashes and symbols tell: see charts/strokes.js */
  dash: { key: "dash", type: "text", default: "" },
  /** the experiment in the form, where it is not the first one: see form/draft.js */
  form: { key: "form", type: "json", default: null },
  /** numbers of the runs that are shown: there may be none; see shown-runs.js */
  runs: { key: "runs", type: "list", default: ["newest"] },
  /** numbers of the runs that are selected */
  selected: { key: "selected", type: "list", default: [] },
  /** what differs from the run list's usual query: see views/run-query.js */
  list: { key: "list", type: "json", default: {} },
  wide: { key: "wide", type: "boolean", default: false },
  language: { key: "lang", type: "text", default: "" },
};

function unescaped(text) {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

export class UrlState {
  #properties;
  #values = new Map();
  #strangers = [];
  #listeners = new Map();
  #timer = 0;

  /** @param {Record<string, {key: string, type: keyof TYPES, default: any}>} properties */
  constructor(properties, address = location.hash) {
    this.#properties = properties;
    this.#read(address);
    // An address typed or pasted into the open page; `replaceState` below does not cause this event.
    addEventListener("hashchange", () => this.#take());
    addEventListener("pagehide", () => this.#write());
  }

  get(name) {
    return this.#values.has(name) ? this.#values.get(name) : this.#properties[name].default;
  }

  /** Change properties; those who listen to what really changed are told, and the address follows in a moment. */
  set(changes) {
    const changed = Object.keys(changes).filter(
      (name) => this.#text(name, changes[name]) !== this.#text(name, this.get(name)),
    );
    if (!changed.length) return;
    for (const name of changed) this.#values.set(name, changes[name]);
    this.#timer ||= setTimeout(() => this.#write(), REST);
    this.#tell(changed);
  }

  /** `listener(value)` is called when the property has changed, by whoever. */
  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, []);
    this.#listeners.get(name).push(listener);
  }

  /** The page's address with everything that differs from its default. */
  address() {
    const query = new URLSearchParams(this.#strangers);
    for (const [name, { key, default: usual }] of Object.entries(this.#properties)) {
      const text = this.#text(name, this.get(name));
      if (text !== this.#text(name, usual)) query.set(key, text);
    }
    // Commas, colons and the like stand for themselves in a hash, and are easier to read.
    const hash = query.toString().replace(/%(2C|3A|2F|3D|21|40)/g, (code) => decodeURIComponent(code));
    return `${location.pathname}${location.search}${hash ? `#${hash}` : ""}`;
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.address() !== location.pathname + location.search + location.hash) {
      history.replaceState(history.state, "", this.address());
    }
  }

  #text(name, value) {
    return TYPES[this.#properties[name].type].write(value);
  }

  #read(address) {
    const query = new URLSearchParams(address.replace(/^#/, ""));
    this.#values.clear();
    for (const [name, { key, type }] of Object.entries(this.#properties)) {
      const value = query.has(key) ? TYPES[type].read(query.get(key)) : undefined;
      if (value !== undefined) this.#values.set(name, value);
    }
    const known = new Set(Object.values(this.#properties).map(({ key }) => key));
    this.#strangers = [...query].filter(([key]) => !known.has(key));
  }

  #take() {
    const before = Object.keys(this.#properties).map((name) => [name, this.#text(name, this.get(name))]);
    this.#read(location.hash);
    this.#tell(
      before.filter(([name, text]) => text !== this.#text(name, this.get(name))).map(([name]) => name),
    );
  }

  #tell(names) {
    for (const name of names)
      for (const listener of this.#listeners.get(name) ?? []) listener(this.get(name));
  }
}

export const urlState = new UrlState(PROPERTIES);
