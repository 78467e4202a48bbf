/** The class's cloud on a student's page: what it makes of the server's messages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cloudGroups, inCloud, viewOfCurve } from "../../static/js/class/class-cloud.js";
import { GroupColors, MAX_GROUPS } from "../../static/js/class/groups.js";

/** @import { CloudCurve, CloudMessage } from "../../static/js/class/class-cloud.js" */

/** @param {string} id @param {[number, number][]} points */
const curve = (id, points = [[0, 0.1]]) =>
  viewOfCurve(
    /** @type {CloudCurve} */ ({
      ...{ id, status: "running", iterations: 100, metric: "test_accuracy", chance: 0.1, points },
    }),
  );

test("a group has an entry for each run, names of one person have no colour, and unknown curves are left out", () => {
  const curves = new Map(["a", "b", "c"].map((id) => [id, curve(id)]));
  /** @type {CloudMessage["groups"]} */
  const message = [
    {
      name: "ReLU",
      people: 3,
      curves: [
        ["a", 2],
        ["b", 1],
      ],
    },
    { name: "shared by one", people: 1, curves: [["c", 1]] },
    { name: "", people: 0, curves: [["not there yet", 4]] },
  ];
  const [named, rest, ...more] = cloudGroups(message, curves, new GroupColors());
  assert.deepEqual(
    [named, rest].map(({ name, isRest, curves: shown }) => [name, isRest, shown.map((one) => one.training)]),
    [
      ["ReLU", false, ["a", "a", "b"]],
      ["", true, ["c"]],
    ],
  );
  assert.deepEqual([named.hue === null, rest.hue, more], [false, null, []]);
  assert.deepEqual(cloudGroups(null, curves, new GroupColors()), []);
});

test("no more groups have a colour than the wall has", () => {
  const names = Array.from({ length: MAX_GROUPS + 3 }, (_, i) => `name ${i}`);
  const curves = new Map(names.map((name) => [name, curve(name)]));
  const message = names.map((name) => ({
    name,
    people: 2,
    curves: /** @type {[string, number][]} */ ([[name, 2]]),
  }));
  const groups = cloudGroups(message, curves, new GroupColors());
  assert.equal(groups.filter(({ hue }) => hue !== null).length, MAX_GROUPS);
  assert.equal(groups.at(-1)?.curves.length, 2 * 3);
});

test("of the own runs those that the cloud has are drawn over it: the first nine of those launched together last", () => {
  const run = (
    /** @type {number} */ number,
    group_id = /** @type {string | null} */ (null),
    archived = false,
  ) => ({
    ...{ number, group_id, archived },
  });
  const numbers = (/** @type {ReturnType<typeof run>[]} */ runs) => inCloud(runs).map(({ number }) => number);
  assert.deepEqual(numbers([]), []);
  assert.deepEqual(numbers([run(1), run(2)]), [2]);
  assert.deepEqual(numbers([run(1, "g"), run(2, "h"), run(3, "h"), run(4, "i", true)]), [2, 3]);
  assert.deepEqual(numbers([run(1, "g"), run(2, "g", true), run(3, "g")]), [1, 3]);
  const sweep = Array.from({ length: 12 }, (_, i) => run(12 - i, "g"));
  assert.deepEqual(numbers(sweep), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
