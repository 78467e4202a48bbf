/** Hues: the shown runs have different ones, and keep them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { HUES } from "../../static/js/page/palette.js";
import { assignHues, COLOR_COUNT, HUE_COUNT } from "../../static/js/state/hues.js";
import { Store } from "../../static/js/state/store.js";
import { makeRun } from "./lab.js";
import { forExamples } from "./random.js";

globalThis.requestAnimationFrame = () => 0;

/** @typedef {{says: string, shown: [number, boolean][], hues: number[]}} Case */

/** The same for pages and reports. @type {Case[]} */
const CASES = JSON.parse(readFileSync(new URL("../hues.json", import.meta.url), "utf8"));

/** @param {[number, boolean][]} shown */
const hued = (shown) => shown.map(([color, color_chosen], i) => ({ id: `a${i}`, color, color_chosen }));

for (const { says, shown, hues } of CASES)
  test(says, () => {
    const given = assignHues(hued(shown));
    assert.deepEqual(
      hued(shown).map(({ id }) => given.get(id)),
      hues,
    );
  });

test("a user chooses among as many colours as a run can have by its number", () =>
  assert.equal(HUES.length, HUE_COUNT));

test("what is shown together differs and keeps its hue, whatever is shown and hidden in turn", () =>
  forExamples(300, (examples) => {
    const all = Array.from({ length: 30 }, (_, i) => ({ id: `a${i}`, color: i }));
    /** @type {Map<string, number>} */
    let hues = new Map();
    const shown = new Set([0]);
    for (let turn = 0; turn < 20; turn++) {
      const place = examples.whole(0, 29);
      if (shown.has(place)) shown.delete(place);
      else if (shown.size < COLOR_COUNT) shown.add(place);
      const before = hues;
      hues = assignHues(
        all.filter((_, i) => shown.has(i)),
        before,
      );
      assert.equal(new Set(hues.values()).size, shown.size);
      for (const [id, hue] of hues) assert.equal(before.get(id) ?? hue, hue);
    }
  }));

test("whatever is shown and chosen, hues that are assigned again stay as they are", () =>
  forExamples(500, (examples) => {
    const all = Array.from({ length: 30 }, (_, i) => ({
      id: `a${i}`,
      color: examples.whole(0, 40),
      color_chosen: examples.whole(0, 5) === 0,
    }));
    const some = () => all.filter(() => examples.whole(0, 1));
    const shown = some();
    const hues = assignHues(shown, assignHues(some()));
    assert.deepEqual(assignHues(shown, hues), hues);
  }));

test("a store gives the shown runs different hues, and its own to one that is hidden", () => {
  const store = new Store();
  store.beginList();
  store.listRuns([1, 9, 17].map((number) => makeRun({ number })));
  store.endList();
  const hues = () => [1, 9, 17].map((number) => store.runs.get(`a${number}`)?.hue);
  assert.deepEqual(hues(), [0, 1, 2]);
  store.show(["a1"], false);
  assert.deepEqual(hues(), [0, 1, 2]);
  store.show(["a9"], false);
  store.show(["a1"], true);
  assert.deepEqual(hues(), [0, 0, 2]);
});

test("at the next visit the shown runs have the hues that they had", () => {
  const store = new Store({}, { a9: 5 });
  store.beginList();
  store.listRuns([1, 9].map((number) => makeRun({ number })));
  store.endList();
  assert.deepEqual(store.hues(), { a1: 0, a9: 5 });
});
