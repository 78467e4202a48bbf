/** Requests: what their answers and refusals mean. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { wallApi } from "../../static/js/class/wall-api.js";
import { api, refusalIn } from "../../static/js/server/api.js";
import { momentApi } from "../../static/js/server/moment-api.js";
import { survey } from "../../static/js/views/survey.js";

/** An answer that breaks off after its first bytes. @param {number} status @param {Record<string, string>} headers */
const broken = (status, headers = {}) =>
  new Response(
    new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"run')),
      pull: (stream) => stream.error(new TypeError("network error")),
    }),
    { status, headers },
  );

/** @param {() => Response} answer */
function answerWith(answer) {
  globalThis.fetch = async () => answer();
}

const { signal } = new AbortController();
const bytes = { "Content-Type": "application/octet-stream" };
const file = { "Content-Disposition": "attachment; filename*=UTF-8''a.npz" };
/** @type {Record<string, [() => Promise<unknown>, Record<string, string>]>} */
const REQUESTS = {
  "with a JSON answer": [() => api.run("r"), {}],
  "with bytes": [() => api.view("r", 1, "weights", "{}", signal), bytes],
  "of polling": [() => api.poll({}, signal), bytes],
  "for weights": [() => momentApi.weights("r", 1, signal), file],
  "for a landscape": [() => survey([], { directions: "" }, () => {}, signal), {}],
};

for (const [what, [ask, headers]] of Object.entries(REQUESTS))
  for (const status of [200, 409])
    test(`a request ${what} whose answer of status ${status} breaks off has had no answer`, async () => {
      answerWith(() => broken(status, headers));
      await assert.rejects(ask(), { code: "offline", status: 0 });
    });

test("an answer of a proxy that cannot reach the lab is no answer of the lab", async () => {
  answerWith(() => new Response("<html>Bad gateway", { status: 502 }));
  await assert.rejects(api.run("r"), { code: "offline", status: 0 });
  const error = { code: "store_unavailable", message: "the disk is full" };
  answerWith(() => new Response(JSON.stringify({ error }), { status: 503 }));
  await assert.rejects(api.run("r"), { code: "store_unavailable", status: 503 });
});

test("a whole answer that is none of the lab's is one", async () => {
  answerWith(() => new Response("<html>Sign in", { status: 200 }));
  await assert.rejects(api.run("r"), { code: "bad_answer", status: 200 });
  const error = { code: "not_found", message: "no such run" };
  const refusal = await refusalIn(new Response(JSON.stringify({ error }), { status: 404 }));
  assert.deepEqual([refusal.code, refusal.status, refusal.message], ["not_found", 404, "no such run"]);
});

test("the teacher ends all runs of a student, also if some have ended or are deleted already", async () => {
  /** @type {Record<string, number>} */
  const statuses = { ended: 409, deleted: 404, running: 200, other: 200 };
  /** @type {string[]} */
  let asked = [];
  globalThis.fetch = async (path) => {
    const id = String(path).split("/")[2];
    asked.push(id);
    return new Response(JSON.stringify({ error: { code: id, message: "" } }), { status: statuses[id] });
  };
  const ids = Object.keys(statuses);
  await wallApi.stop(ids);
  assert.deepEqual(asked, ids);
  asked = [];
  statuses.ended = 507; // the disk is full
  await assert.rejects(wallApi.stop(ids), { status: 507 });
  assert.deepEqual(asked, ids);
});
