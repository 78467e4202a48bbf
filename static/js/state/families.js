/** Families: runs and what was forked from them. Pure functions of run objects. */

/** @import { Run } from "../types.js" */

/** @typedef {Pick<Run, "id" | "number" | "origin">} Forked */

/**
 * The run that a run was forked from, if it is among these; it is always older.
 * @template {Forked} One
 * @param {One} run
 * @param {Map<string, One>} runs by id
 */
function originIn({ number, origin }, runs) {
  const from = origin && runs.get(origin.run);
  return from && from.number < number ? from : undefined;
}

/**
 * The oldest run that a run goes back to, as far as the runs on the way are there.
 * @template {Forked} One
 * @param {One} run
 * @param {Map<string, One>} runs by id
 * @returns {One}
 */
export function rootOf(run, runs) {
  const from = originIn(run, runs);
  return from ? rootOf(from, runs) : run;
}

/**
 * Runs in the given order, but forks beneath the run that they were forked from.
 * @template {Forked} One
 * @param {One[]} runs
 * @returns {{runs: One[], nested: Set<string>}} `nested`: ids of the forks that stand beneath their origin
 */
export function inFamilies(runs) {
  if (runs.every(({ origin }) => !origin)) return { runs, nested: new Set() };
  const byId = new Map(runs.map((run) => [run.id, run]));
  const forks = Map.groupBy(runs, (run) => originIn(run, byId));
  /** @param {One} run @returns {One[]} */
  const family = (run) => [run, ...(forks.get(run) ?? []).flatMap(family)];
  const roots = forks.get(undefined) ?? [];
  const isRoot = new Set(roots);
  return {
    runs: roots.flatMap(family),
    nested: new Set(runs.filter((run) => !isRoot.has(run)).map(({ id }) => id)),
  };
}
