/**
 * Groups of the class's curves: runs with the same name are one group with one colour, as the runs of a lesson are.
 * Where no name is shared, all runs are one group. It uses no document.
 */

import { cssColor } from "../page/palette.js";

/** @import { Tile, CurveView } from "./tile.js" */

/** The most groups with a colour of their own. */
export const MAX_GROUPS = 4;
/** A name is a group when this many students have runs of that name. */
const MIN_STUDENTS = 2;

/**
 * Runs that are compared. `hue`: an index of the palette; null: the runs of many names, without a colour of their own.
 * `curves` has one entry for each run.
 * @typedef {{name: string, hue: number | null, isRest: boolean, curves: CurveView[]}} CurveGroup
 */

/** How many hues groups may have: those that the palette uses first. */
const HUES = 8;

/** Colours of the groups. A name keeps its colour, unless another one that is shown with it has the same. */
export class GroupColors {
  /** @type {Map<string, number>} */
  #hues = new Map();

  /**
   * The hue of each name, all different.
   * @param {string[]} names at most `MAX_GROUPS`
   */
  of(names) {
    const shown = new Map();
    for (const name of names) {
      const hue = this.#hues.get(name);
      if (hue === undefined || [...shown.values()].includes(hue)) this.#hues.set(name, this.#free(names));
      shown.set(name, this.#hues.get(name));
    }
    return shown;
  }

  /** A hue that no name has had yet. If all were used: one that none of these names has now. @param {string[]} names */
  #free(names) {
    const ever = new Set(this.#hues.values());
    const now = new Set(names.map((name) => this.#hues.get(name)));
    const hues = Array.from({ length: HUES }, (_, hue) => hue);
    return hues.find((hue) => !ever.has(hue)) ?? hues.find((hue) => !now.has(hue)) ?? 0;
  }
}

/**
 * The groups of the runs of the wall.
 * @param {Tile[]} tiles
 * @param {GroupColors} colors
 */
export function groupsOf(tiles, colors) {
  /** @type {Map<string, {students: Set<string>, curves: CurveView[]}>} */
  const named = new Map();
  for (const tile of tiles) {
    const curves = new Map(tile.curves.map((curve) => [curve.training, curve]));
    for (const { name, training } of tile.runs) {
      const curve = curves.get(training);
      if (!curve) continue;
      const group = named.get(name) ?? { students: new Set(), curves: [] };
      group.students.add(tile.person);
      group.curves.push(curve);
      named.set(name, group);
    }
  }
  const all = [...named].map(([name, { students, curves }]) => ({ name, people: students.size, curves }));
  return withRest(all, colors);
}

/**
 * The names that most people share, each as a group with a colour; all others are one group.
 * @param {{name: string, people: number, curves: CurveView[]}[]} all an empty name is not shared
 * @param {GroupColors} colors
 * @returns {CurveGroup[]} the largest first; all others last
 */
export function withRest(all, colors) {
  const shared = all.filter(({ name, people }) => name && people >= MIN_STUDENTS);
  const largest = shared.sort((a, b) => b.people - a.people).slice(0, MAX_GROUPS);
  const hues = colors.of(largest.map(({ name }) => name));
  const groups = largest.map(({ name, curves }) => ({
    name,
    hue: hues.get(name) ?? 0,
    isRest: false,
    curves,
  }));
  const rest = all.filter(({ name }) => !hues.has(name)).flatMap(({ curves }) => curves);
  return rest.length ? [...groups, { name: "", hue: null, isRest: groups.length > 0, curves: rest }] : groups;
}

/** The color of a group for CSS; it follows the theme. @param {CurveGroup} group */
export function colorOf({ hue, isRest }) {
  return hue === null ? `var(${isRest ? "--quiet" : "--accent"})` : cssColor(hue);
}

/**
 * The color of a run's curve, by the run's name.
 * @param {CurveGroup[]} groups
 * @returns {(name: string) => string}
 */
export function colorByName(groups) {
  const colors = new Map(groups.map((group) => [group.name, colorOf(group)]));
  return (name) => colors.get(name) ?? colors.get("") ?? "var(--accent)";
}
