/**
 * Marks: what happened to a run, on its curves. Always shown are a diamond where it was forked from another run, a cross where
 * its values are no longer finite, a triangle where it was changed by hand, and a crossed circle where its network died. If they
 * are switched on in the chart's menu, marks also show the best accuracy (on validation images if the run has some, else on test
 * images; only if it is above chance), an early stop and a plateau.
 */

import { color } from "../page/palette.js";
import { lowerBound, nearest } from "../state/series.js";
import { number, percent, t } from "../words/i18n.js";
import { aboveChance, originText } from "../words/labels.js";
import { hasCode } from "../words/reasons.js";

/**
 * @import { Line, Trace } from "./traces.js"
 * @import { RunOrGroup } from "./curve-look.js"
 */

/** A run has a plateau if its test accuracy gained less than PLATEAU_GAIN over the last PLATEAU_SHARE of the run. */
const PLATEAU_SHARE = 0.3;
const PLATEAU_GAIN = 0.005;

/** The kinds of marks: Plotly's name of the symbol, whether it is a filled shape, and a character for texts. */
const KINDS = {
  best: { symbol: "star", filled: true, character: "★" },
  plateau: { symbol: "line-ns-open", filled: false, character: "│" },
  stopped: { symbol: "square-open", filled: false, character: "□" },
  changed: { symbol: "triangle-down", filled: true, character: "▼" },
  fork: { symbol: "diamond", filled: true, character: "◆" },
  dead: { symbol: "circle-x-open", filled: false, character: "⊗" },
  diverged: { symbol: "x-thin", filled: false, character: "✕" },
};

/** The character of a run that diverged. */
export const DIVERGED = KINDS.diverged.character;

/** @typedef {keyof typeof KINDS} MarkKind */
/** A mark at a row of a line. @typedef {{x: number, row: number, kind: MarkKind, note: string}} Mark */

/** Whether the symbol of a kind of mark is a filled shape. @param {MarkKind} kind */
export function isFilled(kind) {
  return KINDS[kind].filled;
}

/**
 * The kinds of marks that are shown: of the marks of curves, and of names. A run that diverged has a cross in its name.
 * @param {Trace[]} traces
 * @returns {MarkKind[]}
 */
export function kindsOf(traces) {
  return traces.flatMap(
    ({ marks, line }) => marks?.kinds ?? (line && hasDiverged(line.run) ? ["diverged"] : []),
  );
}

/** Whether a run ended because its values were no longer finite. @param {RunOrGroup} run */
export function hasDiverged({ status }) {
  return status === "diverged";
}

/** The meaning of these kinds of marks, in one short line. @param {Iterable<MarkKind>} kinds */
export function keyOfMarks(kinds) {
  const shown = new Set(kinds);
  const all = /** @type {MarkKind[]} */ (Object.keys(KINDS)).filter((kind) => shown.has(kind));
  return all.map((kind) => `${KINDS[kind].character} ${t(`mark.key.${kind}`)}`).join("  ");
}

/**
 * A trace with the marks of all lines, or null if there are none.
 * @param {Trace[]} traces see traces.js; a group's line has no marks
 * @param {{dark: boolean, all: boolean}} options
 */
export function marksOf(traces, { dark, all }) {
  /** @type {NonNullable<Trace["marks"]>} */
  const marks = { x: [], y: [], kinds: [], symbol: [], colors: [], notes: [] };
  for (const { line, color: own = "" } of traces) {
    if (!line || "counts" in line.curve) continue;
    for (const { x, row, kind, note } of [...alwaysShown(line), ...(all ? shownIfSwitchedOn(line) : [])]) {
      marks.x.push(x);
      marks.y.push((line.curve.smoothedYs ?? line.curve.ys)[row]);
      marks.kinds.push(kind);
      marks.symbol.push(KINDS[kind].symbol);
      marks.colors.push(line.layer === undefined ? color(line.run.hue, dark) : own);
      marks.notes.push(`${KINDS[kind].character} ${note}`);
    }
  }
  return marks.x.length ? { uid: "marks", meta: { run: "", series: "marks" }, name: "", marks } : null;
}

/**
 * Whether the marks of a line may move when more rows come: true if the run has ended (its rows may still be loading, and the
 * best may be among them), or if a mark belongs to an iteration after the last row.
 * @param {Line} line
 */
export function awaitsRows({ run, curve }) {
  const last = curve.iterations?.at(-1) ?? 0;
  const marked = [...(run.annotations ?? []), ...(run.origin ? [run.origin] : [])];
  return Boolean(run.finished_at) || marked.some(({ iteration }) => iteration > last);
}

/**
 * @param {Line} line
 * @returns {Generator<Mark>}
 */
function* alwaysShown({ run, curve }) {
  const { xs, ys, iterations } = curve;
  if (run.origin && iterations.length) {
    const row = Math.max(0, lowerBound(iterations, run.origin.iteration + 1) - 1);
    yield { x: xs[row], row, kind: "fork", note: `${run.name}: ${originText(run.origin)}` };
  }
  for (const annotation of run.annotations ?? []) {
    const { iteration } = annotation;
    const row = nearest(iterations, iteration);
    if (row < 0) continue;
    if (annotation.kind === "dead")
      yield {
        x: xs[row],
        row,
        kind: "dead",
        note: `${where(run, iteration)}: ${t("mark.dead")}`,
      };
    if (annotation.kind !== "live") continue;
    const changes = Object.entries(annotation.changes).map(
      ([name, [before, after]]) => `${t(`annotation.${name}`)} ${before} → ${after}`,
    );
    yield {
      x: xs[row],
      row,
      kind: "changed",
      note: `${where(run, iteration)}: ${changes.join(", ")}`,
    };
  }
  let row = ys.length - 1;
  if (row < 0 || Number.isFinite(ys[row])) return;
  while (row >= 0 && !Number.isFinite(ys[row])) row--;
  if (row >= 0)
    yield {
      x: xs[row + 1],
      row,
      kind: "diverged",
      note: `${where(run, iterations[row + 1])}: ${t("mark.diverged")}`,
    };
}

/**
 * @param {Line} line
 * @returns {Generator<Mark>}
 */
function* shownIfSwitchedOn({ run, series, curve }) {
  const { xs, ys, iterations } = curve;
  const last = ys.length - 1;
  if (last < 0) return;
  if (hasCode(run.why, "stopped_early")) {
    yield {
      x: xs[last],
      row: last,
      kind: "stopped",
      note: `${where(run, iterations[last])}: ${t("mark.stopped")}`,
    };
  }
  if (!run.finished_at) return; // while the run trains, the best iteration would change again and again
  const best = series === choosingSeries(run) ? ys.indexOf(highest(ys)) : -1;
  if (best >= 0 && ys[best] > aboveChance(run.summary?.dataset ?? ""))
    yield {
      x: xs[best],
      row: best,
      kind: "best",
      note: `${where(run, iterations[best])}: ${bestText(run, ys[best], best)}`,
    };
  if (series !== "test_accuracy") return;
  const flat = plateau(ys, iterations);
  // a run that has not learnt has no plateau: it is flat from the start
  if (flat < 0 || highest(ys) <= aboveChance(run.summary?.dataset ?? "")) return;
  const rule = t("mark.plateau", { gain: percent(PLATEAU_GAIN), share: percent(PLATEAU_SHARE, 0) });
  yield {
    x: xs[flat],
    row: flat,
    kind: "plateau",
    note: `${where(run, iterations[flat])}: ${rule}`,
  };
}

/** The best iteration is chosen by validation images where a run has some. @param {RunOrGroup} run */
function choosingSeries({ summary }) {
  return summary?.validation_size ? "validation_accuracy" : "test_accuracy";
}

/**
 * The best value, and what the test accuracy was there if it was not chosen by that.
 * @param {RunOrGroup} run
 * @param {number} best
 * @param {number} row
 */
function bestText(run, best, row) {
  const value = percent(best, 2);
  if (!run.summary?.validation_size) return t("mark.best", { value });
  const tested = run.evaluation?.column("test_accuracy");
  if (!tested) return t("mark.best_validation_alone", { value }); // the test set is closed
  const test = percent(tested[row], 2);
  return t("mark.best_validation", { value, test });
}

/**
 * The first row of the plateau at the end of a curve; -1 if there is none.
 * @param {Float32Array | Float64Array} ys
 * @param {ArrayLike<number>} iterations
 */
function plateau(ys, iterations) {
  const best = highest(ys);
  const row = ys.findIndex((value) => value >= best - PLATEAU_GAIN);
  const end = iterations[iterations.length - 1];
  return row >= 0 && end - iterations[row] >= PLATEAU_SHARE * end ? row : -1;
}

/**
 * The highest value; NaN does not count.
 * @param {Float32Array | Float64Array} values
 */
function highest(values) {
  let best = -Infinity;
  for (const value of values) if (value > best) best = value;
  return best;
}

/**
 * @param {RunOrGroup} run
 * @param {number} iteration
 */
function where(run, iteration) {
  return `${run.name}, ${t("chart.iteration")} ${number(iteration)}`;
}
