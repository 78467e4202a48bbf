/** Reasons: the sentences for refusals, beside the wrong field and elsewhere. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, explainAll } from "../../static/js/words/reasons.js";
import { speakAs } from "./catalog.js";

/** A refusal as the server answers it. @param {object} values @returns {any} */
const refusal = (values) => ({
  status: 422,
  code: "invalid",
  field: "iteration",
  message: "iteration: Input should be less than or equal to 5, not 7",
  why: { code: "invalid", values: { field: "iteration" } },
  bounds: undefined,
  ...values,
});

test("a refusal that is not shown beside its field names the field, also if its bound is written in words", () => {
  speakAs("en");
  const bounded = refusal({ bounds: { maximum: 5 } });
  assert.equal(explain(bounded).includes("iteration"), false);
  assert.ok(explain(bounded).includes("5"));
  assert.ok(explainAll(bounded).includes("iteration"));
  const long = refusal({ field: "name", why: { code: "too_long", values: { most: 200 } } });
  assert.ok(explainAll(long).includes("name") && explainAll(long).includes("200"));
});

test("a refusal whose message names the field does not name it twice", () => {
  speakAs("en");
  assert.equal(explainAll(refusal({})).split("iteration").length, 2);
});
