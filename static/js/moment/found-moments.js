/**
 * The moments of findings: after which iteration a rule first saw a fault in a run. The card *Why* lists them, and the slider of the
 * moment marks them on its track.
 */

import { Emitter } from "../state/emitter.js";

/** @import { Finding } from "../views/findings.js" */

/** An iteration and the faults that began there. @typedef {{iteration: number, findings: Finding[]}} FoundMoment */

/** The width of a mark on the track, in pixels. */
const MARK_WIDTH = 11;
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
   * Replace the findings of a run.
   * @param {string} run
   * @param {Finding[]} findings of all moments that were asked for; of several with the same code, the last one is used
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

/** The findings by their iterations, the earliest first. @param {Finding[]} findings @returns {FoundMoment[]} */
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
 * Where marks are drawn on a track, in pixels from its left end. A mark that would cover the one before it is moved to the right, so
 * that both can be clicked.
 * @param {number[]} shares of the track, ascending, from 0 to 1
 * @param {number} width of the track in pixels
 */
export function markPositions(shares, width) {
  let before = -Infinity;
  return shares.map((share) => {
    before = Math.max(share * width, before + MARK_WIDTH);
    return before;
  });
}

/** The moments that this page shows. */
export const foundMoments = new FoundMoments();
