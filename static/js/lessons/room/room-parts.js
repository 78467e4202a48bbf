/** The parts of a room, as the cards of a student, the wall and the projector show them. */

import { h } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";
import { barList } from "./bars.js";
import { dotPicture } from "./dot-plot.js";
import { sketchCloud } from "./sketch-cloud.js";

/** @import { Bars, Numbers, Room } from "./types.js" */

/** `colorOf`: the colour of a run by its name. @typedef {{colorOf: (name: string) => string}} PartOptions */

/** How many have predicted, as a text. @param {Room} room */
export function countLine({ people, predicted }) {
  return h("p", { className: "room-count" }, ...counted("lesson.room.predicted", predicted, people));
}

/**
 * A text with a number in bold.
 * @param {string} key
 * @param {number} n
 * @param {number} of
 */
export function counted(key, n, of) {
  const [before, after = ""] = t(key, { n: "|", of: number(of) }).split("|");
  return [before, h("b", {}, number(n)), after];
}

/**
 * Tallies of all questions. Those of later steps come first.
 * @param {Room} room
 * @param {PartOptions} options
 */
export function talliesOf({ bars, numbers, sketches, see, transfer, spread, mine, vote }, options) {
  const own = (/** @type {string} */ question) => mine?.[question] ?? null;
  const isVoted = (/** @type {string} */ question) => vote?.phase === "closed" && vote.question === question;
  const counts = (/** @type {Bars | Numbers} */ tally) =>
    "options" in tally
      ? part(tally, barList(tally, { own: chosen(own(tally.question)), colorOf: options.colorOf }))
      : part(tally, dotPicture(tally, numberOf(own(tally.question))));
  const answered = [transfer, spread, see].filter((tally) => tally !== null).filter(isCounted);
  return [
    ...[...answered, ...(bars ?? []), ...(numbers ?? [])]
      .filter(({ question }) => !isVoted(question))
      .map(counts),
    ...(sketches ?? []).map((sketch) =>
      part(sketch, sketchCloud(sketch, { ...options, own: own(sketch.question) })),
    ),
  ];
}

/**
 * Both tallies of a vote, after it is closed.
 * @param {Room["vote"]} vote
 * @param {PartOptions["colorOf"]} colorOf
 */
export function voteTally(vote, colorOf) {
  if (!vote?.second) return null;
  const bars = barList(vote.second, {
    own: vote.mine[1] ?? vote.mine[0] ?? null,
    colorOf,
    before: vote.first,
  });
  return part(vote.second, bars, h("p", { className: "quiet" }, t("lesson.vote.both")));
}

/**
 * @param {Pick<Bars, "question" | "ask">} asked
 * @param {HTMLElement[]} parts
 */
function part({ question, ask }, ...parts) {
  return h("section", { className: "room-part", "data-question": question }, h("h3", {}, ask), ...parts);
}

/** Whether there is something to show: bars say what can be answered, also before anybody has. @param {Bars | Numbers} tally */
function isCounted(tally) {
  return "options" in tally || tally.values.length > 0;
}

/** The number of an answer, without its range. @param {any} value @returns {number | null} */
function numberOf(value) {
  return typeof value === "number" ? value : (value?.value ?? null);
}

/** The chosen option; of a ranking, the run that was put first. @param {unknown} value */
function chosen(value) {
  return Array.isArray(value) ? value[0] : typeof value === "string" ? value : null;
}
