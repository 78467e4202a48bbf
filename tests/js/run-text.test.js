/** What is sent of the text in the box of a run's tags. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, splitTags } from "../../static/js/runs/run-text.js";

const { text, changes } = KINDS.tags;

/** Tags that programs and imports can give a run, and that one cannot type. */
const NOT_TYPED = [
  ["lr=0.1, mlp"],
  [" padded ", "a"],
  ["long ".repeat(10)],
  ["😀".repeat(40)],
  ["a\nb"],
  [","],
];

test("tags that were not edited are never sent", () => {
  const many = Array.from({ length: 20 }, (_, i) => `${i}, and ${i}`);
  for (const tags of [[], ["a", "b"], many, ...NOT_TYPED]) assert.equal(changes(text(tags), tags), null);
});

test("what is typed beside a tag is added, and the tag stays as it is", () => {
  for (const tags of NOT_TYPED)
    assert.deepEqual(changes(`${text(tags)}, new`, tags), { add_tags: ["new"], remove_tags: [] });
});

test("what is taken out of a tag takes it away, and its rest stays", () => {
  const tags = ["a, b", "c"];
  assert.deepEqual(changes("a, c", tags), { add_tags: ["a"], remove_tags: ["a, b"] });
  assert.deepEqual(changes("", tags), { add_tags: [], remove_tags: tags });
});

test("a tag ends with its fortieth character, also if that is an emoji", () => {
  assert.deepEqual(splitTags(`${"x".repeat(39)}😀y`), [`${"x".repeat(39)}😀`]);
  assert.deepEqual(splitTags(`${"x".repeat(39)} y`), ["x".repeat(39)]);
});
