/** The findings of the runs that one looks at: what is asked, when, and what is kept of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, { document: { hidden: false } });

const { FindingsOfRuns } = await import("../../static/js/views/findings.js");

/** @import { TestContext } from "node:test" */

/**
 * Findings from a lab that answers at once, with a clock that stands still.
 * @param {TestContext} t
 */
function open(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  t.mock.method(performance, "now", () => now);
  /** @type {string[]} */
  const asked = [];
  /** @type {Set<string>} */
  const broken = new Set();
  t.mock.method(globalThis, "fetch", async (/** @type {string} */ path) => {
    const [, run] = /** @type {RegExpMatchArray} */ (path.match(/runs\/(\w+)\/findings/));
    asked.push(run);
    const answer = { run, iteration: 20, findings: [], evaluations: 1, evaluations_needed: 1 };
    return broken.has(run) ? new Response("{}", { status: 500 }) : Response.json(answer);
  });
  /** Let answers come, and then time pass. @param {number} seconds */
  const pass = async (seconds) => {
    for (let left = seconds; left >= 0; left -= 0.5) {
      await new Promise((done) => setImmediate(done));
      if (left) t.mock.timers.tick(500);
      now += 500;
    }
  };
  return { findings: new FindingsOfRuns(), asked, broken, pass };
}

/** @param {string} id @param {boolean} ended */
const newest = (id, ended) => ({ id, iteration: null, ended });

test("a run whose findings are refused holds up those of no other run, and is asked about again", async (t) => {
  const { findings, asked, broken, pass } = open(t);
  broken.add("bad");
  findings.ask([newest("bad", true), newest("good", true)]);
  await pass(1);
  assert.deepEqual(asked, ["bad", "good"]);
  assert.equal(findings.get(newest("good", true))?.run, "good");
  assert.equal(findings.get(newest("bad", true)), undefined);
  broken.clear();
  await pass(20);
  assert.deepEqual(asked, ["bad", "good", "bad"]); // and no more: both have ended
  assert.equal(findings.get(newest("bad", true))?.run, "bad");
});

test("after a renewal an ended run is asked about once more; a refusal leaves what was found", async (t) => {
  const { findings, asked, broken, pass } = open(t);
  findings.ask([newest("a", true)]);
  await pass(20);
  assert.deepEqual(asked, ["a"]);
  broken.add("a");
  findings.renew();
  await pass(1);
  assert.equal(findings.get(newest("a", true))?.run, "a");
  broken.clear();
  await pass(20);
  assert.deepEqual(asked, ["a", "a", "a"]);
});

test("at a run's end its last findings stay until those of its end have come", async (t) => {
  const { findings, asked, broken, pass } = open(t);
  findings.ask([newest("a", false)]);
  await pass(1);
  broken.add("a");
  findings.ask([newest("a", true)]);
  await pass(1);
  assert.deepEqual(asked, ["a", "a"]);
  assert.equal(findings.get(newest("a", true))?.run, "a");
});
