/** The parts of a room, as the cards of a student, the wall and the projector show them. */

import { h } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";
import { barList } from "./bars.js";
import { dotPicture } from "./dot-plot.js";
import { sketchCloud } from "./sketch-cloud.js";

/** @import { Bars, Points, Room } from "./types.js" */

/**
 * `colorOf`: the colour of a run by its name; `truths`: what came, by run.
 * @typedef {{colorOf: (name: string) => string, truths: Record<string, Points>}} HowParts
 */

/** How many have predicted, as a text. @param {Room} room */
export function countLine({ people, predicted }) {
  return h("p", { className: "room-count" }, ...counted("lesson.room.predicted", predicted, people));
}

/** The same with a bar. @param {Room} room */
export function countOf(room) {
  const bar = h("span");
  bar.style.width = `${(100 * room.predicted) / Math.max(1, room.people)}%`;
  return [countLine(room), h("span", { className: "room-bar whole" }, bar)];
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
 * What the class predicted, and what it answered in the end.
 * @param {Room} room
 * @param {HowParts} how
 */
export function talliesOf({ bars, numbers, sketches, transfer, mine, vote }, how) {
  const own = (/** @type {string} */ question) => mine?.[question] ?? null;
  const isVoted = (/** @type {string} */ question) => vote?.phase === "closed" && vote.question === question;
  return [
    ...(bars ?? [])
      .filter(({ question }) => !isVoted(question))
      .map((one) => part(one, barList(one, { own: chosen(own(one.question)), colorOf: how.colorOf }))),
    ...(numbers ?? []).map((one) => part(one, dotPicture(one, own(one.question)?.value ?? null))),
    ...(sketches ?? []).map((one) => part(one, sketchCloud(one, { ...how, own: own(one.question) }))),
    ...(transfer && !isVoted(transfer.question)
      ? [part(transfer, barList(transfer, { own: null, colorOf: how.colorOf }))]
      : []),
  ];
}

/**
 * Both tallies of a vote, after it is closed.
 * @param {Room["vote"]} vote
 * @param {HowParts["colorOf"]} colorOf
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

/** The chosen option; of a ranking, the run that was put first. @param {unknown} value */
function chosen(value) {
  return Array.isArray(value) ? value[0] : typeof value === "string" ? value : null;
}
