/** A chart: its card, its traces and its plot, and what of these has to be drawn. */

import { pointsText } from "../runs/run-result.js";
import { bySize } from "../state/flat-configs.js";
import { sameCurves } from "../state/same-curve.js";
import { number, t } from "../words/i18n.js";
import { axisOf, clockTicks, room, startOf } from "./axes.js";
import { cropOf, within } from "./crop.js";
import { curveNames } from "./curve-names.js";
import { EndNames } from "./end-names.js";
import { Hover } from "./hover.js";
import { positiveEnds } from "./log-ticks.js";
import { keyOfMarks } from "./marks.js";
import { Plot } from "./plotly.js";
import { axisTitle, hasValidation, linesOf, quantity } from "./quantities.js";
import { TraceMaker } from "./traces.js";

/**
 * @import { Crop } from "./crop.js"
 * @import { ChartCard } from "./chart-card.js"
 * @import { Run } from "../types.js"
 * @import { Axis } from "./axes.js"
 * @import { BandsOfRuns } from "./bands.js"
 * @import { Spec } from "./specs.js"
 * @import { StrokesOfRuns } from "./strokes.js"
 * @import { Trace } from "./traces.js"
 * @import { LegendEntry } from "./legend.js"
 * @import { HoverEvents } from "./hover.js"
 * @import { ImageFormat } from "./picture.js"
 */

/** A chart's first drawing has at most this many runs: it makes the axes too, which takes long enough. */
const MAX_FIRST = 2;
/** Each later drawing may have twice as many runs as the one before, and at most this many more. */
const MAX_MORE = 12;
/** Milliseconds between two whole drawings for axes that grow with their curves. */
const REFIT = 300;

export class Chart {
  #maker = new TraceMaker();
  #plot;
  #hover;
  #endNames;
  /** Ids of the runs that stand out. @type {Set<string>} */
  #front = new Set();
  /** @type {Trace[]} */
  #traces = [];
  #refitAt = 0;
  #axis = "iteration";
  /** Ids of the selected runs: a chart of layers shows one of them. @type {Set<string>} */
  #selected = new Set();
  /** @type {Run[]} */
  #shown = [];
  /** The run that a chart of layers shows, and how many layers of it. @type {{run: Run | undefined, lines: number}} */
  #layers = { run: undefined, lines: 0 };
  #empty = true;
  /** Where y ends if outliers leave the picture, as drawn. @type {Crop | null} */
  #crop = null;
  /** The curves have more than tails can show; it stays so until the whole figure is drawn, also where nothing more comes. */
  #outgrown = false;
  /** Since when a lone point is drawn as a line, or a line as a lone point. */
  #misdrawn = Infinity;
  /** The whole figure must be drawn: other runs, another look, another range. */
  stale = true;
  /** Rows have come. */
  behind = false;
  /** Where x ends, as drawn. */
  end = 0;
  /** How many runs are in the figure; -1: there is none yet. */
  drawn = -1;
  visible = true;

  /**
   * @param {ChartCard} card
   * @param {() => void} onNeed called when something must be drawn
   * @param {HoverEvents} on
   */
  constructor(card, onNeed, on) {
    this.card = card;
    this.#plot = new Plot(card.plotElement, () => this.restyle());
    this.#hover = new Hover(card.plotElement, this.#plot, on);
    this.#endNames = new EndNames(card.plotElement, on);
    this.restyle = () => {
      this.stale = true;
      onNeed();
    };
  }

  get #what() {
    const { spec } = this.card;
    return quantity(spec.gap ? "gap" : spec.quantity);
  }

  get stream() {
    return this.#what.stream;
  }

  /** Another look; a zoom of other axes is forgotten. @param {Partial<Spec>} changes */
  change(changes) {
    Object.assign(this.card.spec, changes);
    if (["logX", "gap", "outliers"].some((name) => name in changes)) this.#plot.forgetZoom();
    this.restyle();
  }

  /** Let these runs' curves stand out, and pale the others. @param {Set<string>} ids none: all look alike */
  emphasize(ids) {
    this.#front = ids;
    this.#plot.emphasize(ids);
    this.#endNames.emphasize(ids);
    this.#endNames.place(this.#plot.axes);
  }

  /** A chart of layers shows one of these runs. @param {Set<string>} ids */
  select(ids) {
    this.#selected = ids;
    if (this.#isByLayer && this.#oneOf(this.#shown)?.id !== this.#layers.run?.id) this.restyle();
  }

  get #isByLayer() {
    return this.#what.byLayer !== undefined;
  }

  /** The newest of the selected runs, or of all. @param {Run[]} runs the oldest first */
  #oneOf(runs) {
    return runs.findLast(({ id }) => this.#selected.has(id)) ?? runs.at(-1);
  }

  /** @param {number | null} x */
  mark(x) {
    this.#hover.mark(x);
  }

  /**
   * Draw the whole figure; of many runs that are new some, and more the next time: no drawing takes long.
   * @param {Run[]} all that are shown on the page
   * @param {{dark: boolean, axis: string, bandsOf: (runs: Run[]) => BandsOfRuns | null, strokes: StrokesOfRuns | null}} how
   */
  async drawWhole(all, { dark, axis: axisName, bandsOf, strokes: ofAll }) {
    this.#shown = all;
    const shown = this.#isByLayer ? [this.#oneOf(all)].flatMap((run) => run ?? []) : all;
    const runs = shown.slice(0, this.drawn < 0 ? MAX_FIRST : this.drawn + Math.min(this.drawn + 2, MAX_MORE));
    this.stale = runs.length < shown.length;
    this.behind = this.#outgrown = false;
    const { spec } = this.card;
    const what = this.#what;
    if (axisName !== this.#axis) this.#plot.forgetZoom();
    this.#axis = axisName;
    const axis = axisOf(axisName);
    const logX = spec.logX && axis.log;
    const across = this.#across(axis, all);
    const { range } = this.#plot;
    const [from, to] = range ?? [across.start, across.end];
    const smoothing = what.smoothing === undefined ? 0 : spec.smoothing;
    const partNames = {
      train: t("chart.train"),
      validation: t("chart.validation"),
      test: t("chart.test"),
    };
    // of one run there is nothing to group or to tell apart
    const bands = this.#isByLayer ? null : bandsOf(runs);
    const strokes = this.#isByLayer ? null : ofAll;
    this.#layers = { run: shown[0], lines: this.#layerCount(shown[0]) };
    const how = {
      bands,
      strokes,
      allMarks: spec.marks,
      axis: axisName,
      across: { from, to, log: logX },
      smoothing,
      range,
      dark,
      bold: this.#plot.bold,
      partNames,
      names: curveNames(shown, sameCurves(shown)),
    };
    this.#traces = this.#maker.traces(runs, what, how);
    this.#empty = this.#isEmpty();
    this.#crop = this.#cropNow();
    const look = {
      logX,
      logY: spec.logY,
      percent: Boolean(what.percent),
      whole: Boolean(what.whole),
      crop: spec.outliers ? null : this.#crop,
      ...across,
      ends: { x: logX ? this.#endsOfX(across) : null, y: spec.logY ? this.#endsOfY() : null },
      xTitle: t(`chart.${axis.title ?? axisName}`),
      yTitle: axisTitle(spec.gap ? "gap" : spec.quantity, t),
      // not one finite value: the axes are where a run's would be
      empty: this.#empty,
      scales: `${spec.gap} ${spec.outliers} ${spec.logX} ${spec.logY} ${axisName}`,
    };
    this.card.showRun((this.#isByLayer && how.names.get(shown[0]?.id)) || "");
    this.card.showAxes(look.xTitle, look.yTitle);
    this.card.showStrokes(strokes);
    this.card.showValidation(runs.some(hasValidation));
    this.card.showZoom(this.#plot.isZoomed);
    this.card.showMarks(keyOfMarks(this.#traces.flatMap(({ marks }) => marks?.kinds ?? [])));
    this.card.showOutliers(this.#crop?.runs ?? 0);
    this.#countUndrawn();
    this.card.showNames(namesOf(this.#traces), Boolean(bands));
    this.card.makeRoom(this.#endNames.take(this.#traces, what.area ? gapText : null));
    await this.#plot.draw(this.#traces, look);
    this.emphasize(this.#front);
    this.drawn = runs.length;
    this.end = across.end;
    this.#refitAt = performance.now() + REFIT;
    this.#hover.take(this.#traces, { percent: Boolean(what.percent), axis: axisName, field: strokes?.field });
  }

  /**
   * From where to where x goes, and how that is written.
   * @param {Axis} axis
   * @param {Run[]} shown
   */
  #across(axis, shown) {
    const ends = shown.map((run) => axis.end(run));
    const end = Math.max(0, ...ends);
    if (axis.ticks !== "clock") return { start: 0, end, ticks: axis.ticks };
    const starts = shown.map(startOf).filter(Boolean);
    const start = starts.length ? Math.min(...starts) : Math.floor(Date.now() / 60_000) * 60;
    const last = start + room(end - start);
    const [from, to] = this.#plot.range ?? [start, last];
    return { start, end: last, ticks: axis.ticks, marks: clockTicks(from, to) };
  }

  /**
   * Where a logarithmic x begins and ends.
   * @param {{end: number, ticks: Axis["ticks"]}} across
   * @returns {[number, number] | null}
   */
  #endsOfX({ end, ticks }) {
    if (this.#plot.range) return this.#plot.range;
    if (ticks === "count") return [1, Math.max(end, 10)];
    const ends = positiveEnds(this.#traces.map(({ points }) => points?.x ?? []));
    return ends && [ends[0], Math.max(ends[1], end)];
  }

  /** Where a logarithmic y begins and ends. */
  #endsOfY() {
    const ends = this.#plot.yRange ?? positiveEnds(this.#traces.map(({ points }) => points?.y ?? []));
    const isCropped = this.#crop && !this.card.spec.outliers && !this.#plot.yRange;
    return /** @type {[number, number] | null} */ (
      ends && isCropped ? ends.map((end) => within(this.#crop, end)) : ends
    );
  }

  /**
   * Draw what is new, if that is all; else the whole figure is due, though not at once.
   * @param {number} now
   */
  drawNew(now) {
    if (this.drawn < 0) return;
    this.behind = false;
    const { run, lines } = this.#layers;
    const fits = this.#maker.advance() && this.#layerCount(run) === lines;
    this.#countUndrawn();
    const filled = this.#empty && !this.#isEmpty(); // the axes follow the curves from now on
    const tailsFit = this.#plot.drawTails();
    this.#endNames.follow(this.#plot.axes, now);
    const cropped = this.#cropNow();
    const isCropOther = cropped?.high !== this.#crop?.high || cropped?.runs !== this.#crop?.runs;
    this.#outgrown ||= !tailsFit || !fits || filled || isCropOther;
    this.#misdrawn = this.#plot.misdrawn ? Math.min(this.#misdrawn, now) : Infinity;
    const due = this.#outgrown ? this.#refitAt : Math.max(this.#refitAt, this.#misdrawn + REFIT); // points may come at once
    if (now >= due) this.restyle();
    else this.behind = due < Infinity; // so that it is looked at again
  }

  /** How many layers of a run are known: before its first rows none is. @param {Run | undefined} run */
  #layerCount(run) {
    return run && this.#isByLayer ? linesOf(this.#what, run).length : 0;
  }

  #countUndrawn() {
    const curves = this.#traces.flatMap(({ line }) => line?.curve ?? []);
    this.card.showUndrawn(
      this.card.spec.logY ? curves.reduce((sum, { notPositive }) => sum + notPositive, 0) : 0,
    );
  }

  /** Only what is measured and has no bounds of its own is cropped. */
  #cropNow() {
    const { percent, chosen } = this.#what;
    return percent || chosen ? null : cropOf(this.#traces, this.card.spec.logY);
  }

  #isEmpty() {
    return !this.#traces.some(({ points }) => points && Number.isFinite(points.lowest));
  }

  /** Show everything. */
  unzoom() {
    this.#plot.zoom(null);
  }

  /** @param {ImageFormat | "csv"} format */
  async save(format) {
    const { download, fileName, toCsv } = await import("./save.js");
    const name = fileName(this.card.title, [...new Set(this.#traces.flatMap(({ line }) => line?.run ?? []))]);
    if (format === "csv") download(`${name}.csv`, toCsv(this.#traces, this.#plot.range), "text/csv");
    else download(`${name}.${format}`, await this.#plot.image(format, this.card.heading));
  }

  remove() {
    this.card.remove();
    this.#plot.remove();
  }
}

/** A gap between two shares, as one reads it from afar. @param {number} gap */
function gapText(gap) {
  const points = 100 * gap;
  return t("result.points", { n: Math.abs(points) < 9.95 ? pointsText(points) : number(Math.round(points)) });
}

/**
 * A legend's entries. A run's is drawn as its last curve, that on test images. A group's shows its colour only: what its
 * dashes mean has a legend of its own.
 * @param {Trace[]} traces
 */
function namesOf(traces) {
  /** @type {Map<string, LegendEntry & {size?: string}>} */
  const entries = new Map();
  for (const { line, color, dash = "solid", symbol } of traces) {
    if (!line) continue;
    const { run, label, value, layer } = line;
    if (value === undefined)
      entries.set(`${run.id} ${layer?.name ?? ""}`, { value: label, color, dash, symbol });
    else entries.set(`${run.hue} ${label}`, { value: label, color, dash: "solid", size: value });
  }
  return [...entries.values()].sort((one, other) => bySize(one.size, other.size));
}
