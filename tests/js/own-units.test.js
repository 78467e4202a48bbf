/** Columns of a table in the units of its file. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOf, writtenInOwnUnits } from "../../static/js/look/own-units.js";
import { speakAs } from "./catalog.js";

test("the ends of a column are said in the units of the file, also if networks get it standardized", () => {
  speakAs("en");
  const plain = [
    [1999, 0.002],
    [2021, 0.009],
    [2010, 0.004],
  ];
  /** @type {[number, number][]} */
  const units = [
    [2010, 10],
    [0.005, 0.001],
  ];
  const standardized = plain.map((row) => row.map((value, i) => (value - units[i][0]) / units[i][1]));
  /** @param {number[][]} points @param {[number, number][]} [used] */
  const said = (points, used) =>
    [0, 1].map((column) => endsOf(points, column).map((value) => writtenInOwnUnits(value, column, used)));
  const expected = [
    ["1,999", "2,021"],
    ["0.002", "0.009"],
  ];
  assert.deepEqual(said(plain), expected);
  assert.deepEqual(said(standardized, units), expected);
});
