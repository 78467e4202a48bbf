/** Style sheets of lazy parts: they are not loaded with the page, but with the part. */

import { h } from "./dom.js";

/** By name. @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * Load a style sheet once; if it cannot be loaded, the part works without it.
 * @param {string} name
 */
export function loadStyle(name) {
  const known = loaded.get(name);
  if (known) return known;
  /** @type {Promise<void>} */
  const load = new Promise((done) => {
    const href = new URL(`../../css/${name}.css`, import.meta.url).href;
    const link = h("link", { rel: "stylesheet", href, onload: () => done(), onerror: () => done() });
    document.head.append(link);
  });
  loaded.set(name, load);
  return load;
}
