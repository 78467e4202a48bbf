/**
 * The moments of findings: since when something is wrong with a run. The card *Why* lists them, and the slider of the moment marks
 * them on its track.
 */

import { Emitter } from "../state/emitter.js";

/** @import { Finding } from "../views/findings.js" */

/** What is wrong with a run since an iteration. @typedef {{iteration: number, findings: Finding[]}} FoundMoment */

/** The width of a mark on the track, in pixels. */
const MARK = 11;
/** The most runs whose findings are kept. */
const MAX_RUNS = 50;

/** Emits "change" with the id of a run whose moments have changed. */
export class FoundMoments extends Emitter {
  /** Run → its moments. @type {Map<string, FoundMoment[]>} */
  #of = new Map();

  /** The moments of a run, earliest first. @param {string} run */
  of(run) {
    return this.#of.get(run) ?? [];
  }

  /**
   * Take the findings of a run in place of those before.
   * @param {string} run
   * @param {Finding[]} findings of all moments that were asked for; of the same code the last one counts
   */
  set(run, findings) {
    const moments = momentsOf(findings);
    if (JSON.stringify(moments) === JSON.stringify(this.of(run))) return;
    this.#of.delete(run);
    this.#of.set(run, moments);
    const [oldest] = this.#of.keys();
    if (this.#of.size > MAX_RUNS) this.#of.delete(oldest);
    this.emit("change", run);
  }
}

/** @param {Finding[]} findings @returns {FoundMoment[]} */
function momentsOf(findings) {
  const newest = new Map(findings.map((finding) => [finding.code, finding]));
  const iterations = new Set([...newest.values()].map(({ iteration }) => iteration));
  return [...iterations]
    .sort((a, b) => a - b)
    .map((iteration) => ({
      iteration,
      findings: [...newest.values()].filter((finding) => finding.iteration === iteration),
    }));
}

/**
 * Where marks are drawn on a track, in pixels: at their places, but each so far behind the one before that both can be clicked.
 * @param {number[]} shares of the track, ascending
 * @param {number} width of the track
 */
export function apart(shares, width) {
  let before = -Infinity;
  return shares.map((share) => {
    before = Math.max(share * width, before + MARK);
    return before;
  });
}

/** The moments that this page shows. */
export const foundMoments = new FoundMoments();
