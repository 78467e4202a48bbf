/** The question that the page asks where a typed number has several readings: a button for each. */

import { h } from "../page/dom.js";
import { worded } from "./reasons.js";

/**
 * @param {string} text as it was typed
 * @param {string[]} readings
 * @param {(reading: string) => void} choose
 * @returns {(Node | string)[]}
 */
export function askWhich(text, readings, choose) {
  /** @param {string} reading */
  const button = (reading) =>
    h("button", { type: "button", className: "toggle reading", onclick: () => choose(reading) }, reading);
  return [worded({ code: "unclear", values: { text } }), ...readings.map(button)];
}
