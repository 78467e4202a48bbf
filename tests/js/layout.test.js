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

for (const [ticks, end, expected] of /** @type {[ChartLook["ticks"], number, number][]} */ ([
  ["count", 100_000, 100_000],
  ["number", 20, 20],
  ["number", 0.5, 10],
]))
  test(`a logarithmic x without values ends where the runs do, with numbers in its range (${ticks}, ${end})`, () => {
    const { range, tickvals, autorangeoptions } = axesOf({ ticks, end, empty: true }).xaxis;
    assert.deepEqual(range, [0, Math.log10(expected)]);
    assert.ok(tickvals.length >= 2);
    assert.ok(tickvals.every((/** @type {number} */ value) => value >= 1 && value <= expected));
    // and it stays as it is when the first row of an axis of iterations comes
    if (ticks === "count") assert.deepEqual(autorangeoptions.include, [1, expected]);
  });
