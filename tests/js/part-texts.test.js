/** Texts of parts of the page, also when the language changes while they are loaded. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTexts, t } from "../../static/js/words/i18n.js";
import { allTexts, textsOf } from "../../static/js/words/part-texts.js";

/** Answers that the test gives in its own order: name of the file → functions that answer. @type {Map<string, (texts: any) => void>} */
const asked = new Map();
globalThis.fetch = /** @type {any} */ (
  (/** @type {string} */ path) =>
    new Promise((answer) => {
      asked.set(path, (texts) => answer(new Response(JSON.stringify(texts))));
    })
);

/** @param {string} path @param {any} texts */
async function answer(path, texts) {
  while (!asked.has(path)) await new Promise((done) => setTimeout(done));
  asked.get(path)?.(texts);
  await new Promise((done) => setTimeout(done));
}

test("a part that comes while the language is switched has its texts in the new language", async () => {
  setTexts("en", { page: "page" });
  const switched = allTexts("ja").then((texts) => setTexts("ja", texts));
  await new Promise((done) => setTimeout(done)); // the switch has asked for the texts that it knows of
  const part = textsOf("views");
  assert.equal(textsOf("views"), part, "it is loaded once");
  await answer("i18n/views.en.json", { view: "view" });
  await part;
  await answer("i18n/ja.json", { page: "ページ" });
  await answer("i18n/views.ja.json", { view: "図" });
  await switched;
  assert.deepEqual([t("page"), t("view")], ["ページ", "図"]);
});
