/**
 * Figures: what a chart shows, as plain data for `plot.js`. Knows runs and curves, not the page and not Plotly.
 *
 * A trace: {uid, meta: {run, series}, name, color, dash, width, points} for a line, whose `points` grow, or
 * {…, marks: {x, y, symbol, colors, notes}}, or {…, area: {x, y}} for a band. A line that is hovered over also has `line`: {run, series, label, part, curve}.
 */

import { color, dash } from "../palette.js";
import { axisOf, startOf } from "./axes.js";
import { Curve } from "./curve.js";
import { GroupCurve, SPREADS } from "./groups.js";
import { marksOf } from "./marks.js";

/** Up to that many rows every one is drawn; beyond, two of each bin, of which there are this many at most. */
const EVERY = 4000;
const BINS = 450;
/** All curves of a chart together have this many points at most, so that twenty long runs draw as fast as one. */
const BUDGET = 48_000;
/** With more runs than that the raw curves behind the smoothed ones are a fog, and are left out. */
const RAW = 24;

export class Figure {
  #curves = new Map();
  #most = Infinity;
  /** Series → the overview that stands for it. */
  #overviews = new Map();
  /** Curves stand for several runs: what is new cannot be drawn as a tail. */
  #grouped = false;

  /**
   * The traces of a chart.
   * @param {object[]} runs the shown ones, oldest first
   * @param {{lines: object[], stream: string}} what see quantities.js
   * @param {{bands: {spread: string, groups: object[]} | null, allMarks: boolean, axis: string, smoothing: number, range: [number, number] | null, dark: boolean, partNames: Record<string, string>}} how
   */
  traces(runs, what, { bands, allMarks, axis: axisName, smoothing, range, dark, partNames }) {
    const axis = axisOf(axisName);
    const kept = new Map();
    const raw = runs.length <= RAW;
    const most = Math.min(EVERY, BUDGET / Math.max(1, runs.length * what.lines.length * (smoothing && raw ? 2 : 1)));
    this.#most = 2 * Math.max(most, BINS + 32);
    const traces = [];
    this.#overviews.clear();
    const grouped = new Map();
    this.#grouped = false;
    for (const run of runs) {
      const group = bands?.groups.find((one) => one.runs.length > 1 && one.runs.includes(run));
      const series = run[what.stream];
      const { overview } = series;
      if (overview) this.#overviews.set(series, overview);
      for (const line of what.lines) {
        if (overview) {
          if (axis.timed) continue; // an overview does not know when its points came; the rows are on their way
          const curve = new Curve(overview.points, { ...line, smoothing: 0, bin: 1, range, x: axis.x?.(run) });
          curve.advance();
          traces.push(this.#outline(run, line, curve, { dark, partNames, smoothing }));
          continue;
        }
        const x = axis.x?.(run);
        const bin = binOf(run, what.stream, range, most, x?.(series));
        const key = [run.id, line.series, smoothing, range, bin, axisName, axis.timed && startOf(run)].join();
        const curve = this.#curves.get(key) ?? new Curve(series, { ...line, smoothing, bin, range, x });
        kept.set(key, curve);
        curve.advance();
        if (!group) traces.push(...this.#lines(run, line, curve, { dark, partNames, raw }));
        else if (grouped.has(group)) grouped.get(group).push([line, curve]);
        else grouped.set(group, [[line, curve]]);
      }
    }
    this.#curves = kept;
    for (const [group, curves] of grouped) {
      this.#grouped = true;
      for (const line of what.lines) {
        const own = curves.filter(([of, { xs }]) => of === line && xs.length).map(([, curve]) => curve);
        if (own.length) traces.push(...this.#band(group, line, new GroupCurve(own, SPREADS[bands.spread], range), { dark, partNames }));
      }
    }
    const marks = marksOf(traces, { dark, all: allMarks });
    if (marks) traces.push(marks);
    return traces;
  }

  /**
   * Take the rows that have come.
   * @returns {boolean} false if a curve has more points by now than it was made for, or its rows instead of an overview
   */
  advance() {
    let fits = !this.#grouped && [...this.#overviews].every(([series, overview]) => series.overview === overview);
    for (const curve of this.#curves.values()) {
      curve.advance();
      fits &&= curve.raw.x.length < this.#most;
    }
    return fits;
  }

  #look(run, part, { dark, partNames }) {
    const name = part ? `${run.name} · ${partNames[part]}` : run.name;
    const look = { name, color: color(run.color, dark), dash: dash(run.color), width: 2 };
    return part === "train" ? { ...look, dash: "dot", width: 1.3 } : look;
  }

  /** A group's mean, and behind it how far its runs are apart. */
  #band({ runs, label }, { series, part }, curve, { dark, partNames }) {
    const run = { id: `group-${runs[0].id}`, name: label, color: runs[0].color, started_at: Math.min(...runs.map(startOf)), annotations: [] };
    const look = { ...this.#look(run, part, { dark, partNames }), dash: part === "train" ? "dot" : "solid" };
    const uid = `${series}-${run.id}`.replace(/[^\w-]/g, "_");
    const { xs, ys, lows, highs } = curve;
    const area = { x: [...xs, ...xs.toReversed()], y: [...highs, ...lows.toReversed()] };
    const points = { x: xs, y: ys, count: xs.length, settled: xs.length, lowest: Math.min(...lows), highest: Math.max(...highs) };
    const line = { run, series, label, part: partNames[part], curve };
    return [
      { ...look, uid: `${uid}-band`, meta: { run: run.id, series: `${series}-band` }, color: faint(look.color, dark), area },
      { ...look, uid, meta: { run: run.id, series: `${series}-mean`, named: true }, points, line },
    ];
  }

  /** Where a curve runs while its rows are on their way. What they would be smoothed to is not known yet. */
  #outline(run, { series, part }, curve, { dark, partNames, smoothing }) {
    const look = this.#look(run, part, { dark, partNames });
    if (smoothing) look.width = 1;
    const uid = `${series}-${run.id}-outline`.replace(/[^\w-]/g, "_");
    return { ...look, uid, meta: { run: run.id, series: `${series}-outline` }, points: curve.raw };
  }

  #lines(run, { series, part }, curve, { dark, partNames, raw }) {
    const look = this.#look(run, part, { dark, partNames });
    const uid = `${series}-${run.id}`.replace(/[^\w-]/g, "_");
    const line = { run, series, label: run.name, part: partNames[part], curve };
    if (!curve.even) return [{ ...look, uid, meta: { run: run.id, series, named: true }, points: curve.raw, line }];
    const behind = { ...look, uid, meta: { run: run.id, series }, color: faint(look.color, dark), width: 1, points: curve.raw };
    const meta = { run: run.id, series: `${series}-smoothed`, named: true };
    const smoothed = { ...look, uid: `${uid}-smoothed`, meta, points: curve.even, line };
    return raw ? [behind, smoothed] : [smoothed];
  }
}

/**
 * Rows of which two are drawn. It is counted for the run's planned length, so that it stays while the run goes on;
 * where the plan is not known or the run is longer, it follows in doublings.
 */
function binOf(run, stream, range, most, x) {
  const series = run[stream];
  if (x && range) {
    // on an axis that is not counted in rows, as many as its own pace makes
    const length = series.length ? x(series.length - 1) - x(0) : 0;
    const rows = length > 0 ? (series.length * Math.min(length, range[1] - range[0])) / length : series.length;
    return rows <= most ? 1 : 2 ** Math.ceil(Math.log2(rows / Math.min(BINS, most / 2)));
  }
  const last = series.length ? series.last("iteration") : 0;
  const spacing = stream === "train" ? 1 : series.length ? last / series.length : Infinity;
  const end = Math.max(run.iterations, last);
  const [from, to] = range ? [Math.max(0, range[0]), Math.min(end, range[1])] : [0, end];
  const rows = Math.max(0, to - from) / spacing;
  // While a long run is young, all of it is drawn: it is thinned for its planned length once that pays.
  if (!range && last / spacing <= most / 2) return 1;
  return rows <= most ? 1 : 2 ** Math.ceil(Math.log2(rows / Math.min(BINS, most / 2)));
}

/** A colour that lets the ground through. (A see-through trace would be painted apart, at several times the cost.) */
function faint(hex, dark) {
  return `${hex}${dark ? "48" : "40"}`;
}
