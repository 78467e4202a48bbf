/** The seats of a class: the number of each student, filled where they have predicted. It says nothing of what they predict. */

import { h } from "../../page/dom.js";
import { number, t } from "../../words/i18n.js";

/** @import { Seats } from "./types.js" */

/** From this number of students on, the seats are small, and have no numbers. */
const MANY = 61;

/**
 * @param {Seats} seats
 * @param {number | null} own the reader's number; null: they have none
 */
export function seatGrid({ numbers, predicted, away }, own) {
  const [done, gone] = [new Set(predicted), new Set(away)];
  const seats = numbers.map((seat) => {
    const states = { predicted: done.has(seat), away: gone.has(seat) && !done.has(seat), own: seat === own };
    const names = Object.entries(states).flatMap(([name, is]) => (is ? [name] : []));
    return h("span", { className: names.join(" "), title: String(seat) }, String(seat));
  });
  const grid = h(
    "div",
    { className: numbers.length < MANY ? "room-seats" : "room-seats many", role: "img" },
    ...seats,
  );
  grid.setAttribute("aria-label", describe({ numbers, predicted, away }));
  return grid;
}

/** Who is still missing, in words. @param {Seats} seats */
export function describe({ numbers, predicted, away }) {
  const done = new Set([...predicted, ...away]);
  const missing = numbers.filter((seat) => !done.has(seat));
  if (!missing.length) return t("lesson.room.all_in");
  return t("lesson.room.not_yet", { numbers: missing.map((seat) => number(seat)).join(", ") });
}
