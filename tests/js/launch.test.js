/** Runs that were launched together stand in the order of their values, and say in one line what they are. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, titleOf } from "../../static/js/runs/launch.js";
import { readQuery } from "../../static/js/runs/run-query.js";
import { compareTexts } from "../../static/js/words/natural-order.js";
import { speakAs } from "./catalog.js";
import { arranged, Configs, makeRun } from "./lab.js";
import { forExamples } from "./random.js";

/** @param {string[]} names */
const launchOf = (names) => names.map((name, i) => makeRun({ number: i + 1, name, group_id: "g" }));
/** @param {string[]} names */
const ordered = (names) => inOrder(launchOf(names)).map(({ name }) => name);

test("texts are in the order of their numbers, with points and powers of ten", () =>
  assert.deepEqual(
    ["lr 0.01", "lr 1e-5", "lr 0.001", "lr 10", "lr 2", "784-40-10", "784-5-10", "-1", "-2"].toSorted(
      compareTexts,
    ),
    ["-2", "-1", "784-5-10", "784-40-10", "lr 1e-5", "lr 0.001", "lr 0.01", "lr 2", "lr 10"],
  ));

test("whatever numbers vary, a sweep is in the order of their sizes, and not in that of their digits", () =>
  forExamples(200, (examples) => {
    const rates = examples.list(6, () => Number(examples.logarithmic(1e-7, 1e4).toPrecision(2)), 2);
    const values = [...new Set(rates)];
    const names = values.map((rate) => `SGD · lr ${rate} · seed 1`);
    const sizes = ordered(names).map((name) => Number(name.split(" ")[3]));
    assert.deepEqual(
      sizes,
      values.toSorted((a, b) => a - b),
    );
  }));

test("the values of a title go from the smallest to the largest, also after some runs are deleted", () => {
  const rates = [0.001, 0.01, 0.1, 1];
  const names = ["SGD", "Adam"].flatMap((name) => rates.map((rate) => `${name} · lr ${rate}`)).slice(1);
  assert.equal(titleOf(inOrder(launchOf(names))), "SGD, Adam · lr 0.001–1");
});

test("numbers are in order beside a value that is none", () =>
  assert.deepEqual(ordered(["warmup 10", "none", "warmup 5"]), ["warmup 5", "warmup 10", "none"]));

test("values that are not numbers stay in the order of the launch, and each of several settings is considered", () => {
  const names = ["SGD · lr 0.1", "SGD · lr 0.01", "Adam · lr 0.1", "Adam · lr 0.01"];
  assert.deepEqual(ordered(names), ["SGD · lr 0.01", "SGD · lr 0.1", "Adam · lr 0.01", "Adam · lr 0.1"]);
  assert.deepEqual(ordered(["SGD", "Momentum", "Adam"]), ["SGD", "Momentum", "Adam"]);
});

test("a launch is named by what its runs have in common and by the values in which they differ", () => {
  const rates = [0.001, 0.01, 0.1, 1].flatMap((rate) =>
    [0, 1].map((seed) => `SGD · lr ${rate} · seed ${seed}`),
  );
  assert.equal(titleOf(launchOf(rates)), "SGD · lr 0.001–1 · seed 0, 1");
  assert.equal(titleOf(launchOf(["SGD", "Adam"])), "SGD, Adam");
  const origin = { run: "a1", number: 1, name: "SGD", iteration: 5, seed: null };
  const fork = makeRun({ number: 3, name: "Adam · lr 1", group_id: "g", origin });
  assert.equal(titleOf([...launchOf(["SGD", "Adam"]), fork]), "SGD, Adam");
  assert.equal(
    titleOf(launchOf(["784-40-10", "784-5-10", "784-9-10", "784-8-10"])),
    "784-40-10, …, 784-8-10",
  );
  for (const [language, title] of [
    ["en", "2 runs"],
    ["ja", "2 件の実験"],
  ]) {
    speakAs(language);
    assert.equal(titleOf(launchOf(["renamed", "lr 1 · seed 0"])), title);
  }
});

test("runs launched together are listed together at the newest one's place, and a single run has no heading", () => {
  const sweep = ["lr 1", "lr 0.1"].map((name, i) => makeRun({ number: i + 2, name, group_id: "g" }));
  const runs = [makeRun({ number: 4 }), ...sweep.toReversed(), makeRun({ number: 1 })];
  const groups = arranged(runs, readQuery({}), new Configs());
  assert.deepEqual(
    groups.map(({ key, label, runs: members }) => [key, label, members.map(({ number }) => number)]),
    [
      ["", null, [4]],
      ["2", "lr 0.1, 1", [3, 2]],
      ["", null, [1]],
    ],
  );
  const [alone] = arranged(runs, readQuery({ text: "number:3" }), new Configs());
  assert.equal(alone.label, null);
  const best = arranged(runs, readQuery({ group: "" }), new Configs());
  assert.deepEqual(
    best.map(({ runs: members }) => members.length),
    [4],
  );
});
