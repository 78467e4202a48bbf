/** The question that the page asks if a typed number has several readings, with a button for each reading. */

import { h } from "../page/dom.js";
import { reasonText } from "./reasons.js";

/**
 * @param {string} text the typed text
 * @param {string[]} readings
 * @param {(reading: string) => void} choose
 * @returns {(Node | string)[]}
 */
export function askWhich(text, readings, choose) {
  /** @param {string} reading */
  const button = (reading) =>
    h("button", { type: "button", className: "toggle reading", onclick: () => choose(reading) }, reading);
  return [reasonText({ code: "unclear", values: { text } }), ...readings.map(button)];
}
