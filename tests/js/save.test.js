/** What a chart saves: exact rows, and texts that no spreadsheet computes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileName, quoted } from "../../static/js/charts/save.js";

test("a picture is named after its chart and the run, the launch or the numbers of the runs that it shows", () => {
  const sweep = [1, 0.1].map((rate, i) => ({ name: `lr ${rate}`, number: i + 4, group_id: "g" }));
  const other = { name: 'a/b: "c"', number: 9, group_id: null };
  assert.equal(fileName("Loss", sweep), "Loss - lr 0.1, 1");
  assert.equal(fileName("Loss", [other]), "Loss - a-b- -c-");
  assert.equal(fileName("損失", [other, ...sweep]), "損失 - runs 4 5 9");
  assert.equal(fileName("Loss", []), "Loss");
  assert.equal(fileName("Loss", [{ ...other, name: "x".repeat(500) }]).length, 120);
});

// the same texts as the lab's own tables are tested with
const { computed, plain } = JSON.parse(readFileSync(new URL("../cells.json", import.meta.url), "utf8"));

for (const text of computed)
  test(`what a spreadsheet would compute has an apostrophe before it: ${text}`, () =>
    assert.equal(quoted(text).replaceAll('"', ""), `'${text}`));

for (const text of plain)
  test(`other names stay as they are: ${text}`, () => assert.equal(quoted(text).replaceAll('"', ""), text));
