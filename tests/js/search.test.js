/** A search finds what one sees and what one means, in whatever letters it is typed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, readQuery } from "../../static/js/runs/run-query.js";
import { fold } from "../../static/js/words/fold.js";
import { speakAs } from "./catalog.js";
import { Configs, makeRun } from "./lab.js";
import { forExamples } from "./random.js";

const DIGITS = makeRun({ number: 1, name: "データ Alpha が", tags: ["テスト"], notes: "学習率を①回" });
const SPIRALS = makeRun({
  number: 2,
  name: "second",
  starred: true,
  summary: { dataset: "spirals", activations: ["leaky_relu"], optimizer: "rmsprop", learning_rate: 0.01 },
});
const RUNS = [SPIRALS, DIGITS];
const CONFIGS = new Configs(RUNS.map(({ id }) => [id, { "training.batch_size": 16 }]));

const found = (text) =>
  arrange(RUNS, readQuery({ text }), CONFIGS).flatMap(({ runs }) => runs.map(({ name }) => name));

const BOTH = ["second", "データ Alpha が"];

for (const [language, text, names] of [
  ["ja", "ﾃﾞｰﾀ", BOTH.slice(1)],
  ["ja", "でーた", BOTH.slice(1)],
  ["ja", "ＡＬＰＨＡ", BOTH.slice(1)],
  ["ja", "か\u3099", BOTH.slice(1)],
  ["ja", "tag:ﾃｽﾄ", BOTH.slice(1)],
  ["ja", "ｔａｇ：てすと", BOTH.slice(1)],
  ["ja", "完了", BOTH],
  ["ja", "status:完了", BOTH],
  ["ja", "らせん", BOTH.slice(0, 1)],
  ["ja", "ラセン", BOTH.slice(0, 1)],
  ["ja", "data:らせん", BOTH.slice(0, 1)],
  ["ja", "－らせん", BOTH.slice(1)],
  ["ja", "−らせん", BOTH.slice(1)],
  ["ja", "学習率＜０．０５", BOTH.slice(0, 1)],
  ["ja", "lr≧0.05", BOTH.slice(1)],
  ["ja", "ﾊﾞｯﾁ:16", BOTH],
  ["ja", "①回", BOTH.slice(1)],
  ["en", "completed", BOTH],
  ["en", '"digits 8×8"', BOTH.slice(1)],
  ["en", "RMSProp", BOTH.slice(0, 1)],
  ["en", "activation:LEAKY", BOTH.slice(0, 1)],
  ["en", "leaky_relu", BOTH.slice(0, 1)],
  ["en", "is:starred", BOTH.slice(0, 1)],
  ["en", "完了", []],
])
  test(`a run is found by what stands on the page in any letters: ${text} (${language})`, () => {
    speakAs(language);
    assert.deepEqual(found(text), names);
  });

test("letters of another case, width, composition or kana are compared as the same", () =>
  forExamples(2000, (examples) => {
    const text = examples.text("aAzé゛がギぱヴﾃﾞｱーヽ８8Ａß①　 ", 10);
    const folded = fold(text);
    assert.equal(fold(folded), folded);
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) assert.equal(fold(text.normalize(form)), folded);
    const katakana = text.replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
    assert.equal(fold(katakana), folded);
  }));
