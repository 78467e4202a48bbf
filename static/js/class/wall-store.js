/**
 * What the wall knows of the class: the newest of each message, and tiles that are made from them. It emits "change" at most
 * once in `PAUSE` milliseconds, and "classroom", "connection" and "lab" at once. It does not use the document.
 */

import { Emitter } from "../state/emitter.js";
import { tileOf } from "./tile.js";

/**
 * @import { ChallengeView, OwnStanding } from "./types.js"
 * @import { ApiError } from "../server/api.js"
 * @import { LabState } from "../types.js"
 * @import { ViewsOfPerson } from "./types.js"
 * @import { CurveView, Running, Tile, TileView, Waiting } from "./tile.js"
 */

/**
 * The class as the server reports it. `shown` is what the teacher shows to all.
 * @typedef {object} ClassView
 * @property {string} name
 * @property {boolean} held
 * @property {number | null} [stepped] by how many iterations all that trains was moved last; null: it goes on by itself
 * @property {{kind: string, runs?: string[], person?: string, lesson?: string, step?: number | null} | null} shown
 * @property {{lesson: string, question: string, phase: string} | null} [vote] the newest vote on a question of a lesson
 * @property {boolean} [numbers_only]
 * @property {boolean} [cloud] whether students see the curves of all
 * @property {boolean} [ended]
 * @property {number} [code_made] when the code was made: another one comes with another number
 * @property {number} [people] how many have joined
 */

/** Milliseconds between two drawings. */
const PAUSE = 250;

export class WallStore extends Emitter {
  /** @type {ClassView} */
  classroom = { name: "", held: false, shown: null, numbers_only: true };
  /** @type {LabState | null} */
  lab = null;
  connection = "connecting";
  /** @type {ApiError | null} */
  refusal = null;
  /** All tiles, by person; with the teacher's own. @type {Map<string, Tile>} */
  tiles = new Map();
  /** Curves by training. @type {Map<string, CurveView>} */
  curves = new Map();
  /** The first of those that wait. @type {Waiting} */
  waiting = [];
  /** How many wait. */
  waitingTotal = 0;
  /** @type {Running} */
  running = [];
  /** By person: what they share with the class together. @type {Map<string, ViewsOfPerson>} */
  views = new Map();
  /** The challenge that the class has now. @type {ChallengeView | null} */
  challenge = null;
  /** Person → their place in it, which only the teacher gets. @type {Map<string, OwnStanding>} */
  standings = new Map();
  /** @type {Map<string, TileView>} */
  #views = new Map();
  /** Person → what only the teacher gets. @type {Map<string, {nickname: string, hand_at: number | null}>} */
  #people = new Map();
  /** Training → the persons whose tiles show it. @type {Map<string, Set<string>>} */
  #viewers = new Map();
  /** Persons whose tiles are to be made again. @type {Set<string>} */
  #stale = new Set();
  #due = 0;
  /** By how many seconds the server's clock is ahead of this device's. */
  #ahead = 0;

  /** The time of the server's clock, in Unix seconds. */
  now() {
    return Date.now() / 1000 + this.#ahead;
  }

  /** Students, in the order of their numbers. */
  students() {
    return [...this.tiles.values()]
      .filter(({ number, removed }) => number !== null && !removed)
      .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  }

  /** Students who were removed from the class. */
  removed() {
    return [...this.tiles.values()].filter(({ removed }) => removed);
  }

  /** The teacher's own newest runs, which can be shown to all. */
  ownRuns() {
    return [...this.#views.values()].find(({ number }) => number === null)?.runs ?? [];
  }

  constructor() {
    super();
    this.on("hello", ({ now }) => {
      this.#ahead = now - Date.now() / 1000;
    });
    for (const [type, receive] of Object.entries(this.#receivers)) {
      this.on(type, (message) => {
        receive(message);
        this.#changed();
      });
    }
  }

  /** @type {Record<string, (message: any) => void>} */
  #receivers = {
    class: (message) => {
      this.classroom = { ...this.classroom, ...message };
      this.emit("classroom");
    },
    person: ({ person }) => {
      this.#people.set(person.id, person);
      this.#stale.add(person.id);
    },
    tile: (message) => {
      for (const { training } of this.#views.get(message.person)?.runs ?? [])
        this.#viewers.get(training)?.delete(message.person);
      for (const { training } of message.runs)
        this.#viewers.set(training, (this.#viewers.get(training) ?? new Set()).add(message.person));
      this.#views.set(message.person, message);
      this.#stale.add(message.person);
    },
    curve: (message) => {
      this.curves.set(message.training, message);
      for (const person of this.#viewers.get(message.training) ?? []) this.#stale.add(person);
    },
    views: (message) => {
      this.views.set(message.person.id, message);
    },
    challenge: ({ challenge }) => {
      this.challenge = challenge;
      if (!challenge) this.standings.clear();
    },
    standing: (message) => {
      this.standings.set(message.person, message);
    },
    running: (message) => {
      this.running = message.running;
    },
    waiting: (message) => {
      this.waiting = message.waiting;
      this.waitingTotal = message.total;
      for (const [person, { state }] of this.tiles) if (state === "queued") this.#stale.add(person);
    },
  };

  #changed() {
    this.#due ||= setTimeout(() => {
      this.#due = 0;
      this.#make();
      this.emit("change");
    }, PAUSE);
  }

  #make() {
    for (const person of this.#stale) {
      const view = this.#views.get(person);
      if (!view) continue;
      const { nickname = view.nickname, hand_at = null } = this.#people.get(person) ?? {};
      this.tiles.set(person, tileOf({ ...view, nickname, hand_at }, this.curves, this.waiting));
    }
    this.#stale.clear();
    for (const [training, viewers] of this.#viewers) {
      if (viewers.size) continue;
      this.#viewers.delete(training);
      this.curves.delete(training);
    }
  }

  // -- what a connection needs of a store; the wall shows no run by its rows --------------------

  /** @param {LabState} lab */
  putLab(lab) {
    this.lab = lab;
    this.emit("lab");
  }

  /**
   * @param {string} connection
   * @param {ApiError | null} refusal
   */
  setConnection(connection, refusal = null) {
    if (connection === this.connection) return;
    this.connection = connection;
    this.refusal = refusal;
    this.emit("connection");
  }

  shown() {
    return [];
  }
  cursors() {
    return { train: 0, evaluation: 0 };
  }
  putRows() {
    return true;
  }
  putDataset() {}
  putRuns() {}
  removeRuns() {}
  beginList() {}
  listRuns() {}
  endList() {}
}
