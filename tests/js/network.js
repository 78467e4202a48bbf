/** A lab, and a network that spoils WebSockets as those of schools do, on a clock that is put forward by hand. */

import { makeRun } from "./lab.js";

/** What is due at a time, and how often. @typedef {{at: number, every: number, act: () => void}} Timer */
/** A page's end of a socket. @typedef {{hear: (data: string | ArrayBuffer) => void}} Socket */
/** Rows that a page has of a run. @typedef {{train: number}} Cursors */
/** What a page asks for. @typedef {{subscribe?: Record<string, Cursors>, unsubscribe?: string[], server?: string}} Question */
/**
 * How a network treats a WebSocket: how many messages it lets through, and what then becomes of the socket.
 * @typedef {{messages: number, end?: "closed" | "silent"}} Treatment
 */

const settled = setImmediate;

/** Timers and `performance.now` of the modules under test. */
export class Clock {
  now = 0;
  /** @type {Map<number, Timer>} */
  #timers = new Map();
  #ids = 0;

  constructor() {
    const plan =
      (/** @type {boolean} */ again) =>
      (/** @type {(...details: any[]) => void} */ act, wait = 0, /** @type {any[]} */ ...details) => {
        const id = ++this.#ids;
        this.#timers.set(id, { at: this.now + wait, every: again ? wait : 0, act: () => act(...details) });
        return id;
      };
    /** @param {number} id */
    const drop = (id) => void this.#timers.delete(id);
    Object.assign(globalThis, {
      setTimeout: plan(false),
      setInterval: plan(true),
      clearTimeout: drop,
      clearInterval: drop,
    });
    Object.defineProperty(performance, "now", { value: () => this.now, configurable: true });
  }

  /** Drop all timers, because the page that set them is closed. */
  clear() {
    this.#timers.clear();
  }

  /**
   * Let time pass: timers that are due are called in their order, and promises settle between them.
   * @param {number} milliseconds
   */
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    await settle();
    for (;;) {
      const [id, timer] = [...this.#timers].reduce(
        (first, other) => (other[1].at < first[1].at ? other : first),
        /** @type {[number, Timer]} */ ([0, { at: Infinity, every: 0, act: () => {} }]),
      );
      if (timer.at > end) break;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at += timer.every;
      else this.#timers.delete(id);
      timer.act();
      await settle();
    }
    this.now = end;
  }
}

async function settle() {
  for (let i = 0; i < 3; i++) await new Promise(settled);
}

/** A lab with one run, whose rows come as a test wants. */
export class Lab {
  /** @type {number[]} */
  losses = [];
  /** @type {Map<Socket, number | null>} */
  #sockets = new Map();

  get run() {
    const { train, evaluation, ...view } = makeRun({
      status: "running",
      finished_at: null,
      revision: this.losses.length,
      iteration: this.losses.length,
      iterations: 1e6,
    });
    return view;
  }

  /** @param {number} count */
  train(count) {
    for (let i = 0; i < count; i++) this.losses.push(Math.fround(1 / (1 + this.losses.length)));
    for (const socket of this.#sockets.keys()) this.#send(socket);
  }

  /** What the lab says by itself to every page, so that none takes it for dead. */
  keepAlive() {
    for (const socket of this.#sockets.keys()) socket.hear(JSON.stringify(this.#state()));
  }

  #state() {
    return { type: "lab", workers: 2, busy: 1, queued: 0, slowness: 1 };
  }

  /** @param {Socket} socket */
  greet(socket) {
    this.#sockets.set(socket, null);
    socket.hear(JSON.stringify({ type: "hello", version: 1, server: "s" }));
    socket.hear(JSON.stringify({ type: "runs", runs: [this.run], deleted: [], more: false }));
    socket.hear(JSON.stringify(this.#state()));
  }

  /** @param {Socket} socket */
  leave(socket) {
    this.#sockets.delete(socket);
  }

  /**
   * @param {Socket} socket
   * @param {Question} question
   */
  take(socket, { subscribe, unsubscribe }) {
    if (!this.#sockets.has(socket)) return;
    if (unsubscribe) this.#sockets.set(socket, null);
    if (subscribe) this.#sockets.set(socket, subscribe[this.run.id].train);
    this.#send(socket);
  }

  /** The rows that a page does not have yet. @param {Socket} socket */
  #send(socket) {
    const sent = this.#sockets.get(socket);
    if (sent === null || sent === undefined || sent >= this.losses.length) return;
    this.#sockets.set(socket, this.losses.length);
    socket.hear(this.#frame(sent));
  }

  /** @param {number} first */
  #frame(first) {
    const rows = this.losses.length - first;
    const header = {
      v: 1,
      run: this.run.id,
      stream: "train",
      first,
      rows,
      columns: ["iteration", "loss"],
      times: [],
    };
    const text = JSON.stringify(header);
    const bytes = new TextEncoder().encode(text.padEnd(4 * Math.ceil(text.length / 4)));
    const frame = new Uint8Array(4 + bytes.length + 8 * rows);
    new DataView(frame.buffer).setUint32(0, bytes.length, true);
    frame.set(bytes, 4);
    const floats = new Float32Array(frame.buffer, 4 + bytes.length);
    for (let i = 0; i < rows; i++) {
      floats[i] = first + i + 1;
      floats[rows + i] = this.losses[first + i];
    }
    return frame.buffer;
  }

  /** The answer to a question of a page that polls. @param {Question} question */
  answer({ subscribe, server }) {
    const whole = server !== "s";
    const hello = { type: "hello", version: 1, server: "s", state: 1, whole, rest: null, more: false };
    const cursor = subscribe?.[this.run.id]?.train;
    const messages = [hello, { type: "runs", runs: [this.run], deleted: [], more: false }, this.#state()];
    /** @type {[kind: number, bytes: Uint8Array][]} */
    const parts = messages.map((message) => [1, new TextEncoder().encode(JSON.stringify(message))]);
    if (cursor !== undefined && cursor < this.losses.length)
      parts.push([2, new Uint8Array(this.#frame(cursor))]);
    const packed = parts.map(([kind, bytes]) => {
      const part = new Uint8Array(5 + bytes.length);
      part[0] = kind;
      new DataView(part.buffer).setUint32(1, bytes.length, true);
      part.set(bytes, 5);
      return part;
    });
    return new Blob(packed).arrayBuffer();
  }
}

/** By name. @type {Record<string, Treatment>} */
export const TREATMENTS = {
  free: { messages: Infinity },
  refused: { messages: 0, end: "closed" },
  swallowed: { messages: 0, end: "silent" },
  "silent after the first message": { messages: 1, end: "silent" },
  "silent after the first messages": { messages: 4, end: "silent" },
  "closed after the first message": { messages: 1, end: "closed" },
};

export class Network {
  treatment = TREATMENTS.free;
  /** Whether HTTP gets through. */
  answers = true;
  /** The code with which the lab refuses this page; "": it does not. */
  refusal = "";
  polls = 0;
  /** @type {Set<Socket & {cut: () => void}>} */
  #sockets = new Set();

  /** @param {Lab} lab */
  constructor(lab) {
    const network = this;
    const Socket = class {
      static OPEN = 1;
      readyState = 0;
      /** @type {((event: {data: string | ArrayBuffer}) => void) | null} */
      onmessage = null;
      /** @type {((event: {code: number}) => void) | null} */
      onclose = null;
      #left = network.treatment.messages;
      #end = network.treatment.end;

      constructor() {
        network.#sockets.add(this);
        setTimeout(() => this.#open(), 5);
      }

      #open() {
        if (this.readyState === 3) return;
        if (!network.answers || (!this.#left && this.#end === "closed")) return this.cut();
        if (!this.#left) return;
        this.readyState = 1;
        lab.greet(this);
      }

      /** @param {string | ArrayBuffer} data */
      hear(data) {
        if (this.readyState !== 1 || !network.answers) return;
        if (this.#left-- > 0) this.onmessage?.({ data });
        else if (this.#end === "closed") this.cut();
      }

      /** @param {string} text */
      send(text) {
        if (network.answers && this.#left > 0) lab.take(this, JSON.parse(text));
      }

      /** Ended by the network. */
      cut() {
        const { onclose } = this;
        this.close();
        onclose?.({ code: 1006 });
      }

      close() {
        this.readyState = 3;
        network.#sockets.delete(this);
        lab.leave(this);
      }
    };
    /**
     * @param {string} _
     * @param {RequestInit} request
     */
    const fetch = async (_, { body, signal }) => {
      signal?.throwIfAborted();
      if (!this.answers) throw new TypeError("no network");
      this.polls += 1;
      if (this.refusal) return Response.json({ error: { code: this.refusal, message: "" } }, { status: 401 });
      const headers = { "Content-Type": "application/octet-stream" };
      return new Response(await lab.answer(JSON.parse(String(body))), { headers });
    };
    Object.assign(globalThis, { WebSocket: Socket, fetch });
  }

  /** All sockets end, as in another network. */
  cut() {
    for (const socket of [...this.#sockets]) socket.cut();
  }
}
