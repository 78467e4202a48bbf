/**
 * Chart card: the frame of one chart, with its title, its controls and its menu. It says by callbacks what the viewer wants,
 * and changes nothing but its own look.
 */

import { h, icon, iconButton, moveTo } from "../page/dom.js";
import { drag } from "../page/drag.js";
import { arrowStep, onInput, onKey } from "../page/keys.js";
import { number, t } from "../words/i18n.js";
import { Legend } from "./legend.js";
import { help, quantity, title } from "./quantities.js";
import { MAX_SMOOTHING } from "./specs.js";

/**
 * @import { Spec } from "./specs.js"
 * @import { StrokesOfRuns } from "./strokes.js"
 * @import { LegendEntry } from "./legend.js"
 * @import { ImageFormat } from "./plotly.js"
 */

/**
 * What the viewer wants of a chart. `over` and `drop`: the card is dragged to a height in the window, and let go there (null:
 * taken back).
 * @typedef {object} CardEvents
 * @property {(changes: Partial<Spec>) => void} change
 * @property {(by: number) => void} move
 * @property {() => void} remove
 * @property {(y: number) => void} over
 * @property {(y: number | null) => void} drop
 * @property {(format: ImageFormat | "csv") => void} save
 */

/** What of a spec is on or off. @typedef {"logX" | "logY" | "gap" | "crop" | "marks"} Switch */

export class ChartCard {
  #wide = false;
  /**
   * Ends listening to keys of the whole window.
   * @type {AbortController | null}
   */
  #listening = null;
  /** What is behind the card while it fills the window, and cannot be reached. @type {HTMLElement[]} */
  #behind = [];
  #strokes = new Legend("strokes");
  #names = new Legend("names");
  #undrawn = h("p", { className: "undrawn", hidden: true });
  /** What the curves are called: entries of a legend. @type {LegendEntry[]} */
  #named = [];
  #grouped = false;

  /**
   * @param {Spec} spec see specs.js
   * @param {string} id of the plot's element
   * @param {CardEvents} on
   */
  constructor(spec, id, on) {
    this.spec = spec;
    this.plotElement = h("div", { className: "plot", id, tabIndex: 0, role: "application" });
    this.title = title(spec.quantity, t);
    this.plotElement.setAttribute("aria-label", t("chart.keys", { chart: this.title }));
    this.#expand = iconButton("expand", t("chart.fullscreen"), () => this.#widen(!this.#wide));
    const grip = iconButton("grip", t("chart.move", { chart: this.title }), () => {});
    grip.classList.add("grip");
    const heading = h("h2", { title: help(spec.quantity) }, this.title);
    const head = h(
      "header",
      { className: "card-head" },
      grip,
      heading,
      h("div", { className: "controls" }, ...this.#controls(on), this.#expand, ...this.#menu(id, on)),
    );
    this.element = h(
      "article",
      { className: "card chart", "data-chart": spec.quantity },
      head,
      this.#names.element,
      this.#strokes.element,
      this.#undrawn,
      this.plotElement,
    );
    onKey(this.element, (event) => this.#escape(event));
    onKey(grip, (event) => {
      const by = arrowStep(event);
      if (!by) return;
      event.preventDefault();
      on.move(by);
      grip.focus();
    });
    grip.addEventListener("pointerdown", (event) => this.#drag(event, grip, on));
    heading.addEventListener("pointerdown", (event) => this.#drag(event, heading, on));
  }

  #expand;

  /**
   * Say what dashes and symbols mean; null: nothing of their own, so that dots may mean training images.
   * @param {StrokesOfRuns | null} strokes
   */
  showStrokes(strokes) {
    this.element.classList.toggle("stroked", Boolean(strokes));
    this.element.classList.toggle("gapped", this.spec.gap); // one line a run: nothing of training and test to tell apart
    this.#strokes.show(t("strokes.legend", { field: strokes?.field }), strokes?.legend ?? null);
  }

  /**
   * Say which curve is which where the list of runs does not: it is behind the card, or a curve stands for several.
   * @param {LegendEntry[]} names
   * @param {boolean} grouped
   */
  showNames(names, grouped) {
    this.#named = names;
    this.#grouped = grouped;
    this.#drawNames();
  }

  /**
   * Say that so many values are not in the figure, as its axis has no place for them.
   * @param {number} count
   */
  showUndrawn(count) {
    this.#undrawn.hidden = !count;
    this.#undrawn.textContent = count ? t("chart.undrawn", { n: number(count) }) : "";
  }

  #drawNames() {
    this.#names.show(t("chart.names"), this.#wide || this.#grouped ? this.#named : null);
  }

  /** @param {Pick<CardEvents, "change">} on */
  #controls({ change }) {
    const { spec } = this;
    const controls = [];
    const what = quantity(spec.quantity);
    if (what.smoothing) {
      const output = h("output", {}, spec.smoothing.toFixed(2));
      const slider = h("input", {
        type: "range",
        min: 0,
        max: MAX_SMOOTHING,
        step: 0.01,
        "data-option": "smoothing",
      });
      slider.value = String(spec.smoothing);
      onInput(slider, () => {
        output.textContent = Number(slider.value).toFixed(2);
        change({ smoothing: Number(slider.value) });
      });
      controls.push(h("label", { className: "inline" }, t("chart.smoothing"), slider, output));
    }
    if (what.lines.length > 1) {
      /**
       * @param {string} line
       * @param {string} part
       */
      const key = (line, part) =>
        h("span", { className: "key" }, h("span", { className: `line ${line}` }), t(`chart.${part}`));
      controls.push(key("solid", "test"), key("dotted", "train"));
    }
    /** @param {Switch} name */
    const toggle = (name) => {
      const button = h(
        "button",
        { type: "button", className: "toggle", "data-option": name, "aria-pressed": String(spec[name]) },
        t(`chart.${name}`),
      );
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!spec[name]));
        change({ [name]: !spec[name] });
      });
      return button;
    };
    controls.push(spec.quantity === "accuracy" ? toggle("gap") : toggle("logY"));
    return controls;
  }

  /**
   * The rest, behind three dots.
   * @param {string} id
   * @param {CardEvents} on
   */
  #menu(id, on) {
    const { spec } = this;
    /**
     * @param {string} name
     * @param {(button: HTMLButtonElement) => void} act
     */
    const item = (name, act) => {
      const button = h("button", { type: "button", "data-item": name }, t(`chart.${name}`));
      button.addEventListener("click", () => {
        menu.hidePopover();
        act(button);
      });
      return button;
    };
    /** @param {Switch} name */
    const check = (name) => {
      const button = item(name, () => {
        on.change({ [name]: !spec[name] });
        button.setAttribute("aria-pressed", String(spec[name]));
      });
      button.setAttribute("aria-pressed", String(spec[name]));
      return button;
    };
    const checks =
      spec.quantity === "accuracy"
        ? [check("logX"), check("logY"), check("marks")]
        : [check("logX"), check("crop"), check("marks")];
    const formats = /** @type {const} */ (["png", "svg", "csv"]);
    const saves = formats.map((format) => item(format, () => on.save(format)));
    const moves = [
      item("up", () => on.move(-1)),
      item("down", () => on.move(1)),
      item("remove", () => on.remove()),
    ];
    const menu = h(
      "div",
      { id: `${id}-menu`, className: "chart-menu", role: "group" },
      ...checks,
      h("hr"),
      ...saves,
      h("hr"),
      ...moves,
    );
    menu.popover = "auto";
    const button = h("button", {
      type: "button",
      className: "icon-button",
      title: t("chart.menu"),
      "aria-label": `${this.title}: ${t("chart.menu")}`,
    });
    button.append(icon("more"));
    button.popoverTargetElement = menu;
    menu.addEventListener("toggle", (event) => {
      if (event.newState !== "open") return;
      const { bottom, right } = button.getBoundingClientRect();
      const { width, height } = menu.getBoundingClientRect();
      moveTo(menu, Math.max(4, right - width), Math.max(4, Math.min(bottom + 4, innerHeight - height - 4)));
    });
    return [button, menu];
  }

  /** @param {boolean} wide */
  #widen(wide) {
    this.#setWide(wide);
    this.#expand.focus();
  }

  /** @param {boolean} wide */
  #setWide(wide) {
    this.#wide = wide;
    this.element.classList.toggle("full", wide);
    this.#expand.setAttribute("aria-pressed", String(wide));
    this.#drawNames();
    for (const element of this.#behind) element.inert = false;
    this.#behind = wide ? around(this.element) : [];
    for (const element of this.#behind) element.inert = true;
    this.#listening?.abort();
    if (!wide) return;
    this.#listening = new AbortController();
    onKey(window, (event) => this.#escapeFromNowhere(event), {
      capture: true,
      signal: this.#listening.signal,
    });
  }

  /** Leave the full window; an Escape that closes a menu is the menu's. @param {KeyboardEvent} event */
  #escape(event) {
    if (
      event.key !== "Escape" ||
      !this.#wide ||
      event.defaultPrevented ||
      this.element.querySelector(":popover-open")
    )
      return;
    event.preventDefault();
    this.#widen(false);
  }

  /** Nothing has the focus after a click on what cannot take it. @param {KeyboardEvent} event */
  #escapeFromNowhere(event) {
    if (event.target === document.body) this.#escape(event);
  }

  /** Take the card out of the page. */
  remove() {
    this.#setWide(false);
    this.element.remove();
  }

  /**
   * Drag by the title; a line shows where the card would go.
   * @param {PointerEvent} down
   * @param {HTMLElement} handle
   * @param {Pick<CardEvents, "over" | "drop">} on
   */
  #drag(down, handle, on) {
    if (this.#wide) return;
    drag(down, handle, {
      over: (y) => {
        this.element.classList.add("dragged");
        on.over(y);
      },
      drop: (y) => {
        this.element.classList.remove("dragged");
        on.drop(y);
      },
    });
  }
}

/** All that is beside an element in the page, but what floats over it. @param {HTMLElement} element */
function around(element) {
  /** @type {HTMLElement[]} */
  const beside = [];
  for (let at = element; at.parentElement && at !== document.body; at = at.parentElement) {
    for (const other of at.parentElement.children)
      if (other instanceof HTMLElement && other !== at && !other.matches(".hover-box, .toast, dialog"))
        beside.push(other);
  }
  return beside;
}
