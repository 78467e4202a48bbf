/** The menu of a chart: options, saving, moving and removing. */

import { h, icon, moveTo } from "../page/dom.js";
import { t } from "../words/i18n.js";

/**
 * @import { ImageFormat } from "./picture.js"
 * @import { Spec } from "./specs.js"
 */

/**
 * What a card calls when the viewer acts on its chart. `move`: by places in the order, or by rows. `over`: the card is dragged
 * over a position in the window, in pixels: first y, then x. `drop`: it is dropped there; null: the drag was cancelled.
 * @typedef {object} CardEvents
 * @property {(changes: Partial<Spec>) => void} change
 * @property {(by: number, unit: "place" | "row") => void} move
 * @property {() => void} remove
 * @property {(y: number, x: number) => void} over
 * @property {(y: number | null, x: number) => void} drop
 * @property {(format: ImageFormat | "csv") => void} save
 * @property {() => void} unzoom
 */

/** The options of a chart that are on or off. @typedef {"logX" | "logY" | "gap" | "marks"} Switch */

/**
 * The button with three dots, and the menu that it opens.
 * @param {Spec} spec
 * @param {string} id of the menu
 * @param {string} title of the chart
 * @param {CardEvents} on
 * @returns {[HTMLButtonElement, HTMLDivElement]}
 */
export function chartMenu(spec, id, title, on) {
  /** An item for an option that is on or off. @param {Switch} name */
  const check = (name) => {
    const button = menuItem(name, () => {
      on.change({ [name]: !spec[name] });
      button.setAttribute("aria-pressed", String(spec[name]));
    });
    button.setAttribute("aria-pressed", String(spec[name]));
    return button;
  };
  // other charts have the button for a logarithmic y axis in their head, where the accuracy has the button for the gap
  const checks =
    spec.quantity === "accuracy"
      ? [check("logX"), check("logY"), check("marks")]
      : [check("logX"), check("marks")];
  const formats = /** @type {const} */ (["png", "svg", "csv"]);
  const saves = formats.map((format) => menuItem(format, () => on.save(format)));
  const moves = [
    menuItem("up", () => on.move(-1, "place")),
    menuItem("down", () => on.move(1, "place")),
    menuItem("remove", () => on.remove()),
  ];
  return cardMenu(id, title, [...checks, h("hr"), ...saves, h("hr"), ...moves]);
}

/**
 * An item of a card's menu.
 * @param {string} name
 * @param {() => void} act
 */
export function menuItem(name, act) {
  return h("button", { type: "button", "data-item": name, onclick: act }, t(`chart.${name}`));
}

/**
 * The button with three dots of a card, and the menu that it opens. Its items close it.
 * @param {string} id of the menu
 * @param {string} title of the card
 * @param {HTMLElement[]} items
 * @returns {[HTMLButtonElement, HTMLDivElement]}
 */
export function cardMenu(id, title, items) {
  const menu = h("div", { id, className: "chart-menu", role: "group" }, ...items);
  menu.popover = "auto";
  const close = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLButtonElement) menu.hidePopover();
  };
  menu.addEventListener("click", close, { capture: true }); // before the item acts
  const button = h("button", {
    type: "button",
    className: "icon-button",
    title: t("chart.menu"),
    "aria-label": `${title}: ${t("chart.menu")}`,
  });
  button.append(icon("more"));
  button.popoverTargetElement = menu;
  // below the button, with the right edges aligned, as far as the window has room
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const { bottom, right } = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    moveTo(menu, Math.max(4, right - width), Math.max(4, Math.min(bottom + 4, innerHeight - height - 4)));
  });
  return [button, menu];
}
