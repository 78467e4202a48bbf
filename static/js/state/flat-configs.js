/** Configs as flat fields, `optimizer.learning_rate` → 0.1, fetched when needed and kept: a run's config never changes. */

import { api } from "../server/api.js";

const MAX_ASKED = 200;

export class FlatConfigs {
  #fields = new Map();

  /**
   * A run's fields, or undefined while they are not here.
   * @param {string} id
   */
  get(id) {
    return this.#fields.get(id);
  }

  /** Of how many runs the fields are here. */
  get size() {
    return this.#fields.size;
  }

  /**
   * Whether the fields of all these runs are here.
   * @param {string[]} ids
   */
  hasAll(ids) {
    return ids.every((id) => this.#fields.has(id));
  }

  /** The names of all fields that are here. */
  get names() {
    return [...new Set([...this.#fields.values()].flatMap((config) => Object.keys(config)))];
  }

  /**
   * Have the fields of these runs here.
   * @param {string[]} ids
   */
  async fetch(ids) {
    const missing = ids.filter((id) => !this.#fields.has(id));
    for (let i = 0; i < missing.length; i += MAX_ASKED) {
      const { fields } = await api.fields(missing.slice(i, i + MAX_ASKED));
      for (const [id, config] of Object.entries(fields)) this.#fields.set(id, config);
    }
  }

  /**
   * Fields that are not the same in all of these runs: name → values, in the order of the ids.
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
 * A field's value as it is shown.
 * @param {any} value
 */
export function show(value) {
  return value === null || value === undefined ? "–" : String(value);
}

/**
 * Of two shown values, which comes first: numbers by their size, before all else, which stays as it is.
 * @param {any} one
 * @param {any} other
 */
export function bySize(one, other) {
  const [size, others] = [one, other].map((value) =>
    Number.isNaN(Number(value)) ? Infinity : Number(value),
  );
  return size - others || 0;
}
