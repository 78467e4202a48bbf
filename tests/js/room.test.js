/** The answers of a class to a lesson's questions: dots, seats, sketches, and when the server is asked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { axisOf, dotPlot } from "../../static/js/lessons/room/dots.js";
import { isOpen } from "../../static/js/lessons/room/room-source.js";
import { describe } from "../../static/js/lessons/room/seats.js";
import { speakAs } from "./catalog.js";

speakAs("en");

/** @import { Room } from "../../static/js/lessons/room/types.js" */

const PLOT = { low: 0, high: 100, columns: 10, rows: 5, own: null };

/** @param {Partial<Room>} changes @returns {Room} */
const room = (changes) => ({
  people: 30,
  predicted: 30,
  seats: { numbers: [], predicted: [], away: [] },
  mine: null,
  bars: [],
  numbers: [],
  sketches: [],
  see: null,
  transfer: null,
  spread: null,
  vote: null,
  exits: null,
  ...changes,
});

test("each answer is a dot, above the others of about the same value", () => {
  const { dots, each } = dotPlot([0, 5, 9, 55, 100], PLOT);
  assert.equal(each, 1);
  assert.deepEqual(
    dots.map(({ x, level }) => [x, level]),
    [
      [0.05, 0],
      [0.05, 1],
      [0.05, 2],
      [0.55, 0],
      [0.95, 0],
    ],
  );
});

test("in a large class a dot stands for several answers, so that all have room", () => {
  const { dots, each } = dotPlot(Array(300).fill(42), PLOT);
  assert.equal(each, 60);
  assert.equal(dots.length, 5);
  const { dots: spread } = dotPlot(
    Array.from({ length: 300 }, (_, i) => i / 3),
    PLOT,
  );
  assert.ok(spread.length <= PLOT.columns * PLOT.rows);
});

test("the own answer is marked once, where it lies", () => {
  const { dots } = dotPlot([10, 11, 60], { ...PLOT, own: 11 });
  assert.deepEqual(
    dots.filter(({ isOwn }) => isOwn).map(({ x, level }) => [x, level]),
    [[0.15, 0]],
  );
});

test("the axis shows what may be answered, or the part of it in which the answers lie, with round numbers", () => {
  assert.deepEqual(axisOf([], 0, 100), { low: 0, high: 100, ticks: [0, 50, 100], step: 50 });
  assert.deepEqual(axisOf([10, 90], 0, 100).ticks, [0, 50, 100]);
  assert.deepEqual(axisOf([40, 60], 0, 100), { low: 30, high: 70, ticks: [30, 40, 50, 60, 70], step: 10 });
  assert.deepEqual(axisOf([100], 0, 100), { low: 95, high: 100, ticks: [95, 100], step: 5 });
  assert.deepEqual(axisOf([0.31, 0.33], 0, 1).ticks, [0.3, 0.31, 0.32, 0.33, 0.34]);
});

test("what was measured has no bounds, and its axis holds all of it", () => {
  assert.deepEqual(axisOf([400, 630], null, null), {
    low: 300,
    high: 700,
    ticks: [300, 400, 500, 600, 700],
    step: 100,
  });
  const { low, high } = axisOf([87.5], null, null);
  assert.ok(low < 87.5 && high > 87.5);
  assert.deepEqual(axisOf([0], null, null).ticks, [-1, -0.5, 0, 0.5, 1]);
});

test("a page asks again while others may still answer, and then no more", () => {
  assert.ok(isOpen(null));
  assert.ok(isOpen(room({ predicted: 29 })));
  const bars = { question: "seeds", ask: "", options: [{ id: "a", text: "a", count: 29, came: null }] };
  assert.ok(isOpen(room({ transfer: bars })), "one has not answered the last question");
  const numbers = {
    question: "seeds",
    ask: "",
    unit: "",
    low: 0,
    high: 9,
    values: Array(10).fill(3),
    count: 30,
    came: 3,
  };
  assert.ok(!isOpen(room({ transfer: numbers })), "all have answered with a number");
  const vote = {
    question: "q",
    asked: { id: "q", ask: "" },
    mine: [],
    voted: [30, 30],
    first: null,
    second: null,
  };
  const answered = { ...bars, options: [{ ...bars.options[0], count: 30 }] };
  assert.ok(isOpen(room({ transfer: answered, vote: { ...vote, phase: "second" } })));
  assert.ok(!isOpen(room({ transfer: answered, vote: { ...vote, phase: "closed" } })));
});

test("of the seats it is said who is missing, but not of those who are away", () => {
  const numbers = [1, 2, 3, 4];
  assert.equal(describe({ numbers, predicted: [1, 3], away: [4] }), "Not yet: 2.");
  assert.equal(describe({ numbers, predicted: [1, 2, 3], away: [4] }), "All who are here have predicted.");
});
