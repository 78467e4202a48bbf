/** A search finds what one sees and what one means, in whatever letters it is typed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery } from "../../static/js/runs/run-query.js";
import { registerLessons } from "../../static/js/words/labels.js";
import { normalize } from "../../static/js/words/normalize.js";
import { speakAs } from "./catalog.js";
import { arranged, Configs, makeRun } from "./lab.js";
import { forExamples } from "./random.js";

/** @import { RunGroup } from "../../static/js/runs/run-query.js" */

const DIGITS = makeRun({ number: 1, name: "データ Alpha が", tags: ["テスト"], notes: "学習率を①回" });
const SPIRALS = makeRun({
  number: 2,
  name: "second",
  starred: true,
  summary: { dataset: "spirals", activations: ["leaky_relu"], optimizer: "rmsprop", learning_rate: 0.01 },
});
const RUNS = [SPIRALS, DIGITS];
const CONFIGS = new Configs(RUNS.map(({ id }) => [id, { "training.batch_size": 16 }]));

const found = (/** @type {string} */ text) =>
  arranged(RUNS, readQuery({ text }), CONFIGS).flatMap(({ runs }) => runs.map(({ name }) => name));

const BOTH = ["second", "データ Alpha が"];

/** @type {[language: string, text: string, names: string[]][]} */
const SEARCHES = [
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
];
for (const [language, text, names] of SEARCHES)
  test(`a run is found by what stands on the page in any letters: ${text} (${language})`, () => {
    speakAs(language);
    assert.deepEqual(found(text), names);
  });

for (const [language, text, label] of [
  ["en", "optimizers", "2a · Optimizers"],
  ["en", "lesson:optim", "2a · Optimizers"],
  ["ja", "最適化", "2a · 最適化手法"],
  ["ja", "2a-optimizers", "2a · 最適化手法"],
])
  test(`a run of a lesson is found by the lesson's title, which its group has: ${text} (${language})`, () => {
    speakAs(language);
    const title = { en: "Optimizers", ja: "最適化手法" };
    const texts = { title, question: title };
    registerLessons([
      { slug: "2a-optimizers", section: "2a", runs: [], dataset: "digits", made_for: "digits", ...texts },
    ]);
    const runs = [makeRun({ number: 1, name: "sgd", lesson: "2a-optimizers" }), makeRun({ number: 2 })];
    const groups = arranged(runs, readQuery({ text, group: "lesson" }), CONFIGS);
    assert.deepEqual(
      groups.map((group) => [group.label, group.runs.map(({ name }) => name)]),
      [[label, ["sgd"]]],
    );
  });

test("letters of another case, width, composition or kana are compared as the same", () =>
  forExamples(2000, (examples) => {
    const text = examples.text("aAzé゛がギぱヴﾃﾞｱーヽ８8Ａß①　 ", 10);
    const folded = normalize(text);
    assert.equal(normalize(folded), folded);
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) assert.equal(normalize(text.normalize(form)), folded);
    const katakana = text.replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
    assert.equal(normalize(katakana), folded);
  }));

/** Six runs of two optimizers, three seeds each, as the browser tests have them. */
const SIX = ["sgd", "adam"]
  .flatMap((optimizer, o) =>
    [1, 2, 3].map((seed) =>
      makeRun({
        number: 3 * o + seed,
        name: `${optimizer} ${seed}`,
        latest: { test_accuracy: seed / 10 },
        summary: {
          optimizer,
          seed,
          learning_rate: optimizer === "sgd" ? 0.1 : 0.01,
          initializer: "he_normal",
        },
      }),
    ),
  )
  .toReversed();
const SETTINGS = new Configs(
  SIX.map(({ id, summary: { optimizer, seed } }) => [
    id,
    {
      "training.batch_size": 16,
      "network.initializer.name": "he_normal",
      "optimizer.name": optimizer,
      seed,
      ...(optimizer === "adam" ? { "optimizer.beta1": 0.9 } : {}),
    },
  ]),
);
const names = (/** @type {Pick<RunGroup, "runs">[]} */ groups) =>
  groups.flatMap(({ runs }) => runs.map(({ name }) => name));
const ALL = names([{ runs: SIX }]);

for (const [text, wanted] of [
  ["adam", ALL.slice(0, 3)],
  ["-adam", ALL.slice(3)],
  ["optimizer:sgd seed:2", ["sgd 2"]],
  ["lr<0.05 seed>=2", ["adam 3", "adam 2"]],
  ['"adam 2"', ["adam 2"]],
  ["optimizer.beta1=0.9", ALL.slice(0, 3)],
  ["batch_size:16 beta1:0.9", ALL.slice(0, 3)],
  ["batch:16 initializer:he seed:1", ["adam 1", "sgd 1"]],
  ["batch>16", []],
  ["test>=20 -sgd", ["adam 3", "adam 2"]],
  ["nothing of the kind", []],
])
  test(`words and terms on fields must all hold: ${text}`, () => {
    speakAs("en");
    assert.deepEqual(names(arranged(SIX, readQuery({ text }), SETTINGS)), wanted);
  });

test("however the list is sorted, it has each run once, and runs without the value come last", () =>
  forExamples(200, (examples) => {
    const runs = SIX.map((run) => ({
      ...run,
      seconds: examples.of([null, 1, 2, 30]),
      latest: { test_accuracy: examples.of([null, 0.2, 0.9]) },
    }));
    const sort = examples.of(["number", "name", "test", "seconds", "optimizer.beta1", "optimizer.name"]);
    const query = readQuery({ sort, descending: examples.of([true, false]) });
    const sorted = names(arranged(runs, query, SETTINGS));
    assert.deepEqual(sorted.toSorted(), ALL.toSorted());
    if (sort !== "seconds") return;
    const seconds = sorted.map((name) => runs.find((run) => run.name === name)?.seconds ?? null);
    const known = seconds.filter((value) => value !== null);
    assert.deepEqual(seconds.slice(0, known.length), known);
    assert.deepEqual(
      known,
      known.toSorted((a, b) => (query.descending ? b - a : a - b)),
    );
  }));

test("a group's heading is the value that all its runs have, and runs without a value come last", () => {
  const groups = arranged(SIX, readQuery({ group: "optimizer.beta1" }), SETTINGS);
  assert.deepEqual(
    groups.map(({ label, runs }) => [label, runs.length]),
    [
      ["0.9", 3],
      ["–", 3],
    ],
  );
});

for (const said of [null, 7, "x", { sort: "x", state: 5, group: null, text: [] }, { state: "unknown" }])
  test(`a query in an address that cannot be read is the default query: ${JSON.stringify(said)}`, () =>
    assert.deepEqual(names(arranged(SIX, { ...readQuery(said), sort: "number" }, SETTINGS)), ALL));

test("sorted by number, forks stand beneath their origin, also in the group of its launch; otherwise they do not", () => {
  /** @param {string} run @param {number} number */
  const of = (run, number) => ({ origin: { run, number, name: "", iteration: 10, seed: null } });
  const runs = [
    makeRun({ id: "e", number: 5, name: "e" }),
    makeRun({ id: "d", number: 4, name: "d", group_id: "launch", ...of("b", 2) }),
    makeRun({ id: "c", number: 3, name: "c", ...of("a", 1) }),
    makeRun({ id: "b2", number: 2.5, name: "b2", group_id: "launch" }),
    makeRun({ id: "b", number: 2, name: "b", group_id: "launch" }),
    makeRun({ id: "a", number: 1, name: "a" }),
  ];
  /** @param {object} query */
  const listed = (query) =>
    arranged(runs, readQuery(query), CONFIGS).map((group) =>
      group.runs.map(({ id }) => (group.nested?.has(id) ? `>${id}` : id)).join(" "),
    );
  assert.deepEqual(listed({}), ["e", "b >d b2", "a >c"]);
  assert.deepEqual(listed({ group: "" }), ["e b2 b >d a >c"]);
  assert.deepEqual(listed({ group: "", sort: "name", descending: false }), ["a b b2 c d e"]);
  assert.deepEqual(listed({ group: "", text: "is:forked" }), ["d c"]);
  assert.deepEqual(listed({ group: "", text: "origin:1" }), ["c"]);
});
