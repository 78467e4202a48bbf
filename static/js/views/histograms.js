/** Histograms of each layer's weights, gradients or outputs, one behind the other over a run's life. */

import { h, setChildren, setChoices, setText } from "../page/dom.js";
import { color } from "../page/palette.js";
import { number, percent, t } from "../words/i18n.js";
import { inks, prepared } from "./canvas.js";
import { heights, onlyValue, pastMoments, rangeOf } from "./ridges-table.js";
import { samplePart } from "./sample-part.js";
import { twoDigits } from "./scales.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { Histogram } from "./ridges-table.js"
 * @import { CardContext, Content, Request, Seen } from "./view-card.js"
 * @import { View } from "./view.js"
 */

const KINDS = ["weights", "gradients", "outputs"];
const BINS = 40;
/** The iterations stand left of the ridges. */
const MARGIN = 38;
/** Sizes in pixels: the least of a layer's panel and of its ridges, and the lines above and below them. */
const PANEL = { width: 118, ridges: 76, gap: 14, head: 14, foot: 34 };
/** A ridge is this many times as high as the distance to the next one. */
const OVERLAP = 2.2;

/** What was seen of one layer: a histogram for each moment (null: not yet), the last one of the moment itself. */
/** @typedef {{title: string, description: string, ridges: (Histogram | null)[]}} Panel */

/** @implements {Content} */
export class Histograms {
  runs = 1;
  view = "histograms";
  #card;
  #kinds = h("select");
  #canvas = h("canvas", { className: "ridges", role: "img" });
  #frame = h("div", {}, this.#canvas);
  #note = h("span");
  #foot = h("div", { className: "view-foot" }, this.#note);

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#kinds.setAttribute("aria-label", t("views.histogram_of"));
    this.#kinds.addEventListener("change", () => card.setOption("of", this.#kinds.value));
    card.controls.append(this.#kinds);
    this.#kinds.style.maxWidth = "84px";
    // its size is what the card leaves it: what was drawn must not hold the card at its height
    this.#frame.style.cssText = "flex: 1; contain: size";
  }

  get #kind() {
    const kind = this.#card.option("of", KINDS[0]);
    return KINDS.includes(kind) ? kind : KINDS[0];
  }

  options() {
    return { bins: BINS };
  }

  /** @param {Run} _run @param {number} iteration @returns {Request[]} */
  further(_run, iteration) {
    return pastMoments(iteration).map((past) => ({
      view: this.view,
      options: this.options(),
      iteration: past,
    }));
  }

  /** @param {Seen[]} seen */
  draw([{ run, iteration, view, further }]) {
    const kind = this.#kind;
    setChoices(
      this.#kinds,
      KINDS.map(/** @returns {[string, string]} */ (name) => [name, t(`views.histogram.${name}`)]),
      kind,
    );
    if (!view) {
      setChildren(this.#card.body, [runLine(run)]);
      return "";
    }
    const moments = [...pastMoments(iteration), iteration];
    const views = [...further, view];
    const panels = panelsOf(view, views, kind);
    this.#drawPanels(panels, moments, color(run.hue, this.#card.isDark()));
    const { sample } = view.facts;
    setText(
      this.#note,
      t(`views.histogram_note.${kind}`, { n: number(sample), images: samplePart(run.summary) }),
    );
    setChildren(this.#card.body, [runLine(run, t("views.near_zero_means")), this.#frame, this.#foot]);
    const layers = panels.map(({ title, description }) => `${title}: ${description}`).join("; ");
    const moment = `${run.name}, ${t("moment.at", { n: number(iteration) })}`;
    const description = `${moment}, ${t(`views.histogram.${kind}`)}: ${layers}.`;
    this.#canvas.setAttribute("aria-label", description);
    return description;
  }

  /**
   * @param {Panel[]} panels the lowest layer first
   * @param {number[]} moments
   * @param {string} runColor
   */
  #drawPanels(panels, moments, runColor) {
    const width = Math.max(MARGIN + PANEL.width, this.#card.body.clientWidth);
    const room = width - MARGIN;
    const most = Math.max(1, Math.floor((room + PANEL.gap) / (PANEL.width + PANEL.gap)));
    const columns = Math.min(panels.length, most);
    const rows = Math.ceil(panels.length / columns);
    const available = ((this.#card.body.parentElement?.clientHeight ?? 220) - 46) / rows;
    const ridges = Math.max(PANEL.ridges, available - PANEL.head - PANEL.foot);
    const high = PANEL.head + ridges + PANEL.foot;
    const wide = (room + PANEL.gap) / columns - PANEL.gap;
    this.#frame.style.minHeight = `${rows * (PANEL.head + PANEL.ridges + PANEL.foot)}px`;
    const pen = prepared(this.#canvas, width, high * rows);
    const { ink, quiet, line, card, font } = inks(this.#card.body); // the canvas may not be in the page yet
    const step = ridges / (moments.length - 1 + OVERLAP);
    /**
     * @param {string} text
     * @param {number} x
     * @param {number} y
     * @param {Partial<CanvasRenderingContext2D>} look
     */
    const write = (text, x, y, look = {}, most = wide) => {
      const defaults = { font: `11px ${font}`, fillStyle: quiet, textAlign: "left", textBaseline: "middle" };
      Object.assign(pen, defaults, look);
      pen.fillText(text, x, y, most);
    };
    panels.forEach(({ title, description, ridges: histograms }, i) => {
      const left = MARGIN + (i % columns) * (wide + PANEL.gap);
      const top = Math.floor(i / columns) * high;
      const base = (/** @type {number} */ place) => top + PANEL.head + step * (place + OVERLAP);
      const bottom = base(moments.length - 1);
      write(title, left, top + 6, { fillStyle: ink });
      if (i % columns === 0)
        moments.forEach((moment, place) => {
          if (step < 9 && place % 2 !== (moments.length - 1) % 2) return; // no room for each
          const isNewest = place === moments.length - 1;
          const look = isNewest ? { fillStyle: ink, font: `bold 10px ${font}` } : { font: `10px ${font}` };
          write(number(moment), MARGIN - 6, base(place) - 4, { ...look, textAlign: "right" }, MARGIN - 6);
        });
      const range = rangeOf(histograms.flatMap((histogram) => histogram ?? []));
      const xOf = (/** @type {number} */ value) =>
        range ? left + ((value - range.low) / (range.high - range.low)) * wide : left;
      if (range && range.low < 0 && range.high > 0) {
        pen.fillStyle = line;
        pen.fillRect(xOf(0), top + PANEL.head, 1, bottom - top - PANEL.head);
      }
      pen.save();
      pen.beginPath();
      pen.rect(left, top, wide, high);
      pen.clip();
      histograms.forEach((histogram, place) => {
        pen.fillStyle = line;
        pen.fillRect(left, base(place), wide, 1);
        if (!histogram || !range) return;
        const share = moments.length > 1 ? place / (moments.length - 1) : 1;
        ridge(pen, histogram, { xOf, base: base(place), high: step * OVERLAP });
        pen.fillStyle = card; // covers the ridges behind it
        pen.fill();
        pen.globalAlpha = 0.25 + 0.6 * share;
        pen.fillStyle = runColor;
        pen.fill();
        pen.globalAlpha = 1;
        pen.strokeStyle = place === moments.length - 1 ? ink : card;
        pen.lineWidth = 1;
        pen.stroke();
      });
      pen.restore();
      if (range) {
        const middle = range.low < 0 && range.high > 0 ? 0 : (range.low + range.high) / 2;
        const y = bottom + 9;
        const small = { font: `10px ${font}` };
        write(twoDigits(range.low), left, y, small);
        write(twoDigits(range.high), left + wide, y, { ...small, textAlign: "right" });
        const isFree = xOf(middle) - left > 50 && left + wide - xOf(middle) > 50;
        if (isFree && middle === 0) write("0", xOf(middle), y, { ...small, textAlign: "center" });
      }
      write(description, left, bottom + 22, { fillStyle: ink });
    });
  }

  picture() {
    return this.#canvas;
  }
}

/**
 * The outline of a histogram, from its first edge to its last. Numbers that are all equal are a thin line.
 * @param {CanvasRenderingContext2D} pen
 * @param {Histogram} histogram
 * @param {{xOf: (value: number) => number, base: number, high: number}} place
 */
function ridge(pen, histogram, { xOf, base, high }) {
  const { counts, edges } = histogram;
  const each = heights(histogram);
  pen.beginPath();
  const value = onlyValue(histogram);
  if (value !== null) {
    pen.rect(xOf(value) - 1, base - high, 2, high);
    return;
  }
  pen.moveTo(xOf(edges[0]), base);
  for (let bin = 0; bin < counts.length; bin++)
    pen.lineTo(xOf((edges[bin] + edges[bin + 1]) / 2), base - high * each[bin]);
  pen.lineTo(xOf(edges[counts.length]), base);
}

/**
 * @param {View} now
 * @param {(View | null)[]} views of all moments
 * @param {string} kind "weights", "gradients" or "outputs"
 * @returns {Panel[]}
 */
function panelsOf(now, views, kind) {
  /** @type {{name: string, type: string}[]} */
  const layers = now.facts.layers;
  return layers.map((layer) => {
    const { norm, near_zero: nearZero } = /** @type {Record<string, any>} */ (layer)[kind];
    const values = { norm: norm === null ? "–" : twoDigits(norm), share: percent(nearZero) };
    return {
      title: t("views.layer_n", { n: layer.name }),
      description: t("views.norm_near_zero", values),
      ridges: views.map((view) => histogramOf(view, `${kind}/${layer.name}`)),
    };
  });
}

/**
 * @param {View | null} view
 * @param {string} name
 * @returns {Histogram | null}
 */
function histogramOf(view, name) {
  const counts = view?.arrays[`${name}/counts`]?.values;
  const edges = view?.arrays[`${name}/edges`]?.values;
  return counts && edges ? { counts, edges } : null;
}
