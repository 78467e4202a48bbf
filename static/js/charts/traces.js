/** Traces: the content of a chart as plain data for `plotly.js`. This file uses runs and curves, but not the document or Plotly. */

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
 * @import { RunOrGroup } from "./curve-look.js"
 */

/**
 * The values of a line, for hovering.
 * @typedef {object} Line
 * @property {RunOrGroup} run
 * @property {string} series
 * @property {string} label
 * @property {string} [value] the common value of a group
 * @property {string | undefined} part
 * @property {Layer} [layer] the layer, if each layer has its own line
 * @property {Curve | GroupCurve} curve
 */

/**
 * An element of a chart: a line with `points` that grow, or marks, or symbols along lines, or the area of a band.
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
 * @property {number} [ceiling] marks above it are drawn at it: the end of a cropped axis
 * @property {Symbols} [symbols]
 * @property {{x: ArrayLike<number>, y: ArrayLike<number>}} [area]
 * @property {string} [fill] the colour of the area between the line and 0
 * @property {Line} [line]
 * @property {string[]} [runs] ids of its runs
 * @property {number} [settled] how many points of the line will not change any more
 * @property {number} [drawn] how many points, or symbols, are drawn
 * @property {"lines" | "markers"} [mode] the mode with which Plotly has drawn it
 */

/**
 * The settings with which the traces of a chart are made.
 * @typedef {object} FigureOptions
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

/** If a curve has at most this many rows, all are drawn. Otherwise two points of each bin are drawn. */
const MAX_WHOLE = 4000;
/** A curve has at most this many bins. */
const MAX_BINS = 450;
/** All curves of a chart together have at most this many points, so that twenty long runs are drawn as fast as one. */
const MAX_POINTS = 48_000;
/** With more runs than this, the measured curves behind the smoothed ones are left out, because they would cover everything. */
const MAX_RAW_RUNS = 24;
/** With more runs than this, areas are not filled, because they would cover each other. */
const MAX_AREAS = 8;

export class TraceMaker {
  /** @type {Map<string, Curve>} */
  #curves = new Map();
  #maxPoints = Infinity;
  /** Series → the overview that is drawn in its place. @type {Map<Series, NonNullable<Series["overview"]>>} */
  #overviews = new Map();
  /** Curves on which a mark may move when more rows come. @type {Set<Curve | GroupCurve>} */
  #unmarked = new Set();
  /** Whether curves show groups of runs; then new rows cannot be drawn as tails. */
  #grouped = false;
  /** @type {Symbols | null} */
  #symbols = null;

  /**
   * The traces of a chart.
   * @param {Run[]} runs the shown runs, oldest first
   * @param {Quantity} what see quantities.js
   * @param {FigureOptions} options
   * @returns {Trace[]}
   */
  traces(runs, what, options) {
    const { bands, strokes, allMarks, axis: axisName, across, smoothing, range, dark } = options;
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
    const drawn = new Set(runs.map(({ id }) => id));
    for (const run of runs) {
      const group = bands?.groups.find(
        (candidate) => candidate.runs.length > 1 && candidate.runs.includes(run),
      );
      const series = run[what.stream];
      const { overview } = series;
      // before a fork, the curve is that of its origin
      const { origin } = run;
      const since = origin && drawn.has(origin.run) && !bands ? origin.iteration : 0;
      if (overview) this.#overviews.set(series, overview);
      for (const line of linesOf(what, run)) {
        if (overview) {
          if (axis.timed || what.timed) continue; // an overview has no times; the rows will come soon
          const curve = new Curve(overview.points, {
            ...line,
            smoothing: 0,
            bin: 1,
            range,
            x: axis.x?.(run),
            since,
          });
          curve.advance();
          traces.push(this.#outline(run, line, curve, options));
          continue;
        }
        const x = axis.x?.(run);
        const bin = binOf(run, what.stream, range, maxPoints, x?.(series));
        const ended = smoothing > 0 && hasEnded(run);
        const key = [run.id, line.series, smoothing, ended, range, bin, axisName, since].join();
        const earlier = this.#curves.get(key);
        const curve = earlier?.follows(series)
          ? earlier
          : new Curve(series, { ...line, smoothing, ended, bin, range, x, since });
        kept.set(key, curve);
        curve.advance();
        const filled = what.area && runs.length <= MAX_AREAS;
        if (!group) traces.push(...this.#lines(run, line, curve, options, { raw, filled }));
        else grouped.set(group, [...(grouped.get(group) ?? []), [line, curve]]);
      }
    }
    this.#curves = kept;
    for (const [group, curves] of grouped) {
      this.#grouped = true;
      for (const line of what.lines) {
        const own = curves.filter(([of, { xs }]) => of === line && xs.length).map(([, curve]) => curve);
        if (bands && own.length)
          traces.push(...this.#band(group, line, new GroupCurve(own, SPREADS[bands.spread], range), options));
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
   * Take new rows.
   * @returns {boolean} false if the traces must be made again: a curve has too many points now, or rows in place of an
   *   overview, or marks that may have moved
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
   * @param {FigureOptions["across"]} across
   */
  #symbolsOf(traces, across) {
    const symbols = new Symbols(across);
    for (const { line, symbol, color = "" } of traces)
      if (line && symbol) symbols.follow(line.curve, symbol, color, line.run.number);
    symbols.advance();
    return symbols;
  }

  /**
   * The mean of a group, and behind it the band of its spread.
   * @param {Group} group
   * @param {QuantityLine} of
   * @param {GroupCurve} curve
   * @param {FigureOptions} options
   * @returns {Trace[]}
   */
  #band({ runs, label, value, hue }, of, curve, options) {
    const { series, part } = of;
    const [{ number }] = runs;
    const run = { id: `group-${runs[0].id}`, number, name: label, hue, annotations: [] };
    const look = lookOf(run, of, options, runs);
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
    const line = { run, series, label, value, part: part && options.partNames[part], curve };
    return [
      {
        ...look,
        uid: `${uid}-band`,
        meta: { run: run.id, series: `${series}-band` },
        color: faint(color(hue, options.dark), options.dark),
        runs: ids,
        area,
      },
      { ...look, uid, meta: named(run, `${series}-mean`, look), runs: ids, points, line },
    ];
  }

  /**
   * The curve from the overview, until the rows come. It is never smoothed, because an overview has no single rows.
   * @param {Run} run
   * @param {QuantityLine} line
   * @param {Curve} curve
   * @param {FigureOptions} options
   * @returns {Trace}
   */
  #outline(run, line, curve, options) {
    const { series } = line;
    const look = lookOf(run, line, options, [run]);
    if (options.smoothing) look.width = 1;
    const uid = `${series}-${run.id}-outline`.replace(/[^\w-]/g, "_");
    const meta = { run: run.id, series: `${series}-outline` };
    return { ...look, uid, meta, runs: [run.id], points: curve.raw };
  }

  /**
   * @param {Run} run
   * @param {QuantityLine} of
   * @param {Curve} curve
   * @param {FigureOptions} options
   * @param {{raw: boolean, filled?: boolean}} also whether to draw the measured curve behind the smoothed one, and the area
   * @returns {Trace[]}
   */
  #lines(run, of, curve, options, { raw, filled }) {
    const { series, part, layer } = of;
    const look = lookOf(run, of, options, [run]);
    const uid = `${series}-${run.id}`.replace(/[^\w-]/g, "_");
    const label = layer ? layerName(layer) : (options.names.get(run.id) ?? run.name);
    const line = { run, series, label, part: part && options.partNames[part], layer, curve };
    const runs = [run.id];
    const fill = filled ? faint(look.color, options.dark) : undefined;
    if (!curve.smoothed)
      return [{ ...look, uid, meta: named(run, series, look), runs, points: curve.raw, line, fill }];
    const behind = {
      ...look,
      uid,
      runs,
      meta: { run: run.id, series },
      color: faint(look.color, options.dark),
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
 * The size of a bin: of this many rows, two points are drawn. It is computed for the planned length of the run, so that it does
 * not change while the run trains. If the run is longer, the size doubles when needed.
 * @param {Run} run
 * @param {Stream} stream
 * @param {[number, number] | null} range
 * @param {number} maxPoints
 * @param {(row: number) => number} [x]
 */
function binOf(run, stream, range, maxPoints, x) {
  const series = run[stream];
  if (x && range) {
    // x does not count rows, so the number of rows in the range is estimated from the mean distance of rows
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
  // At the beginning of a long run all rows are drawn; the curve is thinned later, when it has many.
  if (!range && last / spacing <= maxPoints / 2) return 1;
  return rows <= maxPoints ? 1 : 2 ** Math.ceil(Math.log2(rows / Math.min(MAX_BINS, maxPoints / 2)));
}
