/** The page's texts for tests, as the lab serves them: read from the message catalogs. */

import { readFileSync } from "node:fs";
import { setTexts } from "../../static/js/words/i18n.js";

/** Let the page's modules speak this language. @param {string} language */
export function speakAs(language) {
  setTexts(language, readCatalog(language));
}

/**
 * Key → text. A `.po` file has an entry as `msgid "…"` and `msgstr "…"`, each going on in lines of their own.
 * @param {string} language
 */
function readCatalog(language) {
  const file = new URL(`../../app/locales/${language}/LC_MESSAGES/messages.po`, import.meta.url);
  /** @type {Record<string, string>} */
  const texts = {};
  let key = "";
  let into = "";
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, start, text] = /^(msgid|msgstr)? ?(".*")$/.exec(line) ?? [];
    if (text === undefined) continue;
    if (start) into = start;
    const part = JSON.parse(text);
    if (into === "msgstr") texts[key] = (start ? "" : texts[key]) + part;
    else key = (start ? "" : key) + part;
  }
  delete texts[""];
  return texts;
}
