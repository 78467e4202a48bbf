/** What the curves of a chart are called. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { commonStart, curveNames, distinctNames } from "../../static/js/charts/curve-names.js";
import { aboveChance, registerDatasets } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";

registerDatasets([
  { name: "mnist", title: "MNIST", classes: 10, test_size: 10_000 },
  { name: "moons", title: "Moons", classes: 2, test_size: 100 },
  { name: "spiral", title: "Spiral" },
  { name: "one", title: "1" },
]);
/** @param {string} id @param {string} name @param {string} dataset */
const run = (id, name, dataset) => /** @type {any} */ ({ id, name, summary: { dataset } });

test("a name says the data set where the runs differ in it, and once", () => {
  const same = [run("a", "SGD 0.1", "mnist"), run("b", "Adam", "mnist")];
  assert.deepEqual([...curveNames(same).values()], ["SGD 0.1", "Adam"]);
  const differ = [run("a", "SGD 0.1", "mnist"), run("b", "Spiral · SGD 0.1", "spiral")];
  assert.deepEqual([...curveNames(differ).values()], ["SGD 0.1 · MNIST", "Spiral · SGD 0.1"]);
  const own = [run("a", "SGD 0.1", "one"), run("b", "Adam", "spiral")]; // a title that is in the name by chance
  assert.deepEqual([...curveNames(own).values()], ["SGD 0.1 · 1", "Adam · Spiral"]);
});

test("end names show what the runs' names do not have in common", () => {
  assert.deepEqual(distinctNames(["2a · Adam", "2a · SGD"]), ["Adam", "SGD"]);
  assert.deepEqual(distinctNames(["Adam · seed 1", "Adam · seed 2"]), ["seed 1", "seed 2"]);
  assert.deepEqual(distinctNames(["Adam", "Adam"]), ["Adam", "Adam"]);
  assert.deepEqual(distinctNames(["2a · Adam"]), ["2a · Adam"]);
  assert.deepEqual(distinctNames(["Adam", "Adam · lr 1"]), ["Adam", "lr 1"]);
  assert.deepEqual(distinctNames(["200 images", "all images · = 200 images"]), [
    "200 images",
    "= all images",
  ]);
  assert.deepEqual(distinctNames(["2a · Momentum", "2a · Adam · = 2a · SGD"]), ["Momentum", "= Adam"]);
  assert.deepEqual(distinctNames(["Adam · lr 1", "Adam · = Adam · lr 1"]), ["lr 1", "= Adam"]);
});

test("the words with which all names begin are whole words, and never a whole name", () => {
  assert.equal(commonStart(["seed 1", "seed 12", "seed 2"]), "seed ");
  assert.equal(commonStart(["η 10", "η 10, ReLU"]), "η ");
  assert.equal(commonStart(["L2 λ 0.1", "L2 λ 0.01"]), "L2 λ ");
  assert.equal(commonStart(["no penalty", "no penalty, more images"]), "no ");
  assert.equal(commonStart(["Adam", "Adam"]), "");
  assert.equal(commonStart(["Adam 1", "SGD 1"]), "");
  assert.equal(commonStart(["seed 1"]), "");
  assert.equal(commonStart([]), "");
});

test("an accuracy that a constant guess reaches is not above chance, nor what few images give by luck", () => {
  const onesOfMnist = 0.1135;
  assert.ok(aboveChance("mnist") > onesOfMnist && aboveChance("mnist") < 0.15);
  assert.ok(aboveChance("moons") > 0.6 && aboveChance("moons") < 0.7);
  assert.equal(aboveChance("unknown"), 0);
});

test("a name says which earlier run's curve it lies on", () => {
  speakAs("en");
  const runs = [run("a", "SGD 0.1", "mnist"), run("b", "SGD 0.1", "mnist")];
  const named = (/** @type {string} */ name) =>
    curveNames(runs, new Map([["b", { number: 12, name }]])).get("b");
  assert.equal(named("SGD 0.1"), "SGD 0.1 · same as run 12");
  assert.equal(named("no penalty"), "SGD 0.1 · = no penalty");
});
