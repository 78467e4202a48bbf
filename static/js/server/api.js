/** Commands to the server: HTTP, JSON in and out. Addresses are relative to the page, which may lie below a path. */

/** @import { Why } from "../types.js" */

/**
 * An answer that says no. `field` names what is wrong in an experiment, `bounds` what would be right, and in them `why`
 * says more; without it, the code and the bounds say it all.
 */
export class ApiError extends Error {
  /**
   * @param {{code: string, message: string, field?: string, bounds?: Record<string, any>}} error
   * @param {number} status of the answer; 0: there was none
   */
  constructor({ code, message, field, bounds }, status) {
    super(message);
    this.code = code;
    this.field = field ?? "";
    this.bounds = bounds ?? {};
    /** @type {Why} */
    this.why = this.bounds.why ?? {
      code,
      values: { ...this.bounds, bounds: this.bounds, field: this.field },
    };
    this.status = status;
  }
}

/** Send a request. @returns {Promise<Response>} */
async function send(method, path, body, signal) {
  const options = { method, headers: {}, signal };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = body instanceof Blob ? body : JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch {
    throw new ApiError({ code: "offline", message: "" }, 0);
  }
}

async function request(method, path, body) {
  const answer = await send(method, path, body);
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => null);
  if (answer.ok && json !== null) return json;
  throw refusal(answer, json);
}

function refusal({ status }, json) {
  return new ApiError(json?.error ?? { code: "bad_answer", message: "", bounds: { status } }, status);
}

/** An answer of bytes. A login page that a network puts in the way is none. */
async function requestBytes(path, body, signal) {
  const answer = await send("POST", path, body, signal);
  if (!answer.ok) throw refusal(answer, await answer.json().catch(() => null));
  const bytes = await answer.arrayBuffer().catch(() => null);
  if (bytes && answer.headers.get("Content-Type") === "application/octet-stream") return bytes;
  throw refusal(answer, null);
}

/** What is wrong with one of several experiments that are alike is wrong with the form. */
async function ofTheFirst(answer) {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    error.field = error.field.replace(/^experiments\.\d+\./, "");
    error.message = error.message.replace(/^experiments\.\d+: /, "");
    throw error;
  }
}

export const api = {
  /** What is new since the last answer; see polling.js. @returns {Promise<ArrayBuffer>} */
  poll: (question, signal) => requestBytes("api/stream", question, signal),
  options: () => request("GET", "api/options"),
  lessons: () => request("GET", "api/lessons"),
  /** one lesson, with its experiments */
  lesson: (slug) => request("GET", `api/lessons/${slug}`),
  messages: (language) => request("GET", `i18n/${language}.json`),
  /** one run, with its config */
  run: (id) => request("GET", `api/runs/${id}`),
  /** Experiments as one group: all of them, or none. */
  launchTogether: (experiments) => ofTheFirst(request("POST", "api/experiments", { experiments })),
  /** What they would be, one by one and together. */
  summaryTogether: (experiments) => ofTheFirst(request("POST", "api/experiments/summary", { experiments })),
  launchLesson: (slug) => request("POST", `api/lessons/${slug}/runs`),
  /** Images of a data set: `part`, `first`, `count`. */
  images: (name, query) => request("GET", `api/datasets/${name}/images?${new URLSearchParams(query)}`),
  fetchDataset: (name) => request("POST", `api/datasets/${name}/fetch`),
  /** name, color, starred, archived, tags, notes; `was` says what a change was made from */
  change: (id, changes) => request("PATCH", `api/runs/${id}`, changes),
  /** As the page goes: nobody waits for the answer. */
  changeAtLeaving: (id, changes) => {
    const headers = { "Content-Type": "application/json" };
    void fetch(`api/runs/${id}`, {
      method: "PATCH",
      headers,
      body: JSON.stringify(changes),
      keepalive: true,
    }).catch(() => {});
  },
  /** learning_rate, l1, l2, dropout, while it runs */
  changeLive: (id, values) => request("PATCH", `api/runs/${id}/live`, values),
  remove: (id) => request("DELETE", `api/runs/${id}`),
  /** As the page goes: nobody waits for the answer. */
  removeAtLeaving: (id) => void fetch(`api/runs/${id}`, { method: "DELETE", keepalive: true }),
  /** pause, resume, step, cancel or clone */
  command: (id, command, body) => request("POST", `api/runs/${id}/${command}`, body),
  fields: (ids) => request("GET", `api/fields?runs=${ids.join(",")}`),
  /** A document of exported runs, as a file. */
  importRuns: (file) => request("POST", "api/imports", file),
};
