/** Files that are dropped on the page: what counts as an experiment, and what is said of a file that cannot be read. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Import } from "../../static/js/runs/import.js";
import { speakAs } from "./catalog.js";

/** @import { Toast } from "../../static/js/page/toast.js" */

speakAs("en");

/** Import files, one after the other. @param {File[]} files @returns what came to the form, and what was said */
async function imported(...files) {
  /** @type {any[]} */
  const experiments = [];
  /** @type {string[]} */
  const said = [];
  const toast = /** @type {Toast} */ ({ show: (text) => void said.push(text) });
  await new Import(
    toast,
    () => {},
    (experiment) => void experiments.push(experiment),
  ).importFiles(files);
  return { experiments, said };
}

/** @param {any} json @param {string} name */
const file = (json, name = "a.json") => new File([JSON.stringify(json)], name);

for (const experiment of [
  { name: "lossroom", optimizer: { name: "adam" } },
  { name: 'the "lossroom": of a school', dataset: { name: "digits" } },
  {},
])
  test(`a file without the key lossroom is an experiment, whatever else is in it: ${JSON.stringify(experiment)}`, async () =>
    assert.deepEqual(await imported(file(experiment)), { experiments: [experiment], said: [] }));

test("a file that cannot be read is named, and the next one is taken", async () => {
  const gone = file({}, "gone.json");
  Object.assign(gone, {
    slice: () => ({ text: () => Promise.reject(new DOMException("moved", "NotFoundError")) }),
  });
  const { experiments, said } = await imported(gone, file({ seed: 3 }));
  assert.deepEqual(experiments, [{ seed: 3 }]);
  assert.deepEqual(said, ["gone.json: this file cannot be read"]);
});

test("the size of a file that is too long is said with two decimals", async () => {
  const answer = { limits: { import_bytes: 1_234_567 } };
  globalThis.fetch = async () => new Response(JSON.stringify(answer));
  const exported = new File([`{"lossroom": 1, "runs": [${" ".repeat(2_345_678)}]}`], "a.json");
  const { said } = await imported(exported);
  assert.deepEqual(said, ["a.json: This is too large: 2.35 MB. At most 1.23 MB are accepted."]);
});
