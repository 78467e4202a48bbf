/** The page's state in its address: each property of a table has a type and a default, and other keys are kept. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { UrlState } from "../../static/js/state/url-state.js";
import { forExamples } from "./random.js";

/** @param {string} hash */
const make = (hash) =>
  new UrlState(
    {
      smoothing: { key: "s", type: "number", default: 0.6 },
      log: { key: "log", type: "boolean", default: false },
      charts: { key: "charts", type: "list", default: ["loss", "accuracy"] },
      filter: { key: "q", type: "text", default: "" },
      colors: { key: "colors", type: "json", default: {} },
    },
    hash,
  );

test("whatever was set is read again from the address", () => {
  const signs = 'aé%,2C&=#:" λ学\\+';
  forExamples(500, (examples) => {
    const values = {
      smoothing: examples.of([0, 0.25, -3, 1e-9, 1e21]),
      log: examples.of([true, false]),
      charts: examples.list(4, () => examples.text(signs, 6) || "loss"),
      filter: examples.text(signs, 10),
      colors: { 3: examples.text(signs, 6) },
    };
    const first = make("");
    first.set(values);
    const second = make(first.hash());
    for (const [name, value] of Object.entries(values)) assert.deepEqual(second.get(name), value);
  });
});

test("defaults are left out, and an empty list is not the default", () => {
  const state = make("");
  assert.equal(state.hash(), "");
  state.set({ charts: [] });
  assert.equal(state.hash(), "#charts=");
  assert.deepEqual(make("#charts=").get("charts"), []);
});

for (const hash of ["#s=NaN", "#s=", "#s=fast&log=maybe&colors={", "#%%%", "#s=1e999"])
  test(`a value that cannot be read is replaced by its default: ${hash}`, () => {
    const state = make(hash);
    assert.deepEqual([state.get("smoothing"), state.get("log"), state.get("colors")], [0.6, false, {}]);
  });

test("keys that are not in the table stay", () => {
  const state = make("#tab=2");
  state.set({ log: true });
  assert.equal(state.hash(), "#tab=2&log=1");
});

test("listeners are called when a value has changed, until they are removed", () => {
  const state = make("");
  /** @type {number[]} */
  const heard = [];
  const removeListener = state.on("smoothing", (value) => heard.push(value));
  state.set({ smoothing: 0.6, log: true });
  state.set({ smoothing: 0.7 });
  removeListener();
  state.set({ smoothing: 0.8 });
  assert.deepEqual(heard, [0.7]);
});

test("after another address is applied, listeners are called for the properties that differ", () => {
  const state = make("#s=0.7");
  /** @type {[string, any][]} */
  const heard = [];
  // "set" is emitted after `set` alone: the address is written then, and here it is there already
  for (const name of ["smoothing", "log", "set"]) state.on(name, (value) => heard.push([name, value]));
  state.apply("#s=0.7&log=1");
  state.apply("");
  assert.deepEqual(heard, [
    ["log", true],
    ["smoothing", 0.6],
    ["log", false],
  ]);
});
