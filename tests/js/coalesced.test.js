/** The places of a fast pen, also in browsers that give only the newest. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { coalesced } from "../../static/js/page/coalesced.js";

test("all places of a fast pen are drawn where the browser gives them, and elsewhere the place of the event", () => {
  const event = (/** @type {object} */ more) => /** @type {PointerEvent} */ ({ clientX: 3, ...more });
  const all = [event({ clientX: 1 }), event({ clientX: 2 })];
  assert.deepEqual(coalesced(event({ getCoalescedEvents: () => all })), all);
  const untrusted = event({ getCoalescedEvents: () => [] });
  assert.deepEqual(coalesced(untrusted), [untrusted]);
  const plain = event({});
  assert.deepEqual(coalesced(plain), [plain]);
});
