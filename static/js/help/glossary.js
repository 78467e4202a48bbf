/** The glossary: terms of the field, each with one or two sentences, and some with a formula. */

import { h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { searchGlossary } from "./search-glossary.js";

/** @import { GlossaryEntry } from "../types.js" */

/**
 * The glossary with a box that filters it.
 * @param {GlossaryEntry[]} entries
 * @param {string} language
 */
export function glossary(entries, language) {
  const box = h("input", {
    type: "search",
    name: "help.search",
    placeholder: t("help.search"),
    "aria-label": t("help.search"),
    autocomplete: "off",
    spellcheck: false,
  });
  const list = h("dl", { className: "glossary" });
  const none = h("p", { className: "quiet", role: "status" });
  const draw = () => {
    const matches = searchGlossary(entries, box.value, language);
    none.textContent = matches.length ? "" : t("help.none");
    list.replaceChildren(
      ...matches.flatMap(({ en, ja, formula }) => {
        const [own, other] = language === "ja" ? [ja, en] : [en, ja];
        const lang = language === "ja" ? "en" : "ja";
        return [
          h("dt", {}, own.word, " ", h("small", { lang }, other.word)),
          h("dd", {}, own.text, formula ? h("code", {}, formula) : null),
        ];
      }),
    );
  };
  onInput(box, draw);
  draw();
  return [box, none, list];
}
