/** One call at a time: what is asked for meanwhile is done once more. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { oneAtATime } from "../../static/js/state/one-at-a-time.js";

/** An action that goes on until the test ends it, and what it has begun. */
function slow() {
  /** @type {PromiseWithResolvers<void>[]} */
  const begun = [];
  const act = () => {
    const call = Promise.withResolvers();
    begun.push(call);
    return call.promise;
  };
  return { begun, act };
}

const later = () => new Promise((done) => setTimeout(done));

test("while a call is under way no other begins, and all that was asked for meanwhile is one more call", async () => {
  const { begun, act } = slow();
  const ask = oneAtATime(act);
  const first = ask();
  for (let i = 0; i < 5; i++) await ask(); // these do not wait
  assert.equal(begun.length, 1);
  begun[0].resolve();
  await later();
  assert.equal(begun.length, 2);
  begun[1].resolve();
  await first;
  assert.equal(begun.length, 2);
  void ask();
  assert.equal(begun.length, 3);
});

test("after a call that failed the next one begins", async () => {
  const { begun, act } = slow();
  const ask = oneAtATime(act);
  const first = /** @type {Promise<any>} */ (ask());
  begun[0].reject(new Error("out of order"));
  assert.match(await first.catch(({ message }) => message), /out of order/);
  void ask();
  assert.equal(begun.length, 2);
});
