/** The glossary: complete in both languages, and each term is found by its words. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { searchGlossary } from "../../static/js/help/search-glossary.js";

/** @type {import("../../static/js/types.js").GlossaryEntry[]} */
const entries = JSON.parse(readFileSync(new URL("../../static/glossary.json", import.meta.url), "utf8"));
const english = (/** @type {string} */ query) =>
  searchGlossary(entries, query, "en").map(({ en }) => en.word);
const japanese = (/** @type {string} */ query) =>
  searchGlossary(entries, query, "ja").map(({ ja }) => ja.word);

test("every term is there once in each language, with one to three sentences", () => {
  assert.ok(entries.length >= 25);
  for (const language of /** @type {const} */ (["en", "ja"])) {
    assert.equal(new Set(entries.map((entry) => entry[language].word)).size, entries.length);
    for (const { [language]: own } of entries) {
      assert.match(own.text, /[.。]$/);
      assert.ok(own.text.split(/[.。](?:\s|$|(?=\p{L}))/u).filter(Boolean).length <= 3, own.text);
    }
  }
});

test("a term is found in either language, in any width, case and kana, before the texts that use it", () => {
  for (const { en, ja } of entries) {
    assert.ok(english(en.word.toUpperCase()).includes(en.word));
    assert.ok(japanese(ja.word).includes(ja.word));
    assert.ok(japanese(en.word).includes(ja.word));
  }
  assert.equal(japanese("どろっぷあうと")[0], "ドロップアウト");
  assert.equal(english("ＳＧＤ")[0], "SGD");
  assert.equal(english("epoch")[0], "epoch");
  assert.deepEqual(english("rate learning").slice(0, 2), ["learning rate", "learning rate schedule"]);
  assert.deepEqual(english("bicycle"), []);
  assert.equal(english("  ").length, entries.length);
});
