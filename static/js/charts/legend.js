/** A legend: which dash and symbol is which value. In one line that never grows, so that nothing jumps for it. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { shapePath } from "./symbols.js";
import { PATTERNS } from "./tail.js";

const SVG = "http://www.w3.org/2000/svg";
/** Pixels of a sample: with this unit of dashes, every pattern ends as it begins, and has its symbol in its middle. */
const [WIDTH, HEIGHT, UNIT] = [30, 14, 2];

export class Legend {
  element = h("ul", { className: "legend", hidden: true });
  #more = h("li", { className: "legend-more" });
  #drawn = "null";

  constructor() {
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  /** @param {{field: string, legend: object[]} | null} strokes see strokes.js */
  show(strokes) {
    const drawn = JSON.stringify(strokes && [strokes.field, strokes.legend]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.hidden = !strokes;
    if (!strokes) return;
    this.element.setAttribute("aria-label", t("strokes.legend", { field: strokes.field }));
    this.element.title = strokes.field;
    this.element.replaceChildren(...strokes.legend.map((look) => h("li", {}, sample(look), h("span", {}, look.value))), this.#more);
    this.#fit();
  }

  /** What is beyond the line is counted. */
  #fit() {
    const entries = [...this.element.children].slice(0, -1);
    for (const entry of this.element.children) entry.hidden = false;
    this.#more.textContent = `+${entries.length}`; // as wide as it can be
    const line = entries[0]?.offsetTop;
    const outside = (element) => element.offsetTop > line;
    let shown = entries.length;
    this.#more.hidden = !entries.some(outside);
    while (shown > 1 && (outside(entries[shown - 1]) || (!this.#more.hidden && outside(this.#more)))) entries[--shown].hidden = true;
    const rest = entries.slice(shown).map((entry) => entry.textContent);
    this.#more.replaceChildren(`+${rest.length}`, h("span", { className: "hidden" }, rest.join(", ")));
    this.#more.title = rest.join(", ");
  }
}

/** A piece of a curve with its symbol. */
function sample({ dash, symbol }) {
  const make = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const svg = make("svg", { class: "legend-sample", width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const pattern = PATTERNS[dash].map((part) => UNIT * part).join(",");
  svg.append(make("path", { d: `M0,${HEIGHT / 2}H${WIDTH}`, ...(pattern ? { "stroke-dasharray": pattern } : {}) }));
  if (symbol) svg.append(make("path", { d: shapePath(symbol, 8), transform: `translate(${WIDTH / 2},${HEIGHT / 2})`, class: "legend-symbol" }));
  return svg;
}
