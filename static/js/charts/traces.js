/** Traces: what a chart shows, as plain data for `plotly.js`. Depends on runs and curves, not on the page or Plotly. */

import { color } from "../page/palette.js";
import { hasEnded } from "../state/run-status.js";
import { axisOf } from "./axes.js";
import { Curve } from "./curve.js";
import { faint, layerName, lookOf, named } from "./curve-look.js";
import { GroupCurve, SPREADS } from "./groups.js";
import { awaitsRows, marksOf } from "./marks.js";
import { linesOf } from "./quantities.js";
import { Symbols } from "./symbols.js";

/**
 * @import { Run, Stream } from "../types.js"
 * @import { Group } from "./groups.js"
 * @import { MarkKind } from "./marks.js"
 * @import { Layer, Quantity, QuantityLine } from "./quantities.js"
 * @import { Series } from "../state/series.js"
 * @import { BandsOfRuns } from "./bands.js"
 * @import { StrokesOfRuns } from "./strokes.js"
 * @import { Points } from "./curve.js"
 * @import { Owner } from "./curve-look.js"
 */

/**
 * A line that is hovered over.
 * @typedef {object} Line
 * @property {Owner} run
 * @property {string} series
 * @property {string} label
 * @property {string} [value] of a group
 * @property {string | undefined} part
 * @property {Layer} [layer] which of the run's layers it is of
 * @property {Curve | GroupCurve} curve
 */

/**
 * What a chart draws: a line with `points` that grow, or marks, or symbols along lines, or the area of a band.
 * @typedef {object} Trace
 * @property {string} uid
 * @property {{run: string, series: string, named?: boolean, symbol?: string | null, meaning?: string}} meta
 * @property {string} name
 * @property {string} [color]
 * @property {string} [dash]
 * @property {number} [width]
 * @property {string | null} [symbol]
 * @property {string} [meaning]
 * @property {string} [value]
 * @property {Points} [points]
 * @property {{x: number[], y: number[], kinds: MarkKind[], symbol: string[], colors: string[], notes: string[]}} [marks]
 * @property {Symbols} [symbols]
 * @property {{x: ArrayLike<number>, y: ArrayLike<number>}} [area]
 * @property {string} [fill] the colour of the area between the line and 0
 * @property {Line} [line]
 * @property {string[]} [runs] ids of the runs that it stands for
 * @property {number} [settled] how many points of the line will not change any more
 * @property {number} [drawn] how many points, or symbols, are drawn
 * @property {"lines" | "markers"} [mode] how Plotly draws it
 */

/**
 * How a chart's traces are made.
 * @typedef {object} FigureHow
 * @property {BandsOfRuns | null} bands
 * @property {StrokesOfRuns | null} strokes
 * @property {boolean} allMarks
 * @property {string} axis
 * @property {{from: number, to: number, log: boolean}} across the shown part of x
 * @property {number} smoothing
 * @property {[number, number] | null} range
 * @property {boolean} dark
 * @property {number} bold the factor of line widths
 * @property {Record<string, string>} partNames
 * @property {Map<string, string>} names of the runs, by id
 */

/** Up to this many rows each one is drawn. Of more, two of each bin are, and there are at most `MAX_BINS` bins. */
const MAX_WHOLE = 4000;
const MAX_BINS = 450;
/** All curves of a chart together have at most this many points, so that twenty long runs draw as fast as one. */
const MAX_POINTS = 48_000;
/** With more runs than that the raw curves behind the smoothed ones are a fog, and are left out. */
const MAX_RAW_RUNS = 24;
/** With more runs than that their areas are a fog. */
const MAX_AREAS = 8;

export class TraceMaker {
  /** @type {Map<string, Curve>} */
  #curves = new Map();
  #maxPoints = Infinity;
  /** Series → the overview that stands for it. @type {Map<Series, NonNullable<Series["overview"]>>} */
  #overviews = new Map();
  /** Curves on which a mark may move when more rows come. @type {Set<Curve | GroupCurve>} */
  #unmarked = new Set();
  /** Curves stand for several runs: what is new cannot be drawn as a tail. */
  #grouped = false;
  /** @type {Symbols | null} */
  #symbols = null;

  /**
   * The traces of a chart.
   * @param {Run[]} runs the shown ones, oldest first
   * @param {Quantity} what see quantities.js
   * @param {FigureHow} how
   * @returns {Trace[]}
   */
  traces(runs, what, how) {
    const { bands, strokes, allMarks, axis: axisName, across, smoothing, range, dark } = how;
    const axis = axisOf(axisName);
    /** @type {Map<string, Curve>} */
    const kept = new Map();
    const raw = runs.length <= MAX_RAW_RUNS && what.byLayer === undefined;
    const curves = runs.reduce((sum, run) => sum + linesOf(what, run).length, 0);
    const maxPoints = Math.min(MAX_WHOLE, MAX_POINTS / Math.max(1, curves * (smoothing && raw ? 2 : 1)));
    this.#maxPoints = 2 * Math.max(maxPoints, MAX_BINS + 32);
    const traces = [];
    this.#overviews.clear();
    /** @type {Map<Group, [QuantityLine, Curve][]>} */
    const grouped = new Map();
    this.#grouped = false;
    for (const run of runs) {
      const group = bands?.groups.find((one) => one.runs.length > 1 && one.runs.includes(run));
      const series = run[what.stream];
      const { overview } = series;
      if (overview) this.#overviews.set(series, overview);
      for (const line of linesOf(what, run)) {
        if (overview) {
          if (axis.timed || what.timed) continue; // an overview does not know when its points came; the rows are on their way
          const curve = new Curve(overview.points, {
            ...line,
            smoothing: 0,
            bin: 1,
            range,
            x: axis.x?.(run),
          });
          curve.advance();
          traces.push(this.#outline(run, line, curve, how));
          continue;
        }
        const x = axis.x?.(run);
        const bin = binOf(run, what.stream, range, maxPoints, x?.(series));
        const ended = smoothing > 0 && hasEnded(run);
        const key = [run.id, line.series, smoothing, ended, range, bin, axisName].join();
        const known = this.#curves.get(key);
        const curve = known?.follows(series)
          ? known
          : new Curve(series, { ...line, smoothing, ended, bin, range, x });
        kept.set(key, curve);
        curve.advance();
        const filled = what.area && runs.length <= MAX_AREAS;
        if (!group) traces.push(...this.#lines(run, line, curve, how, { raw, filled }));
        else grouped.set(group, [...(grouped.get(group) ?? []), [line, curve]]);
      }
    }
    this.#curves = kept;
    for (const [group, curves] of grouped) {
      this.#grouped = true;
      for (const line of what.lines) {
        const own = curves.filter(([of, { xs }]) => of === line && xs.length).map(([, curve]) => curve);
        if (bands && own.length)
          traces.push(...this.#band(group, line, new GroupCurve(own, SPREADS[bands.spread], range), how));
      }
    }
    this.#symbols = strokes && this.#symbolsOf(traces, across);
    if (this.#symbols)
      traces.push({ uid: "symbols", meta: { run: "", series: "symbols" }, name: "", symbols: this.#symbols });
    this.#unmarked = new Set(traces.flatMap(({ line }) => (line && awaitsRows(line) ? [line.curve] : [])));
    const marks = marksOf(traces, { dark, all: allMarks });
    if (marks) traces.push(marks);
    return traces;
  }

  /**
   * Take the rows that have come.
   * @returns {boolean} false if a curve has more points by now than it was made for, or its rows instead of an overview, or
   *   marks that may have moved
   */
  advance() {
    let fits =
      !this.#grouped && [...this.#overviews].every(([series, overview]) => series.overview === overview);
    for (const curve of this.#curves.values()) {
      const moved = curve.advance() && this.#unmarked.has(curve);
      fits &&= curve.raw.x.length < this.#maxPoints && !moved && !curve.outdated;
    }
    this.#symbols?.advance();
    return fits;
  }

  /**
   * @param {Trace[]} traces
   * @param {FigureHow["across"]} across
   */
  #symbolsOf(traces, across) {
    const symbols = new Symbols(across);
    for (const { line, symbol, color = "" } of traces)
      if (line && symbol) symbols.follow(line.curve, symbol, color, line.run.number);
    symbols.advance();
    return symbols;
  }

  /**
   * A group's mean, and behind it how far its runs are apart.
   * @param {Group} group
   * @param {QuantityLine} of
   * @param {GroupCurve} curve
   * @param {FigureHow} how
   * @returns {Trace[]}
   */
  #band({ runs, label, value, hue }, of, curve, how) {
    const { series, part } = of;
    const [{ number }] = runs;
    const run = { id: `group-${runs[0].id}`, number, name: label, hue, annotations: [] };
    const look = lookOf(run, of, how, runs);
    const uid = `${series}-${run.id}`.replace(/[^\w-]/g, "_");
    const ids = runs.map(({ id }) => id);
    const { xs, ys, lows, highs } = curve;
    const area = { x: [...xs, ...xs.toReversed()], y: [...highs, ...lows.toReversed()] };
    const points = {
      x: xs,
      y: ys,
      count: xs.length,
      settled: xs.length,
      lowest: Math.min(...lows),
      highest: Math.max(...highs),
    };
    const line = { run, series, label, value, part: part && how.partNames[part], curve };
    return [
      {
        ...look,
        uid: `${uid}-band`,
        meta: { run: run.id, series: `${series}-band` },
        color: faint(color(hue, how.dark), how.dark),
        runs: ids,
        area,
      },
      { ...look, uid, meta: named(run, `${series}-mean`, look), runs: ids, points, line },
    ];
  }

  /**
   * Where a curve runs while its rows are on their way. What they would be smoothed to is not known yet.
   * @param {Run} run
   * @param {QuantityLine} line
   * @param {Curve} curve
   * @param {FigureHow} how
   * @returns {Trace}
   */
  #outline(run, line, curve, how) {
    const { series } = line;
    const look = lookOf(run, line, how, [run]);
    if (how.smoothing) look.width = 1;
    const uid = `${series}-${run.id}-outline`.replace(/[^\w-]/g, "_");
    const meta = { run: run.id, series: `${series}-outline` };
    return { ...look, uid, meta, runs: [run.id], points: curve.raw };
  }

  /**
   * @param {Run} run
   * @param {QuantityLine} of
   * @param {Curve} curve
   * @param {FigureHow} how
   * @param {{raw: boolean, filled?: boolean}} also what is drawn besides the line
   * @returns {Trace[]}
   */
  #lines(run, of, curve, how, { raw, filled }) {
    const { series, part, layer } = of;
    const look = lookOf(run, of, how, [run]);
    const uid = `${series}-${run.id}`.replace(/[^\w-]/g, "_");
    const label = layer ? layerName(layer) : (how.names.get(run.id) ?? run.name);
    const line = { run, series, label, part: part && how.partNames[part], layer, curve };
    const runs = [run.id];
    const fill = filled ? faint(look.color, how.dark) : undefined;
    if (!curve.smoothed)
      return [{ ...look, uid, meta: named(run, series, look), runs, points: curve.raw, line, fill }];
    const behind = {
      ...look,
      uid,
      runs,
      meta: { run: run.id, series },
      color: faint(look.color, how.dark),
      dash: "solid",
      width: 1,
      points: curve.raw,
    };
    const smoothed = {
      ...look,
      uid: `${uid}-smoothed`,
      runs,
      meta: named(run, `${series}-smoothed`, look),
      points: curve.smoothed,
      line,
    };
    return raw ? [behind, smoothed] : [smoothed];
  }
}

/**
 * Rows of which two are drawn. It is counted for the run's planned length, so that it stays while the run goes on;
 * where the plan is not known or the run is longer, it follows in doublings.
 * @param {Run} run
 * @param {Stream} stream
 * @param {[number, number] | null} range
 * @param {number} maxPoints
 * @param {(row: number) => number} [x]
 */
function binOf(run, stream, range, maxPoints, x) {
  const series = run[stream];
  if (x && range) {
    // on an axis that is not counted in rows, as many as its own pace makes
    const length = series.length ? x(series.length - 1) - x(0) : 0;
    const rows =
      length > 0 ? (series.length * Math.min(length, range[1] - range[0])) / length : series.length;
    return rows <= maxPoints ? 1 : 2 ** Math.ceil(Math.log2(rows / Math.min(MAX_BINS, maxPoints / 2)));
  }
  const last = series.length ? series.last("iteration") : 0;
  const spacing = stream === "train" ? 1 : series.length ? last / series.length : Infinity;
  const end = Math.max(run.iterations, last);
  const [from, to] = range ? [Math.max(0, range[0]), Math.min(end, range[1])] : [0, end];
  const rows = Math.max(0, to - from) / spacing;
  // While a long run is young, all of it is drawn: it is thinned for its planned length once that pays.
  if (!range && last / spacing <= maxPoints / 2) return 1;
  return rows <= maxPoints ? 1 : 2 ** Math.ceil(Math.log2(rows / Math.min(MAX_BINS, maxPoints / 2)));
}
