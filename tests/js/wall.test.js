/** The wall: what it makes of what the server says of each student. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../../static/js/class/cloud-paths.js";
import { colorByName, colorOf, GroupColors, groupsOf, MAX_GROUPS } from "../../static/js/class/groups.js";
import { needsOf } from "../../static/js/class/needs.js";
import { countsOf, sorted, tileOf } from "../../static/js/class/tile.js";
import { gridOf, MAX_WITH_CURVES } from "../../static/js/class/tile-grid.js";
import { WallStore } from "../../static/js/class/wall-store.js";
import { Inbox } from "../../static/js/server/inbox.js";
import { forExamples } from "./random.js";

/** @import { CurveView, TileView, Waiting } from "../../static/js/class/tile.js" */

/**
 * @param {string} training
 * @param {Partial<CurveView>} changes
 * @returns {CurveView}
 */
function curve(training, changes = {}) {
  return {
    training,
    status: "completed",
    iteration: 100,
    iterations: 100,
    metric: "test_accuracy",
    chance: 0.1,
    best: 0.9,
    points: [[0, 0.1]],
    ...changes,
  };
}

/**
 * @param {number} number
 * @param {CurveView[]} curves of its runs, which have their trainings' names unless `names` says otherwise
 * @param {Partial<TileView>} changes
 */
function tile(number, curves = [], changes = {}, names = curves.map(({ training }) => training)) {
  const view = {
    person: `p${number}`,
    number,
    nickname: null,
    hand_at: null,
    away_since: null,
    joined_at: 0,
    removed: false,
    launched: curves.length,
    runs: curves.map(({ training }, i) => ({ id: `r${number}-${i}`, number: i, name: names[i], training })),
    ...changes,
  };
  return tileOf(view, new Map(curves.map((curve) => [curve.training, curve])), WAITING);
}

/** @type {Waiting} */
const WAITING = [
  ["first", 2, [], 0],
  ["second", null, [], 0],
];

test("a tile says what is under way before what is over, and counts the best of the newest runs", () => {
  assert.equal(tile(1).state, "joined");
  const running = tile(1, [curve("a"), curve("b", { status: "running", iteration: 50, best: 0.95 })]);
  assert.deepEqual([running.state, running.best, running.progress], ["running", 0.95, 0.75]);
  const queued = tile(1, [curve("a", { best: null }), curve("second", { status: "queued", best: null })]);
  assert.deepEqual([queued.state, queued.best, queued.ahead, queued.seconds], ["queued", null, 1, null]);
  assert.equal(tile(1, [curve("a"), curve("b", { status: "failed" })]).state, "finished");
  assert.equal(tile(1, [curve("a", { status: "diverged" })]).state, "diverged");
  assert.equal(tile(1, [curve("a", { status: "cancelled" })]).state, "cancelled");
  assert.equal(
    tile(1, [], { runs: [{ id: "x", number: 1, name: "x", training: "unseen" }] }).state,
    "queued",
  );
});

test("tiles are sorted by number, by who needs help first, and by accuracy with unknown ones last", () => {
  const tiles = [
    tile(4, [curve("a", { best: 0.5 })], { hand_at: 9 }),
    tile(3),
    tile(2, [curve("b")], { away_since: 5 }),
    tile(1, [curve("c", { best: 0.95 })]),
  ];
  /** @param {string} order */
  const numbers = (order) => sorted(tiles, order).map(({ number }) => number);
  assert.deepEqual(numbers("number"), [1, 2, 3, 4]);
  assert.deepEqual(numbers("state"), [4, 3, 1, 2]);
  assert.deepEqual(numbers("accuracy"), [1, 2, 4, 3]);
});

test("the teacher sees each hand, the longest first, and groups of those who have not begun or are away", () => {
  const tiles = [
    tile(1, [], { joined_at: 0 }),
    tile(2, [], { joined_at: 900 }),
    tile(3, [curve("a")], { hand_at: 800 }),
    tile(4, [], { hand_at: 700 }),
    tile(5, [curve("b")], { away_since: 500 }),
    tile(6, [curve("c")], { away_since: 990 }),
    tile(7, [curve("d", { status: "diverged" })]),
    tile(8, [], { joined_at: 300 }),
  ];
  const needs = needsOf(tiles, 1000).map(({ kind, tiles, since }) => [
    kind,
    tiles.map((tile) => tile.number),
    since,
  ]);
  assert.deepEqual(needs, [
    ["hand", [4], 700],
    ["hand", [3], 800],
    ["failed", [7], null],
    ["idle", [1, 8], 0],
    ["away", [5], 500],
  ]);
  assert.deepEqual(countsOf(tiles), { joined: 8, here: 6, launched: 4, finished: 3 });
});

test("how long one waits is counted by the server's clock, which may differ from the teacher's", () => {
  const store = new WallStore();
  new Inbox(store).receive(JSON.stringify({ type: "hello", now: Date.now() / 1000 - 600 }));
  assert.equal(Math.round((Date.now() / 1000 - store.now()) / 60), 10);
});

test("runs that several students have under one name are a group; all others are one group", () => {
  const colors = new GroupColors();
  const relu = curve("t1");
  const tiles = [
    tile(1, [relu, curve("t2")], {}, ["ReLU", "sigmoid"]),
    tile(2, [relu, curve("t3")], {}, ["ReLU", "mine"]),
  ];
  const groups = groupsOf(tiles, colors);
  assert.deepEqual(
    groups.map(({ name, curves, isRest }) => [name, curves.length, isRest]),
    [
      ["ReLU", 2, false],
      ["", 2, true],
    ],
  );
  assert.equal(colorByName(groups)("ReLU"), colorOf(groups[0]));
  assert.equal(colorByName(groups)("mine"), "var(--quiet)");
  const alone = groupsOf([tiles[0]], colors);
  assert.deepEqual(
    alone.map(({ name, isRest, curves }) => [name, isRest, curves.length]),
    [["", false, 2]],
  );
});

test("groups shown together have different colours, and a name of a few keeps its colour", () =>
  forExamples(100, (examples) => {
    const colors = new GroupColors();
    /** @type {Map<string, number | null>} */
    const before = new Map();
    const names = [..."abcdefghij"].slice(0, examples.whole(2, 10));
    for (let round = 0; round < 6; round++) {
      const tiles = Array.from({ length: 12 }, (_, i) =>
        tile(i + 1, [curve(`t${i}`)], {}, [examples.of(names)]),
      );
      const groups = groupsOf(tiles, colors);
      assert.equal(
        groups.reduce((sum, { curves }) => sum + curves.length, 0),
        12,
      );
      const named = groups.filter(({ hue }) => hue !== null);
      assert.ok(named.length <= MAX_GROUPS);
      assert.equal(new Set(named.map(({ hue }) => hue)).size, named.length);
      for (const { name, hue } of named) {
        if (names.length <= 8) assert.equal(before.get(name) ?? hue, hue);
        before.set(name, hue);
      }
    }
  }));

test("tiles fill the room they have, and neither overlap nor grow beyond it sideways", () =>
  forExamples(300, (examples) => {
    const count = examples.whole(0, 300);
    const room = { width: examples.whole(320, 1900), height: examples.whole(120, 900) };
    const { columns, height, curves } = gridOf(count, room);
    assert.equal(curves, count <= MAX_WITH_CURVES);
    assert.ok(columns >= 4 && height >= 36 && height <= 117);
    assert.ok((room.width - 6 * (columns - 1)) / columns >= 71 || room.width < 560);
  }));

test("forty tiles fit beside the other cards of a laptop, and those of a new student move no other", () => {
  const room = { width: 944, height: 354 };
  const { columns, height } = gridOf(32, room);
  assert.equal(columns, 8);
  assert.ok(4 * height + 3 * 6 <= room.height);
  for (let count = 25; count <= 32; count++) assert.deepEqual(gridOf(count, room), gridOf(32, room));
  assert.equal(gridOf(32, { width: 366, height: 500 }).columns, 4);
  assert.ok(gridOf(300, room).columns >= 12);
  const projector = gridOf(32, { width: 698, height: 300 }, { letter: 15, named: false });
  assert.ok(Math.ceil(32 / projector.columns) * (projector.height + 6) - 6 <= 300);
});

test("of what the server says in any order the wall makes tiles, and keeps no curve that no tile shows", () => {
  const real = globalThis.setTimeout;
  /** Functions that the store calls later: now. @type {(() => void)[]} */
  const later = [];
  globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ call) => later.push(call));
  const pass = () => {
    for (const call of later.splice(0)) call();
  };
  try {
    const store = new WallStore();
    let changes = 0;
    store.on("change", () => changes++);
    const { nickname, hand_at, state, progress, best, curves, ahead, seconds, ...view } = tile(1);
    const run = { id: "r", number: 1, name: "ReLU", training: "t" };
    store.emit("curve", curve("t", { best: 0.8 }));
    store.emit("tile", { ...view, nickname: null, launched: 1, runs: [run] });
    store.emit("person", { person: { id: "p1", nickname: "Ada", hand_at: 5 } });
    store.emit("tile", { ...view, person: "teacher", nickname: null, number: null, runs: [run] });
    assert.equal(changes, 0);
    pass();
    assert.equal(changes, 1, "drawn once for all of them");
    const [student, ...others] = store.students();
    assert.deepEqual([student.nickname, student.hand_at, student.best, others], ["Ada", 5, 0.8, []]);
    assert.deepEqual(store.ownRuns(), [run]);

    store.emit("curve", curve("t", { best: 0.9 }));
    pass();
    assert.equal(store.students()[0].best, 0.9);
    store.emit("tile", { ...view, nickname: null, removed: true, runs: [] });
    store.emit("tile", { ...view, person: "teacher", nickname: null, number: null, runs: [] });
    pass();
    assert.deepEqual([store.students(), store.removed().length, store.curves.size], [[], 1, 0]);
  } finally {
    globalThis.setTimeout = real;
  }
});

test("names at the ends of curves do not overlap, and stay as near to them as they can", () =>
  forExamples(200, (examples) => {
    const tops = examples.list(4, () => examples.whole(0, 200));
    const placed = spread(tops, 20, { highest: 0, lowest: 200 });
    const sorted = placed.toSorted((a, b) => a - b);
    assert.ok(sorted.every((top, i) => !i || top - sorted[i - 1] >= 20 - 1e-9));
    assert.ok(placed.every((top) => top >= 0 && top <= 200));
    if (tops.toSorted((a, b) => a - b).every((top, i, all) => !i || top - all[i - 1] >= 20))
      assert.deepEqual(placed, tops);
    assert.deepEqual(spread([90, 30, 30], 20, { highest: 0, lowest: 100 }), [90, 20, 40]);
  }));

// its imports listen to keys
Object.assign(globalThis, { addEventListener: () => {} });
const { arranged, oneBefore } = await import("../../static/js/class/queue-order.js");

test("a line of the queue that was moved is shown where it was put, until it is there or one of both is gone", () => {
  const waiting = /** @type {[string, number][]} */ (["a", "b", "c", "d"].map((one, i) => [one, i]));
  const order = waiting.map(([one]) => one);
  const ids = (/** @type {string} */ training, /** @type {string | null} */ behind) =>
    arranged(waiting, training, behind)
      .map(([one]) => one)
      .join("");
  // by its place among the others
  assert.deepEqual(
    [0, 1, 3, 9].map((place) => oneBefore(order, "b", place)),
    [null, "a", "d", "d"],
  );
  assert.equal(ids("b", "d"), "acdb");
  assert.equal(ids("d", null), "dabc");
  assert.equal(ids("c", "b"), "abcd");
  assert.equal(arranged(waiting, "gone", "a"), waiting);
  assert.equal(arranged(waiting, "a", "gone"), waiting);
});
