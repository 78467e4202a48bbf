/** What a chart saves: exact rows, and texts that no spreadsheet computes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { quoted } from "../../static/js/charts/save.js";

// the same texts as the lab's own tables are tested with
const { computed, plain } = JSON.parse(readFileSync(new URL("../cells.json", import.meta.url), "utf8"));

for (const text of computed)
  test(`what a spreadsheet would compute has an apostrophe before it: ${text}`, () =>
    assert.equal(quoted(text).replaceAll('"', ""), `'${text}`));

for (const text of plain)
  test(`other names stay as they are: ${text}`, () => assert.equal(quoted(text).replaceAll('"', ""), text));
