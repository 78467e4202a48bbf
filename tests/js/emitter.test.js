/** The emitter: who listens is called in order, and not any more once removed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../static/js/state/emitter.js";

test("listeners of a topic are called in the order in which they came, with the details", () => {
  const emitter = new Emitter();
  /** @type {any[]} */
  const heard = [];
  emitter.on("rows", (...details) => heard.push(["first", ...details]));
  emitter.on("rows", (...details) => heard.push(["second", ...details]));
  emitter.on("runs", () => heard.push(["other"]));
  emitter.emit("rows", "train", 3);
  emitter.emit("nothing");
  assert.deepEqual(heard, [
    ["first", "train", 3],
    ["second", "train", 3],
  ]);
});

test("a removed listener is not called any more, even by an event that is being emitted", () => {
  const emitter = new Emitter();
  /** @type {string[]} */
  const heard = [];
  let stopSecond = () => {};
  emitter.on("a", () => stopSecond());
  stopSecond = emitter.on("a", () => heard.push("second"));
  emitter.emit("a");
  assert.deepEqual(heard, []);
});

test("a listener that is added by a listener is called the next time", () => {
  const emitter = new Emitter();
  let calls = 0;
  emitter.on("a", () => emitter.on("a", () => calls++));
  emitter.emit("a");
  assert.equal(calls, 0);
  emitter.emit("a");
  assert.equal(calls, 1);
});

test("one that listens twice is called twice, and each is removed by itself", () => {
  const emitter = new Emitter();
  let calls = 0;
  const listener = () => calls++;
  const stop = emitter.on("a", listener);
  emitter.on("a", listener);
  emitter.emit("a");
  stop();
  emitter.emit("a");
  assert.equal(calls, 3);
});
