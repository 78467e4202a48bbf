/** Parts that come later: made once, when they are first asked for. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { lazy } from "../../static/js/page/lazy.js";

test("a part is made at its first request, once for all callers, and again only if that failed", async () => {
  let made = 0;
  let fails = true;
  const part = lazy(async () => {
    made++;
    if (fails) throw new Error("offline");
    return { number: made };
  });
  assert.equal(made, 0);
  const problem = await part().catch((error) => error.message);
  assert.equal(problem, "offline");
  fails = false;
  const [one, other] = await Promise.all([part(), part()]);
  assert.equal(one, other);
  assert.deepEqual(await part(), { number: 2 });
});
