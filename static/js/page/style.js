/** Style sheets of lazy parts: they are not loaded with the page, but with the part. */

import { h } from "./dom.js";

/** By name. @type {Map<string, Promise<void>>} */
const loaded = new Map();

/** Milliseconds until a style sheet that could not be loaded is loaded again. */
const RETRY = 2000;

/**
 * Load a style sheet once. While it cannot be loaded, the part works without it.
 * @param {string} name
 */
export function loadStyle(name) {
  const begun = loaded.get(name);
  if (begun) return begun;
  /** @type {Promise<void>} */
  const load = new Promise((done) => {
    const href = new URL(`../../css/${name}.css`, import.meta.url).href;
    const onerror = () => {
      link.remove();
      loaded.delete(name);
      setTimeout(loadStyle, RETRY, name);
      done();
    };
    const link = h("link", { rel: "stylesheet", href, onload: () => done(), onerror });
    document.head.append(link);
  });
  loaded.set(name, load);
  return load;
}
