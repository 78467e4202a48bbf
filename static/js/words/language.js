/** Switches a page's language, and fills in the texts of elements with `data-i18n` and the labels with `data-i18n-label`. */

import { newestOnly } from "../state/newest.js";
import { onLanguage, setTexts, t } from "./i18n.js";

const dropOlder = newestOnly();

/**
 * Switch the page's language without loading the page again. If several languages are chosen quickly, the last one wins.
 * @param {string} chosen "en" or "ja"
 * @param {(language: string) => Promise<Record<string, string>>} load gets the texts of a language by their keys; if it fails, the
 *   language stays, and its error is passed on
 */
export async function setLanguage(chosen, load) {
  const isNewest = dropOlder();
  const texts = await load(chosen);
  if (!isNewest()) return;
  document.documentElement.lang = chosen;
  window.kept.setCookie("language", chosen);
  setTexts(chosen, texts);
}

function fillElements() {
  for (const element of document.querySelectorAll("[data-i18n]"))
    element.textContent = t(String(element.getAttribute("data-i18n")));
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    const label = t(String(element.getAttribute("data-i18n-label")));
    for (const attribute of ["aria-label", "title"]) element.setAttribute(attribute, label);
  }
}

// This listener is added before all others, because the others may read the texts of these elements.
onLanguage(fillElements);
