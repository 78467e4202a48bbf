/** Layouts: the numbers of logarithmic axes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chartLayout } from "../../static/js/charts/layout.js";

/** @import { ChartLook } from "../../static/js/charts/layout.js" */

/** What the style sheet says of a chart. @type {Record<string, string>} */
const STYLES = { "--letter": "11", "--top": "1", "--names": "0" };
Object.assign(globalThis, {
  getComputedStyle: () => ({
    fontFamily: "",
    getPropertyValue: (/** @type {string} */ name) => STYLES[name] ?? "",
  }),
  matchMedia: () => ({ matches: false }),
});

/**
 * The axes of a chart with logarithmic axes.
 * @param {Partial<ChartLook>} changes
 * @returns {Record<"xaxis" | "yaxis", any>}
 */
function axesOf(changes) {
  return chartLayout(
    /** @type {HTMLElement} */ ({}),
    { width: 500, height: 300 },
    {
      logX: true,
      logY: true,
      percent: false,
      whole: false,
      crop: null,
      start: 0,
      end: 0,
      ticks: "count",
      ends: { x: null, y: null },
      xTitle: "",
      yTitle: "",
      empty: false,
      ...changes,
    },
  );
}

for (const percent of [false, true])
  test(`a logarithmic y has numbers around a value that never changes, ${percent ? "in percent" : "plain"}`, () => {
    const { tickvals, ticktext } = axesOf({ percent, ends: { x: null, y: [0.1, 0.1] } }).yaxis;
    assert.ok(tickvals.length >= 3);
    assert.equal(ticktext[tickvals.indexOf(0.1)], percent ? "10%" : "0.1");
  });

for (const [
  ticks,
  end,
  x,
  expected,
] of /** @type {[ChartLook["ticks"], number, [number, number] | null, number[]][]} */ ([
  // without values, or of iterations
  ["count", 100_000, null, [1, 100_000]],
  ["count", 0, null, [1, 1000]],
  ["number", 20, null, [1, 20]],
  ["number", 0.5, null, [1, 10]],
  // from the first row to the planned end, also if that is before the first second
  ["number", 20, [0.05, 20], [0.05, 20]],
  ["number", 0.02, [0.002, 0.02], [0.002, 0.02]],
  ["number", 0.02, [0.02, 0.02], [0.002, 0.2]],
]))
  for (const empty of [true, false])
    test(`a logarithmic x of ${ticks} to ${end}, ${x ?? "no values"}, ${empty}: it has its numbers in its range`, () => {
      const { range, tickvals } = axesOf({ ticks, end, ends: { x, y: null }, empty }).xaxis;
      assert.deepEqual(range, expected.map(Math.log10));
      assert.ok(tickvals.length >= 2);
      assert.ok(
        tickvals.every((/** @type {number} */ value) => value >= expected[0] && value <= expected[1]),
      );
    });
