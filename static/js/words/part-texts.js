/** Texts of parts of the page: they are loaded with the part, and from then on with each language. */

import { retried } from "../page/lazy.js";
import { api } from "../server/api.js";
import { addTexts, language } from "./i18n.js";

/** A part that has texts of its own, see app/i18n.py. @typedef {"categories" | "class" | "data" | "lessons" | "look" | "studies" | "tools" | "views"} Part */

/** Part → its texts are there. @type {Map<Part, Promise<void>>} */
const parts = new Map();

/** Have the texts of a part among those that are loaded first. @param {Part} part */
export function beginWith(part) {
  parts.set(part, Promise.resolve());
}

/** Load the texts of a part, if that has not been done; while the server cannot be reached, try again. @param {Part} part */
export function textsOf(part) {
  // a script that waits for its texts cannot be loaded again after it has failed
  const coming = parts.get(part) ?? retried(() => load(part));
  parts.set(part, coming);
  return coming;
}

/** @param {Part} part */
async function load(part) {
  const chosen = language();
  const texts = await api.messages(`${part}.${chosen}`);
  if (language() === chosen) addTexts(texts); // otherwise `allTexts` has got them in the other language
}

/**
 * All texts that the page has need of, in a language.
 * @param {string} chosen
 */
export async function allTexts(chosen) {
  const texts = await api.messages(chosen);
  /** @type {Set<Part>} */
  const done = new Set();
  // parts may come while others are loaded
  for (
    let missing = [...parts.keys()];
    missing.length;
    missing = [...parts.keys()].filter((p) => !done.has(p))
  ) {
    const more = await Promise.all(missing.map((part) => api.messages(`${part}.${chosen}`)));
    Object.assign(texts, ...more);
    for (const part of missing) done.add(part);
  }
  return texts;
}
