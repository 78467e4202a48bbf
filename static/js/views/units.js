/** Update ratios, and dead and saturated units: for each layer how far a step moves its weights, and which share of its units
 * is dead, or of its values saturated. */

import { h, setChildren } from "../page/dom.js";
import { color } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { number, percent, t } from "../words/i18n.js";
import { inks, prepared } from "./canvas.js";
import { samplePart } from "./sample-part.js";
import { power, twoDigits } from "./scales.js";
import { AXIS, BAND, besideBand, placeOf, worstOf } from "./units-table.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { LayerUnits } from "./units-table.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 */

await loadStyle("units");

const ROW = 15;
/** The height of the titles above the rows, and of the labels of the axis below them. */
const HEAD = 15;
/**
 * Widths in pixels of the layer's name, the ratio's number, the gap after it and the share's number. The two bars take the
 * rest; `ratioBar` is the part of it for the ratio's bar.
 */
const COLUMNS = { name: 16, ratioNumber: 62, gap: 12, shareNumber: 42, ratioBar: 0.6 };

/** @implements {Content} */
export class Units {
  runs = 4;
  view = "units";
  #card;
  #foot = h("div", { className: "view-foot units-foot" });
  /** @type {WeakMap<Run, HTMLCanvasElement>} */
  #canvases = new WeakMap();
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
  }

  options() {
    return {};
  }

  /** @param {Seen[]} seen */
  draw(seen) {
    const parts = seen.map((network) => this.#part(network));
    const hasViews = seen.some(({ view }) => view);
    if (hasViews) this.#drawFoot(seen);
    setChildren(this.#card.body, [...parts.map(({ element }) => element), ...(hasViews ? [this.#foot] : [])]);
    this.#canvas = parts[0]?.canvas ?? null;
    return parts.map(({ description }) => description).join(" ");
  }

  /** @param {Seen} seen */
  #part({ run, iteration, view }) {
    const canvas = this.#canvases.get(run) ?? h("canvas", { className: "unit-bars", role: "img" });
    this.#canvases.set(run, canvas);
    /** @type {LayerUnits[]} */
    const layers = view?.facts.layers ?? [];
    const worst = worstOf(layers);
    const summary = !view
      ? ""
      : worst
        ? t(`views.most_${worst.kind}`, { layer: worst.layer, share: shareText(worst.share) })
        : t("views.no_lost_units");
    canvas.style.visibility = view ? "" : "hidden"; // without a view the old bars are hidden, but their place stays
    if (view) this.#drawLayers(canvas, layers, color(run.hue, this.#card.isDark()));
    const lines = layers.map((layer) => layerText(layer));
    const moment = `${run.name}, ${t("moment.at", { n: number(iteration) })}`;
    const description = view ? `${moment}: ${summary}. ${lines.join("; ")}.` : moment;
    canvas.setAttribute("aria-label", description);
    return {
      element: h("div", { className: "view-part" }, runLine(run, summary), canvas),
      canvas,
      description,
    };
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {LayerUnits[]} layers the lowest first
   * @param {string} runColor
   */
  #drawLayers(canvas, layers, runColor) {
    const width = Math.max(240, this.#card.body.clientWidth);
    const height = HEAD + layers.length * ROW + HEAD;
    const pen = prepared(canvas, width, height);
    const { body } = this.#card; // the canvas may not be in the page yet, and has no style then
    const { ink, quiet, accent, font } = inks(body);
    const [warn, soft] = ["--warn", "--soft"].map((name) => getComputedStyle(body).getPropertyValue(name));
    const room = width - COLUMNS.name - COLUMNS.ratioNumber - COLUMNS.gap - COLUMNS.shareNumber;
    const ratio = { left: COLUMNS.name, width: room * COLUMNS.ratioBar };
    const share = {
      left: ratio.left + ratio.width + COLUMNS.ratioNumber + COLUMNS.gap,
      width: room * (1 - COLUMNS.ratioBar),
    };
    const bottom = HEAD + layers.length * ROW;
    /**
     * @param {string} text
     * @param {number} x
     * @param {number} y
     * @param {Partial<CanvasRenderingContext2D>} look
     */
    const write = (text, x, y, look = {}) => {
      const defaults = { font: `11px ${font}`, fillStyle: quiet, textAlign: "left", textBaseline: "middle" };
      Object.assign(pen, defaults, look);
      pen.fillText(text, x, y);
    };
    write(t("views.update_ratio"), ratio.left, 6);
    write(t("views.dead_saturated"), width, 6, { textAlign: "right" });
    const xOf = (/** @type {number} */ value) => ratio.left + placeOf(value) * ratio.width;
    pen.fillStyle = soft;
    pen.fillRect(ratio.left, HEAD, ratio.width, bottom - HEAD);
    pen.fillStyle = accent; // the band that usually works
    pen.globalAlpha = 0.22;
    pen.fillRect(xOf(BAND.low), HEAD, xOf(BAND.high) - xOf(BAND.low), bottom - HEAD);
    pen.globalAlpha = 1;
    const [first, last] = [Math.log10(AXIS.low), Math.log10(AXIS.high)].map(Math.round);
    for (let exponent = first; exponent <= last; exponent += 2)
      write(power(exponent), xOf(10 ** exponent), bottom + 8, { textAlign: "center" });
    [...layers].reverse().forEach(({ name, dead, saturated, update_ratio: updateRatio }, line) => {
      const middle = HEAD + (line + 0.5) * ROW; // the output is on top
      write(name, 0, middle);
      if (updateRatio !== null) {
        pen.fillStyle = runColor;
        pen.fillRect(ratio.left, middle - 4, Math.max(2, xOf(updateRatio) - ratio.left), 8);
      }
      const beside = besideBand(updateRatio);
      const text =
        updateRatio === null ? "–" : twoDigits(updateRatio) + (beside ? (beside > 0 ? " ↑" : " ↓") : "");
      const right = ratio.left + ratio.width + COLUMNS.ratioNumber;
      write(text, right, middle, { textAlign: "right", fillStyle: beside ? warn : ink });
      const lost = dead ?? saturated;
      if (lost !== null) {
        pen.fillStyle = soft;
        pen.fillRect(share.left, middle - 4, share.width, 8);
        pen.fillStyle = ink;
        pen.globalAlpha = dead === null ? 0.45 : 1; // what is saturated still learns a little
        pen.fillRect(share.left, middle - 4, share.width * lost, 8);
        pen.globalAlpha = 1;
      }
      const words = lost === null ? "–" : shareText(lost);
      write(words, width, middle, { textAlign: "right", fillStyle: lost === null ? quiet : ink });
    });
  }

  /** What the bars mean. Runs that were measured on other examples are named. @param {Seen[]} seen */
  #drawFoot(seen) {
    /** What the bars of dead units mean → the names of the runs for which they mean it. @type {Map<string, string[]>} */
    const dead = new Map();
    for (const { run, view } of seen) {
      if (!view) continue;
      const text = t("views.dead_means", {
        n: number(view.facts.sample),
        images: samplePart(run.summary),
      });
      dead.set(text, [...(dead.get(text) ?? []), run.name]);
    }
    const key = (/** @type {string} */ kind, /** @type {string} */ text) =>
      h("span", {}, h("i", { className: `units-key ${kind}` }), text);
    setChildren(this.#foot, [
      key("band", t("views.band", { low: power(-4), high: power(-2), middle: power(-3) })),
      ...[...dead].map(([text, names]) =>
        key("dead", dead.size > 1 ? `${text} (${names.join(", ")})` : text),
      ),
      key("saturated", t("views.saturated_means")),
    ]);
  }

  picture() {
    return this.#canvas;
  }
}

/** A layer in words. @param {LayerUnits} layer */
function layerText({ name, dead, saturated, update_ratio: updateRatio }) {
  const words = [`‖Δw‖/‖w‖ ${updateRatio === null ? "–" : twoDigits(updateRatio)}`];
  if (dead !== null) words.push(t("views.dead", { share: exactly(dead) }));
  if (saturated !== null) words.push(t("views.saturated", { share: exactly(saturated) }));
  return `${t("views.layer_n", { n: name })}: ${words.join(", ")}`;
}

/** A share of units or values as a bar has it: with a decimal only if it is small. @param {number} share */
function shareText(share) {
  return share > 0 && share < 0.1 ? exactly(share) : percent(share, 0);
}

/** A share with a decimal. One that is not 0 does not read as 0. @param {number} share */
function exactly(share) {
  return share > 0 && share < 0.001 ? `<${percent(0.001)}` : percent(share);
}
