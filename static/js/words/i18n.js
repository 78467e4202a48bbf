/** Texts and numbers in the reader's language. This file does not use the document; see language.js. */

import { Emitter } from "../state/emitter.js";

/** @type {Record<string, string>} */
let messages = {};
let currentLanguage = "en";
const emitter = new Emitter();

/**
 * Set the language, and its texts.
 * @param {string} name
 * @param {Record<string, string>} texts key → text with `{name}` for values
 */
export function setTexts(name, texts) {
  currentLanguage = name;
  messages = texts;
  emitter.emit("language");
}

/** Add the texts of a part of the page, in the same language. @param {Record<string, string>} texts */
export function addTexts(texts) {
  messages = { ...messages, ...texts };
}

/**
 * The text of a key with its placeholders filled in. If the key has no text (a new optimizer), the last part of the key.
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

export const language = () => currentLanguage;

/**
 * Call `listener` whenever the language changes.
 * @param {() => void} listener
 * @returns {() => void} removes the listener
 */
export function onLanguage(listener) {
  return emitter.on("language", listener);
}

/** Making a format takes much longer than using it; there are few. @type {Map<string, Intl.NumberFormat>} */
const numberFormats = new Map();
/** @type {Map<string, Intl.DateTimeFormat>} */
const timeFormats = new Map();

/**
 * A number as it is written in the reader's language.
 * @param {number} value
 * @param {Intl.NumberFormatOptions} options
 */
export function number(value, options = {}) {
  const key = currentLanguage + JSON.stringify(options);
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(currentLanguage, options);
  numberFormats.set(key, format);
  return format.format(value);
}

/**
 * A point in time as it is written in the reader's language and time zone.
 * @param {number} seconds since 1970
 * @param {Intl.DateTimeFormatOptions} options which parts of it are written
 */
export function dateTime(seconds, options) {
  const key = currentLanguage + JSON.stringify(options);
  const format = timeFormats.get(key) ?? new Intl.DateTimeFormat(currentLanguage, options);
  timeFormats.set(key, format);
  return format.format(new Date(1000 * seconds));
}

/** A number's text with a minus sign in place of the hyphen. @param {string} text */
export function withMinus(text) {
  return text.replace("-", "−");
}

/** The text of a number that is not finite: NaN, ∞, −∞. @param {number} value */
export function notFinite(value) {
  return withMinus(String(value)).replace("Infinity", "∞");
}

/** 0.9312 → 93.1% @param {number | null | undefined} value */
export function percent(value, digits = 1) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return `${(100 * value).toFixed(digits)}%`;
}
