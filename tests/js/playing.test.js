/** Playing: the moment moves through a run by itself. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Playing } from "../../static/js/moment/playing.js";

/** A playhead of a run of 240 iterations, and a clock. */
function played() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  /** @type {(() => void)[]} */
  const listeners = [];
  const playhead = {
    iteration: 240,
    newest: 240,
    isLive: true,
    run: undefined,
    on(/** @type {string} */ _, /** @type {() => void} */ listener) {
      listeners.push(listener);
      return () => {};
    },
    moveTo(/** @type {number} */ iteration) {
      this.iteration = iteration;
      for (const listener of listeners) listener();
    },
  };
  const playing = new Playing(/** @type {any} */ (playhead));
  return { playhead, playing };
}

test("playing begins at the start, takes the run's life in even steps, and stops at the newest iteration", () => {
  const { playhead, playing } = played();
  playing.toggle();
  assert.deepEqual([playing.isOn, playhead.iteration], [true, 0]);
  mock.timers.tick(300);
  assert.equal(playhead.iteration, 6);
  mock.timers.tick(100_000);
  assert.deepEqual([playing.isOn, playhead.iteration], [false, 240]);
});

test("a viewer who moves the moment stops playing, and it goes on from there", () => {
  const { playhead, playing } = played();
  playing.toggle();
  mock.timers.tick(100);
  playhead.moveTo(100);
  assert.equal(playing.isOn, false);
  mock.timers.tick(1000);
  assert.equal(playhead.iteration, 100);
  playing.toggle();
  mock.timers.tick(100);
  assert.equal(playhead.iteration, 102);
  playing.toggle();
  mock.timers.tick(1000);
  assert.equal(playhead.iteration, 102);
});
