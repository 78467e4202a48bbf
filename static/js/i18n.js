/** Texts in the reader's language. Elements with `data-i18n` (text) and `data-i18n-label` are filled from here. */

import { api } from "./api.js";
import { newestOnly } from "./newest.js";

let messages = {};
const listeners = [];
const ask = newestOnly();

/** The text of a key with `{name}` filled in; the key's last part where no text is known (a new optimizer). */
export function t(key, values = {}) {
  const text = hasText(key) ? messages[key] : key.split(".").at(-1).replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function hasText(key) {
  return Object.hasOwn(messages, key);
}

export const language = () => document.documentElement.lang;

export function onLanguage(listener) {
  listeners.push(listener);
}

/** Switch the page's language in place; nothing else changes. Of several on their way the last one that was chosen counts. */
export async function setLanguage(chosen) {
  const counts = ask();
  const texts = await api.messages(chosen);
  if (!counts()) return;
  messages = texts;
  document.documentElement.lang = chosen;
  window.kept.setCookie("language", chosen);
  for (const element of document.querySelectorAll("[data-i18n]"))
    element.textContent = t(element.dataset.i18n);
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", t(element.dataset.i18nLabel));
    element.title = t(element.dataset.i18nLabel);
  }
  for (const listener of listeners) listener();
}

/** A number as the reader writes it. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(language(), options).format(value);
}

/** 0.9312 → 93.1% */
export function percent(value, digits = 1) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return `${(100 * value).toFixed(digits)}%`;
}
