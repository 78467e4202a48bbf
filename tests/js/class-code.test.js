/** The join code: however one types or pastes it, and what the address of the join page may say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn, readFragment } from "../../static/js/class/code.js";
import { forExamples } from "./random.js";

test("a code is read from digits of any width, with spaces and words around them, and from an address", () => {
  for (const text of [
    "482913",
    "482 913",
    "４８２９１３",
    "４８２　９１３",
    "482-913",
    "482 913 7",
    "コード：482913",
    " 482\n913\t",
    "http://192.168.1.20:8000/join#482913",
    "https://lab.school.example/1b/join#482913",
  ])
    assert.equal(codeIn(text), "482913", text);
  assert.equal(codeIn("48"), "48");
  assert.equal(codeIn("lemon"), "");
});

test("whatever is typed, a code is at most six digits, and reading it again changes nothing", () =>
  forExamples(300, (examples) => {
    const text = String.fromCodePoint(
      ...Array.from({ length: examples.whole(0, 30) }, () => examples.whole(32, 0xd7ff)),
    );
    const code = codeIn(text);
    assert.match(code, /^[0-9]{0,6}$/);
    assert.equal(codeIn(code), code);
  }));

test("an address names a code, a secret or a reason, and anything else is ignored", () => {
  assert.deepEqual(readFragment("#482913"), { kind: "code", value: "482913" });
  assert.deepEqual(readFragment("#teacher=aB3_-x"), { kind: "secret", value: "aB3_-x" });
  assert.deepEqual(readFragment("#projector=aB3_-x"), { kind: "secret", value: "aB3_-x" });
  assert.deepEqual(readFragment("#reason=removed"), { kind: "reason", value: "removed" });
  for (const hash of [
    "",
    "#",
    "#48291",
    "#lemon",
    "#teacher=",
    "#student=abc",
    "#teacher=a b",
    "#<b>482913</b>",
  ])
    assert.equal(readFragment(hash), null, hash);
});
