/**
 * Configs as flat fields: `optimizer.learning_rate` → 0.1. They are fetched when they are first needed, and kept, because the
 * config of a run never changes.
 */

import { api } from "../server/api.js";

/** One request asks for the fields of at most this many runs. */
const MAX_REQUESTED = 200;

export class FlatConfigs {
  #fields = new Map();
  /** @type {Set<string>} */
  #names = new Set();

  /**
   * The fields of a run, or undefined if they are not fetched yet.
   * @param {string} id
   */
  get(id) {
    return this.#fields.get(id);
  }

  /** For how many runs the fields are fetched. */
  get size() {
    return this.#fields.size;
  }

  /**
   * Whether the fields of all these runs are fetched.
   * @param {string[]} ids
   */
  hasAll(ids) {
    return ids.every((id) => this.#fields.has(id));
  }

  /** The names of all fetched fields. */
  get names() {
    return [...this.#names];
  }

  /**
   * Fetch the fields of these runs, as far as they are missing.
   * @param {string[]} ids
   */
  async fetch(ids) {
    const missing = ids.filter((id) => !this.#fields.has(id));
    for (let i = 0; i < missing.length; i += MAX_REQUESTED) {
      const { fields } = await api.fields(missing.slice(i, i + MAX_REQUESTED));
      for (const [id, config] of Object.entries(fields)) {
        this.#fields.set(id, config);
        for (const name of Object.keys(config)) this.#names.add(name);
      }
    }
  }

  /**
   * The fields that differ between these runs: name → values, in the order of the ids.
   * @param {string[]} ids
   */
  difference(ids) {
    const configs = ids.map((id) => this.#fields.get(id) ?? {});
    const names = new Set(configs.flatMap((config) => Object.keys(config)));
    /** @type {[string, any[]][]} */
    const rows = [...names].map((name) => [name, configs.map((config) => config[name] ?? null)]);
    return new Map(rows.filter(([, values]) => values.some((value) => value !== values[0])));
  }
}

/**
 * The text for a field's value.
 * @param {any} value
 */
export function valueText(value) {
  return value === null || value === undefined ? "–" : String(value);
}

/**
 * A comparison for sorting texts: those that are numbers come first, by size; all other texts keep their order.
 * @param {any} a
 * @param {any} b
 */
export function bySize(a, b) {
  const [sizeA, sizeB] = [a, b].map((value) => (Number.isNaN(Number(value)) ? Infinity : Number(value)));
  return sizeA - sizeB || 0;
}
