/** Requests to the server's HTTP API, with JSON in both directions. Addresses are relative, because the page may be under a path. */

/** @import { Comparison, CostsTogether, DataSample, Experiment, Fields, GlossaryEntry, Lesson, Options, RunView, SourceView, Why } from "../types.js" */

/**
 * A request that the server refused. `field` is the wrong field of an experiment, and `bounds` says which values would be
 * right. `bounds.why` is the reason as a code with values; if it is missing, the code and the bounds are the reason.
 */
export class ApiError extends Error {
  /**
   * @param {{code: string, message: string, field?: string, bounds?: Record<string, any>}} error
   * @param {number} status of the answer; 0: there was no answer
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

/** The error if the server cannot be reached, or its answer breaks off. */
export const offline = () => new ApiError({ code: "offline", message: "" }, 0);

/**
 * Send a request.
 * @returns {Promise<Response>}
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {AbortSignal} [signal]
 * @param {boolean} keepalive whether it goes on when the page is closed
 */
export async function send(method, path, body, signal, keepalive = false) {
  /** @type {RequestInit} */
  const options = { method, signal, keepalive };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = body instanceof Blob ? body : JSON.stringify(body);
  }
  return whole(fetch(path, options));
}

/**
 * An answer, or what is read of it. An answer that breaks off counts as none.
 * @template Read
 * @param {Promise<Read>} reading
 * @returns {Promise<Read>}
 */
export async function whole(reading) {
  try {
    return await reading;
  } catch {
    throw offline();
  }
}

/**
 * Send a request while the page is being closed, without waiting for the answer. It may fail.
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 */
function sendAtLeaving(method, path, body) {
  send(method, path, body, undefined, true).catch(() => {});
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the answer; each function of `api` declares its type
 */
export async function request(method, path, body, signal) {
  const answer = await send(method, path, body, signal);
  if (answer.status === 204) return null;
  if (!answer.ok) throw await refusalIn(answer);
  const json = jsonOf(await whole(answer.text()));
  if (json !== null) return json;
  throw refusal(answer, null);
}

/** What a text says as JSON; null: it is no JSON. @param {string} text */
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The error in an answer that is a refusal. @param {Response} answer */
export async function refusalIn(answer) {
  return refusal(answer, jsonOf(await whole(answer.text())));
}

/** The statuses with which a proxy says that it cannot reach the lab. */
const UNREACHED = [502, 503, 504];

/**
 * @param {Pick<Response, "status">} answer
 * @param {any} json the error of the server; null: the answer is none of the lab's
 */
export function refusal({ status }, json) {
  if (!json?.error && UNREACHED.includes(status)) return offline();
  return new ApiError(json?.error ?? { code: "bad_answer", message: "", bounds: { status } }, status);
}

/**
 * Send a request whose answer is bytes. If a network answers with its login page instead, this throws.
 * @param {string} path
 * @param {any} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<ArrayBuffer>}
 */
function requestBytes(path, body, signal) {
  return bytesOf(send("POST", path, body, signal));
}

/**
 * @param {Promise<Response>} answered
 * @returns {Promise<ArrayBuffer>}
 */
async function bytesOf(answered) {
  const answer = await answered;
  if (!answer.ok) throw await refusalIn(answer);
  const bytes = await whole(answer.arrayBuffer());
  if (answer.headers.get("Content-Type") === "application/octet-stream") return bytes;
  throw refusal(answer, null);
}

/**
 * Remove the experiment's number from an error: all experiments come from one form, so the error belongs to the form's field.
 * @template Answer
 * @param {Promise<Answer>} answer
 */
async function withoutNumber(answer) {
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
  /**
   * Rows and states that are new since the last answer; see polling.js.
   * @param {object} subscription
   * @param {AbortSignal} signal
   */
  poll: (subscription, signal) => requestBytes("api/stream", subscription, signal),
  /**
   * Request a file without using it. Throws an `ApiError` if the server refuses it.
   * @param {string} path
   * @returns {Promise<void>}
   */
  demandFile: async (path) => {
    const answer = await send("GET", path);
    if (!answer.ok) throw await refusalIn(answer);
  },
  /**
   * A view of a network at a past moment; see views/view.js.
   * @param {string} run
   * @param {number} iteration
   * @param {string} view
   * @param {string} options as JSON
   * @param {AbortSignal} signal
   */
  view: (run, iteration, view, options, signal) =>
    bytesOf(
      send(
        "GET",
        `api/runs/${run}/moments/${iteration}/views/${view}?options=${encodeURIComponent(options)}`,
        undefined,
        signal,
      ),
    ),
  /** @returns {Promise<Options>} */
  options: () => request("GET", "api/options"),
  /**
   * All lessons, with their titles and questions in one language, and how far the person is in each.
   * @param {string} language
   * @returns {Promise<{lessons: Lesson[]}>}
   */
  lessons: (language) => request("GET", `api/lessons?language=${language}`),
  /**
   * One lesson, with its experiments.
   * @param {string} slug
   * @returns {Promise<Lesson>}
   */
  lesson: (slug) => request("GET", `api/lessons/${slug}`),
  /**
   * The code of a layer, an optimizer or an activation.
   * @param {string} kind
   * @param {string} name
   * @returns {Promise<SourceView>}
   */
  source: (kind, name) => request("GET", `api/source/${kind}/${name}`),
  /**
   * @param {string} language
   * @returns {Promise<Record<string, string>>}
   */
  messages: (language) => request("GET", `i18n/${language}.json`),
  /**
   * The sections of the guide, as HTML that the lab makes from its own documents.
   * @param {string} language
   * @returns {Promise<{title: string, html: string}[]>}
   */
  guide: (language) => request("GET", `guide/${language}.json`),
  /** @returns {Promise<GlossaryEntry[]>} */
  glossary: () => request("GET", new URL("../../glossary.json", import.meta.url).href),
  /**
   * One run, with its config.
   * @param {string} id
   * @returns {Promise<RunView>}
   */
  run: (id) => request("GET", `api/runs/${id}`),
  /**
   * Launch experiments as one group: all of them, or none.
   * @param {Experiment[]} experiments
   * @param {string} [lesson] the open lesson that locks fields
   * @returns {Promise<{runs: RunView[]}>}
   */
  launchTogether: (experiments, lesson) =>
    withoutNumber(request("POST", "api/experiments", { experiments, lesson })),
  /**
   * The costs of experiments that are not launched yet, one by one and together.
   * @param {Experiment[]} experiments
   * @returns {Promise<CostsTogether>}
   */
  summaryTogether: (experiments) =>
    withoutNumber(request("POST", "api/experiments/summary", { experiments })),
  /**
   * @param {string} slug
   * @returns {Promise<{runs: RunView[]}>}
   */
  launchLesson: (slug) => request("POST", `api/lessons/${slug}/runs`),
  /**
   * Some images or points of a data set.
   * @param {string} name
   * @param {{part: string, first: number, count: number}} query
   * @returns {Promise<DataSample>}
   */
  images: (name, { part, first, count }) =>
    request("GET", `api/datasets/${name}/images?part=${part}&first=${first}&count=${count}`),
  /** @param {string} name */
  fetchDataset: (name) => request("POST", `api/datasets/${name}/fetch`),
  /**
   * Change name, color, starred, archived, tags or notes. `was` has the value before the change.
   * @param {string} id
   * @param {Record<string, any>} changes
   * @returns {Promise<RunView>}
   */
  change: (id, changes) => request("PATCH", `api/runs/${id}`, changes),
  /**
   * The same while the page is being closed.
   * @param {string} id
   * @param {Record<string, any>} changes
   */
  changeAtLeaving: (id, changes) => sendAtLeaving("PATCH", `api/runs/${id}`, changes),
  /**
   * Change learning_rate, l1, l2 or dropout of a run while it trains.
   * @param {string} id
   * @param {Record<string, any>} values
   * @returns {Promise<RunView>}
   */
  changeLive: (id, values) => request("PATCH", `api/runs/${id}/live`, values),
  /** @param {string} id */
  remove: (id) => request("DELETE", `api/runs/${id}`),
  /** Delete a run while the page is being closed. @param {string} id */
  removeAtLeaving: (id) => sendAtLeaving("DELETE", `api/runs/${id}`),
  /**
   * Send a command: pause, resume, step, cancel or clone.
   * @param {string} id
   * @param {string} command
   * @param {object} [body]
   * @returns {Promise<RunView>}
   */
  command: (id, command, body) => request("POST", `api/runs/${id}/${command}`, body),
  /**
   * Whether two runs have the same rows.
   * @param {string} id
   * @param {string} other
   * @returns {Promise<Comparison>}
   */
  compare: (id, other) => request("GET", `api/runs/${id}/comparison?with=${other}`),
  /**
   * @param {string[]} ids
   * @returns {Promise<{fields: Record<string, Fields>}>}
   */
  fields: (ids) => request("GET", `api/fields?runs=${ids.join(",")}`),
  /**
   * Import the runs in an exported file.
   * @param {File} file
   * @returns {Promise<{runs: RunView[]}>}
   */
  importRuns: (file) => request("POST", "api/imports", file),
};
