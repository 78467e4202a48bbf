/**
 * A legend. Its height is fixed, so that the chart below it does not move. If entries have no room, it says how many.
 */

import { h, svg } from "../page/dom.js";
import { shapePath } from "./symbols.js";
import { PATTERNS } from "./tail.js";

/** @import { Stroke } from "./strokes.js" */

/** The size of a sample of a line, and the unit of its dashes, in pixels; with these sizes every pattern is symmetric. */
const [WIDTH, HEIGHT, UNIT] = [30, 14, 2];

/**
 * An entry of a legend; without a colour, it explains a line style for curves of any colour.
 * @typedef {{value: string, dash: string, symbol?: string | null, color?: string}} LegendEntry
 */

export class Legend {
  #more = h("li", { className: "legend-more" });
  #drawn = "null";

  /** @param {string} what "names" for the names of curves, or "strokes" for values that are shown by line styles */
  constructor(what) {
    this.element = h("ul", { className: `legend ${what}`, hidden: true });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  /**
   * @param {string} label
   * @param {LegendEntry[] | null} entries
   */
  show(label, entries) {
    const drawn = JSON.stringify(entries && [label, entries]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.hidden = !entries;
    if (!entries) return;
    this.element.setAttribute("aria-label", label);
    this.element.title = label;
    this.element.replaceChildren(
      ...entries.map((look) => h("li", {}, sample(look), h("span", {}, look.value))),
      this.#more,
    );
    this.#fit();
  }

  /** Hide the entries without room, and show their number. */
  #fit() {
    const all = /** @type {HTMLElement[]} */ ([...this.element.children]);
    const entries = all.slice(0, -1);
    for (const entry of all) entry.hidden = false;
    this.#more.textContent = `+${entries.length}`; // the widest possible text, to measure it
    /** @param {HTMLElement} element */
    const outside = (element) => element.offsetTop - all[0].offsetTop >= this.element.clientHeight;
    const beyond = entries.findIndex(outside);
    let shown = beyond < 0 ? entries.length : beyond;
    this.#more.hidden = beyond < 0;
    for (const entry of entries.slice(shown)) entry.hidden = true;
    while (shown > 1 && !this.#more.hidden && outside(this.#more)) entries[--shown].hidden = true;
    const rest = entries.slice(shown).map((entry) => entry.textContent);
    this.#more.replaceChildren(`+${rest.length}`, h("span", { className: "hidden" }, rest.join(", ")));
    this.#more.title = rest.join(", ");
  }
}

/**
 * A sample of a line with its symbol.
 * @param {Partial<Stroke> & {dash: string, color?: string}} look
 */
function sample({ dash, symbol, color = "" }) {
  const pattern = PATTERNS[dash].map((part) => UNIT * part).join(",");
  const size = { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}` };
  const picture = svg(
    "svg",
    { class: "legend-sample", ...size, "aria-hidden": "true" },
    svg("path", { d: `M0,${HEIGHT / 2}H${WIDTH}`, ...(pattern ? { "stroke-dasharray": pattern } : {}) }),
  );
  picture.style.color = color;
  if (symbol)
    picture.append(
      svg("path", {
        d: shapePath(symbol, 8),
        transform: `translate(${WIDTH / 2},${HEIGHT / 2})`,
        class: "legend-symbol",
      }),
    );
  return picture;
}
