/** The page's language. Elements with `data-i18n` (text) and `data-i18n-label` are filled from here. */

import { api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { onLanguage, speak, t } from "./i18n.js";
import { learnLessons } from "./labels.js";

const ask = newestOnly();

/**
 * Switch the page's language in place; nothing else changes. Of several on their way the last one that was chosen counts.
 * @param {string} chosen
 */
export async function setLanguage(chosen) {
  const isNewest = ask();
  const [texts, { lessons }] = await Promise.all([api.messages(chosen), api.lessons(chosen)]);
  learnLessons(lessons);
  if (!isNewest()) return;
  document.documentElement.lang = chosen;
  window.kept.setCookie("language", chosen);
  speak(chosen, texts);
}

function fillElements() {
  for (const element of document.querySelectorAll("[data-i18n]"))
    element.textContent = t(String(element.getAttribute("data-i18n")));
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    const label = t(String(element.getAttribute("data-i18n-label")));
    for (const attribute of ["aria-label", "title"]) element.setAttribute(attribute, label);
  }
}

// Before all others: what they draw may read these elements.
onLanguage(fillElements);
