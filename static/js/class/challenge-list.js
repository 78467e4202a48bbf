/** Lines of places in a challenge. */

import { h } from "../page/dom.js";
import { number, percent, t } from "../words/i18n.js";
import { moveText, placeOf } from "./challenge-words.js";

/** @import { ChallengeView, TopEntry } from "./types.js" */

/**
 * A line for each entry, below one that says what the figures are.
 * @param {TopEntry[]} entries the best first
 * @param {ChallengeView} challenge
 * @param {number | null} own the number of the student who looks
 */
export function placeLines(entries, challenge, own = null) {
  if (!entries.length) return [];
  return [headLine(challenge), ...entries.map((entry) => line(entry, challenge, entry.number === own))];
}

/**
 * @param {TopEntry} entry
 * @param {ChallengeView} challenge
 * @param {boolean} isOwn
 */
function line(entry, challenge, isOwn) {
  const place = placeOf(entry, challenge);
  const move = challenge.phase === "opened" ? moveText(entry) : "";
  const before = move ? t("class.challenge.before", { place: number(entry.place) }) : "";
  return h(
    "li",
    isOwn ? { className: "own", "aria-current": "true" } : {},
    h("b", { className: "challenge-place" }, place === null ? "–" : `${number(place)}.`),
    h(
      "span",
      { className: "who" },
      h("b", {}, number(entry.number)),
      entry.nickname ? ` ${entry.nickname}` : "",
    ),
    move
      ? h("span", { className: "quiet", title: before }, move, h("span", { className: "hidden" }, before))
      : null,
    h("span", { className: "challenge-score" }, ...scores(entry, challenge)),
  );
}

/**
 * The accuracies of an entry, below the words of `headLine`. The one that decides its place comes first.
 * @param {TopEntry} entry
 * @param {ChallengeView} challenge
 */
function scores({ accuracy, test }, { phase }) {
  const validation = percent(accuracy, 2);
  if (phase !== "opened") return [h("b", {}, validation)];
  return [h("b", {}, test === null ? "–" : percent(test, 2)), h("span", { className: "quiet" }, validation)];
}

/** What the figures are, above the lines. @param {ChallengeView} challenge */
function headLine({ phase }) {
  const words = [t("chart.validation"), ...(phase === "opened" ? [t("chart.test")] : [])].reverse();
  const score = h("span", { className: "challenge-score" }, ...words.map((word) => h("span", {}, word)));
  return h("li", { className: "quiet" }, score);
}
