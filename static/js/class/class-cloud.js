/**
 * The curves of all students, without names, as the server sends them to students while the teacher lets them see it; and one's own
 * curves among them. It does not touch the DOM, so Node can test it.
 */

import { withRest } from "./groups.js";

/**
 * @import { Run } from "../types.js"
 * @import { CurveGroup, GroupColors } from "./groups.js"
 * @import { CurveView } from "./tile.js"
 */

/** The message "cloud": which curves there are, and how many runs show each; null: the cloud is not shown.
 * @typedef {{groups: {name: string, people: number, curves: [id: string, runs: number][]}[] | null}} CloudMessage
 */

/** The message "cloud_curve". @typedef {Omit<CurveView, "training" | "best" | "iteration"> & {id: string}} CloudCurve */

/** @param {CloudCurve} message @returns {CurveView} */
export function viewOfCurve({ id, ...curve }) {
  return { ...curve, training: id, iteration: curve.points.at(-1)?.[0] ?? 0, best: null };
}

/**
 * The groups of the chart: those of most people have a colour, all others are one group, the last.
 * @param {CloudMessage["groups"]} groups
 * @param {Map<string, CurveView>} curves by id
 * @param {GroupColors} colors
 * @returns {CurveGroup[]}
 */
export function cloudGroups(groups, curves, colors) {
  const all = (groups ?? []).map(({ name, people, curves: shown }) => ({
    name,
    people,
    // an entry for each run, as the median is one of runs
    curves: shown.flatMap(([id, runs]) => Array.from({ length: runs }, () => curves.get(id) ?? [])).flat(),
  }));
  return withRest(all, colors);
}

/** The most runs of a person in the cloud; as in app/people/wall.py. */
const MAX_RUNS = 9;

/**
 * Of a person's runs those that the cloud has: the first of those that were launched together last.
 * @template {Pick<Run, "number" | "group_id" | "archived">} One
 * @param {One[]} runs
 */
export const inCloud = (runs) =>
  launchedLast(runs)
    .sort((a, b) => a.number - b.number)
    .slice(0, MAX_RUNS);

/**
 * The runs that were launched together last; archived ones do not count.
 * @template {Pick<Run, "number" | "group_id" | "archived">} One
 * @param {One[]} runs
 */
export function launchedLast(runs) {
  const [newest] = runs.filter(({ archived }) => !archived).sort((a, b) => b.number - a.number);
  return runs.filter(
    (run) =>
      run === newest || (!run.archived && newest?.group_id != null && run.group_id === newest.group_id),
  );
}

/**
 * The curve of a run on this page, as the wall has those of the class.
 * @param {Pick<Run, "id" | "status" | "iteration" | "iterations" | "evaluation" | "summary">} run
 * @returns {CurveView}
 */
export function viewOfRun({ id, status, iteration, iterations, evaluation, summary }) {
  const metric = summary.validation_size ? "validation_accuracy" : "test_accuracy";
  const [iterationColumn, values] = [evaluation.column("iteration"), evaluation.column(metric)];
  /** @type {[number, number][]} */
  const points = iterationColumn && values ? Array.from(iterationColumn, (x, i) => [x, values[i]]) : [];
  const finite = points.filter(([, value]) => Number.isFinite(value));
  return { training: id, status, iteration, iterations, metric, chance: 0, best: null, points: finite };
}
