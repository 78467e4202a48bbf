/** How numbers are written: what is clear is read as it is meant, and what is not is never guessed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { alternatives, readings, typed } from "../../static/js/form/values.js";
import { forExamples } from "./random.js";

/** @import { OneOrSeveral, TypedField } from "../../static/js/form/values.js" */

const NUMBER = { kind: "number", scale: "log" };
const WHOLE = { kind: "integer", scale: "linear" };

/**
 * @param {string} text
 * @param {TypedField} field
 */
const read = (text, field = NUMBER) => /** @type {const} */ ([typed(text, field), readings(text, field)]);

/**
 * The numbers that a value stands for; null where it is a text, for the server to refuse.
 * @param {OneOrSeveral<string | number> | null} value
 */
function numbers(value) {
  const found = alternatives(value);
  return found.some((one) => typeof one === "string") ? null : found;
}

/** @type {[text: string, meant: string[]][]} */
const UNCLEAR = [
  ["0,1", ["0.1", "0, 1"]],
  ["0，1", ["0.1", "0, 1"]],
  ["０、１", ["0.1", "0, 1"]],
  ["0・1", ["0.1", "0, 1"]],
  ["-0,5", ["-0.5", "-0, 5"]],
  ["1,5e-3", ["1.5e-3", "1, 5e-3"]],
  ["0,01", ["0.01"]],
  ["1,000", ["1.000", "1000"]],
  ["1,200", ["1.200", "1200", "1, 200"]],
  ["0,1; 0,2", ["0.1; 0.2", "0, 1; 0, 2"]],
  ["0,1..1", ["0.1..1", "0, 1..1"]],
];
for (const [text, meant] of UNCLEAR)
  test(`a comma between digits of a number is not guessed: ${text}`, () =>
    assert.deepEqual(read(text), [text, meant]));

/** @type {[text: string, values: number[] | null][]} */
const WHOLE_LISTS = [
  ["32,128", [32, 128]],
  ["100,200", [100, 200]],
  ["16,128,256", [16, 128, 256]],
  ["16、32", [16, 32]],
  ["16・32", [16, 32]],
  ["1,200", [1200]],
  ["60,000", [60000]],
  ["1,000, 2,000", [1000, 2000]],
  ["1,000..5,000:5", [1000, 2000, 3000, 4000, 5000]],
  ["1..3,5", [1, 2, 3, 5]],
  ["1,250", null],
  ["12,500", null],
  ["1,5e3", null],
];
for (const [text, values] of WHOLE_LISTS)
  test(`a comma between whole numbers separates them unless they are round: ${text}`, () => {
    const [found, meant] = read(text, WHOLE);
    assert.deepEqual(numbers(found), values);
    assert.equal(values === null, meant.length > 0);
  });

/** @type {[text: string, value: number | number[] | null][]} */
const SIGNS = [
  ["−0.1", -0.1],
  ["ー0.1", -0.1],
  ["－０．１", -0.1],
  ["–0.1", -0.1],
  ["ｰ5", -5],
  ["＋５", 5],
  ["0。1", 0.1],
  ["１ｅ−３", 0.001],
  ["0.1,0.01", [0.1, 0.01]],
  ["0.1，　0.01", [0.1, 0.01]],
  ["0.001〜1", [0.001, 0.01, 0.1, 1]],
  ["0.001～1", [0.001, 0.01, 0.1, 1]],
  ["0.1…10", [0.1, 1, 10]],
  ["", null],
];
for (const [text, value] of SIGNS)
  test(`signs of another width or script are read as what they mean: ${text}`, () => {
    const [found, meant] = read(text);
    assert.deepEqual(alternatives(found), [value].flat());
    assert.deepEqual(meant, []);
  });

for (const text of ["10²", "½", "0x10", "1_000", "Infinity", "1 2", "1-5", "٣", "abc", "1e999", ";", "5..1"])
  test(`what cannot be read stays a text, which the server refuses: ${text}`, () =>
    assert.deepEqual(read(text), [text, []]));

/** As a Japanese keyboard writes it. @param {string} text */
function wide(text) {
  const signs = new Map(Object.entries({ "-": "−", " ": "　" }));
  return [...text]
    .map((sign) => signs.get(sign) ?? String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    .join("");
}

test("a list gives its numbers in whatever signs it is written", () =>
  forExamples(1000, (examples) => {
    const wanted = examples.list(
      6,
      () => {
        const [decimal, whole] = [examples.logarithmic(1e-9, 1e9), examples.whole(1, 10 ** 6)];
        const size = examples.of([Number(decimal.toPrecision(4)), whole]);
        return examples.of([size, -size]);
      },
      1,
    );
    const written = wanted.map((value) => (examples.of([true, false]) ? wide(String(value)) : String(value)));
    const [value, meant] = read(written.join(examples.of([", ", "; ", ";", "，　", "、 "])));
    assert.deepEqual(meant, []);
    assert.deepEqual(numbers(value), [...new Set(wanted)]);
  }));

test("no comma between digits is ever a number, or two, by itself", () =>
  forExamples(1000, (examples) => {
    const [whole, part] = [examples.whole(0, 99999), examples.whole(0, 99999)];
    const sign = examples.of(["", "-", "−"]);
    const text = `${sign}${whole}${examples.of([..."，,、・"])}${part}`;
    const [value, meant] = read(text);
    assert.equal(value, text);
    assert.ok(meant.includes(`${sign.replace("−", "-")}${whole}.${part}`));
  }));

test("every reading is clear, and what is shown is read as the same", () =>
  forExamples(5000, (examples) => {
    const text = examples.text("0123456789.,;: -−ー、，．・〜e５", 12);
    const field = examples.of([NUMBER, WHOLE]);
    const [value, meant] = read(text, field);
    for (const reading of meant) assert.deepEqual(read(reading, field)[1], []);
    const found = value === null ? [] : numbers(value);
    if (meant.length) assert.equal(typeof value, "string");
    else if (found?.length) {
      assert.ok(found.every(Number.isFinite));
      assert.deepEqual(numbers(read(found.join(", "), field)[0]), found);
      assert.match(text.normalize("NFKC"), /\d/, "numbers come from digits only");
    }
  }));
