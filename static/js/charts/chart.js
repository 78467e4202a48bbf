/** A chart: its card, its traces and its plot. It knows which of them must be drawn again. */

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
import { keyOfMarks, kindsOf } from "./marks.js";
import { Plot } from "./plotly.js";
import { axisTitle, linesOf, quantity } from "./quantities.js";
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

/** The first drawing of a chart has at most this many runs, because it also makes the axes, which takes long. */
const MAX_FIRST = 2;
/** Each later drawing may have twice as many runs as the one before, and at most this many more. */
const MAX_MORE = 12;
/** At least this many milliseconds between two whole drawings while axes grow with their curves. */
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
  /** The end of y in the drawn figure if outliers are left out. @type {Crop | null} */
  #crop = null;
  /** Whether tails cannot show the new points, so that the whole figure must be drawn later even if no more rows come. */
  #outgrown = false;
  /** Since when a single point is drawn as a line, or a line as a single point. */
  #misdrawn = Infinity;
  /** Whether the whole figure must be drawn: for other runs, another look, or another range. */
  stale = true;
  /** Whether rows have come that are not drawn. */
  behind = false;
  /** The end of x in the drawn figure. */
  end = 0;
  /** How many runs are in the figure; -1 before the first drawing. */
  drawn = -1;
  visible = true;
  /** Makes further curves for a saved picture, as Plotly's data. @type {() => Record<string, any>[]} */
  beside = () => [];

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

  /** Change the chart's settings; if the axes change, the zoom is reset. @param {Partial<Spec>} changes */
  change(changes) {
    Object.assign(this.card.spec, changes);
    if (["logX", "logY", "gap", "outliers"].some((name) => name in changes)) this.#plot.forgetZoom();
    this.restyle();
  }

  /** Emphasize the curves of these runs; the others turn pale. @param {Set<string>} ids empty: all look alike */
  emphasize(ids) {
    this.#front = ids;
    this.#plot.emphasize(ids);
    this.#endNames.emphasize(ids);
    this.#endNames.place(this.#plot.axes);
  }

  /** Tell a chart of layers which runs are selected; it shows one of them. @param {Set<string>} ids */
  select(ids) {
    this.#selected = ids;
    if (this.#isByLayer && this.#oneOf(this.#shown)?.id !== this.#layers.run?.id) this.restyle();
  }

  get #isByLayer() {
    return this.#what.byLayer !== undefined;
  }

  /** The newest selected run, or the newest run if none is selected. @param {Run[]} runs the oldest first */
  #oneOf(runs) {
    return runs.findLast(({ id }) => this.#selected.has(id)) ?? runs.at(-1);
  }

  /** What is drawn: the axes, null before the first drawing, and the lines with their values. */
  get drawing() {
    return {
      axes: this.#plot.axes,
      lines: this.#hover.lines,
      axis: axisOf(this.#axis),
      percent: Boolean(this.#what.percent),
    };
  }

  /** @param {number | null} x */
  mark(x) {
    this.#hover.mark(x);
  }

  /**
   * Draw the whole figure. If many runs are new, only some of them are added, so that no drawing takes long; the next drawing
   * adds more.
   * @param {Run[]} all all runs that are shown on the page
   * @param {{dark: boolean, axis: string, least: number, bandsOf: (runs: Run[]) => BandsOfRuns | null, strokes: StrokesOfRuns | null}} options
   */
  async drawWhole(all, { dark, axis: axisName, least, bandsOf, strokes: ofAll }) {
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
    const across = this.#across(axis, all, least);
    const { range } = this.#plot;
    const [from, to] = range ?? [across.start, across.end];
    const smoothing = what.smoothing === undefined ? 0 : spec.smoothing;
    const partNames = {
      train: t("chart.train"),
      validation: t("chart.validation"),
      test: t("chart.test"),
    };
    // a chart of layers shows one run, so it has no groups and no line styles
    const bands = this.#isByLayer ? null : bandsOf(runs);
    const strokes = this.#isByLayer ? null : ofAll;
    this.#layers = { run: shown[0], lines: this.#layerCount(shown[0]) };
    const options = {
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
      names: curveNames(
        shown,
        sameCurves(shown, { stream: what.stream, columns: what.lines.flatMap(({ columns }) => columns) }),
      ),
    };
    this.#traces = this.#maker.traces(runs, what, options);
    this.#empty = this.#isEmpty();
    this.#crop = this.#cropNow();
    const crop = spec.outliers ? null : this.#crop;
    for (const trace of this.#traces) if (trace.marks) trace.ceiling = crop?.high;
    const look = {
      logX,
      logY: spec.logY,
      percent: Boolean(what.percent),
      whole: Boolean(what.whole),
      crop,
      ...across,
      ends: { x: logX ? this.#endsOfX(across) : null, y: spec.logY ? this.#endsOfY() : null },
      xTitle: t(`chart.${axis.title ?? axisName}`),
      yTitle: axisTitle(spec.gap ? "gap" : spec.quantity, t),
      // without any finite value, the axes have a usual range
      empty: this.#empty,
    };
    this.card.showRun((this.#isByLayer && options.names.get(shown[0]?.id)) || "");
    this.card.showAxes(look.xTitle, look.yTitle);
    this.card.showStrokes(strokes);
    this.card.showParts(runs);
    this.card.showZoom(this.#plot.isZoomed);
    this.card.showMarks(keyOfMarks(kindsOf(this.#traces)));
    this.card.showOutliers(this.#crop?.runs ?? 0);
    this.#countUndrawn();
    this.card.showNames(namesOf(this.#traces), Boolean(bands));
    this.card.makeRoom(this.#endNames.update(this.#traces, what.area ? gapText : null));
    await this.#plot.draw(this.#traces, look);
    this.emphasize(this.#front);
    this.drawn = runs.length;
    this.end = across.end;
    this.#refitAt = performance.now() + REFIT;
    this.#hover.update(this.#traces, {
      percent: Boolean(what.percent),
      axis: axisName,
      field: strokes?.field,
    });
  }

  /**
   * The range of x, and how its ticks are written.
   * @param {Axis} axis
   * @param {Run[]} shown
   * @param {number} least iterations
   */
  #across(axis, shown, least) {
    const end = Math.max(axis.x ? 0 : least, ...shown.map((run) => axis.end(run)));
    if (axis.ticks !== "clock") return { start: 0, end, ticks: axis.ticks };
    const starts = shown.map(startOf).filter(Boolean);
    const start = starts.length ? Math.min(...starts) : Math.floor(Date.now() / 60_000) * 60;
    const last = start + room(end - start);
    const [from, to] = this.#plot.range ?? [start, last];
    return { start, end: last, ticks: axis.ticks, marks: clockTicks(from, to) };
  }

  /**
   * The range of a logarithmic x; null: there are no values, or it has its planned length.
   * @param {{end: number, ticks: Axis["ticks"]}} across
   * @returns {[number, number] | null}
   */
  #endsOfX({ end, ticks }) {
    if (this.#plot.range) return this.#plot.range;
    if (ticks === "count") return null;
    const ends = positiveEnds(this.#traces.map(({ points }) => points?.x ?? []));
    return ends && [ends[0], Math.max(ends[1], end)];
  }

  /** The range of a logarithmic y. */
  #endsOfY() {
    const ends = this.#plot.yRange ?? positiveEnds(this.#traces.map(({ points }) => points?.y ?? []));
    const isCropped = this.#crop && !this.card.spec.outliers && !this.#plot.yRange;
    return /** @type {[number, number] | null} */ (
      ends && isCropped ? ends.map((end) => within(this.#crop, end)) : ends
    );
  }

  /**
   * Draw the new points as tails. If that is not possible, the whole figure is drawn a little later.
   * @param {number} now
   */
  drawNew(now) {
    if (this.drawn < 0) return;
    this.behind = false;
    const { run, lines } = this.#layers;
    const fits = this.#maker.advance() && this.#layerCount(run) === lines;
    this.#countUndrawn();
    const filled = this.#empty && !this.#isEmpty(); // the first values have come: the axes must follow them
    const tailsFit = this.#plot.drawTails();
    this.#endNames.follow(this.#plot.axes, now);
    this.#hover.follow();
    const cropped = this.#cropNow();
    const isCropOther = cropped?.high !== this.#crop?.high || cropped?.runs !== this.#crop?.runs;
    this.#outgrown ||= !tailsFit || !fits || filled || isCropOther;
    this.#misdrawn = this.#plot.misdrawn ? Math.min(this.#misdrawn, now) : Infinity;
    // a single point is not drawn again at once, because more points may follow
    const due = this.#outgrown ? this.#refitAt : Math.max(this.#refitAt, this.#misdrawn + REFIT);
    if (now >= due) this.restyle();
    else this.behind = due < Infinity; // so that this method is called again
  }

  /** How many layers of a run are known; 0 before its first rows. @param {Run | undefined} run */
  #layerCount(run) {
    return run && this.#isByLayer ? linesOf(this.#what, run).length : 0;
  }

  #countUndrawn() {
    const curves = this.#traces.flatMap(({ line }) => line?.curve ?? []);
    this.card.showUndrawn(
      this.card.spec.logY ? curves.reduce((sum, { notPositive }) => sum + notPositive, 0) : 0,
    );
  }

  /** The crop for the present points; only measured quantities without bounds are cropped. */
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
    if (format !== "csv" && this.drawn < 0) return; // there is no picture yet
    const { download, fileName, toCsv } = await import("./save.js");
    const name = fileName(this.card.title, [...new Set(this.#traces.flatMap(({ line }) => line?.run ?? []))]);
    if (format === "csv") download(`${name}.csv`, toCsv(this.#traces, this.#plot.range), "text/csv");
    else download(`${name}.${format}`, await this.#plot.image(format, this.card.heading, this.beside()));
  }

  remove() {
    this.card.remove();
    this.#plot.remove();
  }
}

/** A gap between two accuracies as a short text that can be read from afar. @param {number} gap */
function gapText(gap) {
  const points = 100 * gap;
  return t("result.points", { n: Math.abs(points) < 9.95 ? pointsText(points) : number(Math.round(points)) });
}

/**
 * The entries of the legend. The entry of a run looks like its last curve, that of the test images. The entry of a group shows
 * only its colour, because line styles have their own legend.
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
  return [...entries.values()].sort((a, b) => bySize(a.size, b.size));
}
