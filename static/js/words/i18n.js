/** Texts and numbers in the reader's language. Independent of the page; see language.js. */

import { Emitter } from "../state/emitter.js";

/** @type {Record<string, string>} */
let messages = {};
let spoken = "en";
const emitter = new Emitter();

/**
 * From now on, all texts are in this language.
 * @param {string} name
 * @param {Record<string, string>} texts key → text with `{name}` for values
 */
export function speak(name, texts) {
  spoken = name;
  messages = texts;
  emitter.emit("language");
}

/**
 * The text of a key with `{name}` filled in; the key's last part where no text is known (a new optimizer).
 * @param {string} key
 * @param {Record<string, any>} values
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = hasText(key) ? messages[key] : key.slice(key.lastIndexOf(".") + 1).replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** @param {string} key */
export function hasText(key) {
  return Object.hasOwn(messages, key);
}

export const language = () => spoken;

/**
 * Call `listener` each time that the texts are in another language.
 * @param {() => void} listener
 * @returns {() => void} ends it
 */
export function onLanguage(listener) {
  return emitter.on("language", listener);
}

/**
 * A number as the reader writes it.
 * @param {number} value
 * @param {Intl.NumberFormatOptions} options
 */
export function number(value, options = {}) {
  return new Intl.NumberFormat(spoken, options).format(value);
}

/** 0.9312 → 93.1% @param {number | null | undefined} value */
export function percent(value, digits = 1) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return `${(100 * value).toFixed(digits)}%`;
}
