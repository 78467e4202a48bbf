/** What the page says of a class: banners, owners. Pure functions of what the server says. */

import { number, t } from "../words/i18n.js";
import { lessonTitle } from "../words/labels.js";

/**
 * @import { Run, RunView } from "../types.js"
 * @import { PersonOfPage, Shown } from "./types.js"
 */

/** A banner names at most this many runs; of more, it says how many. */
const MAX_NAMED = 2;

/**
 * The number and, if one may see it, the nickname of the person who launched a run.
 * @param {Pick<RunView, "owner">} run
 */
export function ownerText({ owner }) {
  if (!owner) return "";
  if (owner.number === null) return t("class.teacher");
  return [number(owner.number), owner.nickname].filter(Boolean).join(" ");
}

/** The same as a part of a sentence. @param {Pick<RunView, "owner">} run */
export function ownerPhrase({ owner }) {
  if (!owner) return "";
  if (owner.number === null) return t("class.the_teacher");
  return owner.nickname ? ownerText({ owner }) : t("class.number", { n: number(owner.number) });
}

/**
 * What is shown to all, as a part of a sentence.
 * @param {Shown} shown
 * @param {Pick<Run, "id" | "name" | "owner">[]} runs those that the page knows
 */
export function shownText(shown, runs) {
  if (shown.kind === "lesson") return lessonTitle(shown.lesson);
  if (shown.kind === "person") return t("class.banner.person", { n: number(shown.number) });
  const names = shown.runs.flatMap((id) => runs.find((run) => run.id === id)?.name ?? []);
  const what =
    names.length === shown.runs.length && names.length <= MAX_NAMED
      ? names.join(t("class.banner.and"))
      : t(shown.runs.length === 1 ? "class.banner.a_run" : "class.banner.runs", {
          n: number(shown.runs.length),
        });
  return shown.kind === "moment"
    ? t("class.banner.moment", { what, iteration: number(shown.iteration) })
    : what;
}

/**
 * The banners of a page, each with its kind: what the teacher does with all pages, and until when.
 * @param {{held?: boolean, stepped?: number | null, shown?: Shown | null}} classroom
 * @param {PersonOfPage} person
 * @param {Pick<Run, "id" | "name" | "owner">[]} runs
 * @returns {{kind: "held" | "shown", text: string}[]}
 */
export function bannersOf({ held, stepped, shown }, { role }, runs) {
  const whose = role === "teacher" ? "own" : "student";
  /** @type {{kind: "held" | "shown", text: string}[]} */
  const banners = [];
  if (held) {
    const key = typeof stepped !== "number" ? "held" : stepped ? "stepped" : "stands";
    banners.push({ kind: "held", text: t(`class.banner.${key}.${whose}`, { n: number(stepped ?? 0) }) });
  }
  if (shown)
    banners.push({ kind: "shown", text: t(`class.banner.shown.${whose}`, { what: shownText(shown, runs) }) });
  return banners;
}

/**
 * A list in parts of at most `size`.
 * @template Item
 * @param {Item[]} items
 * @param {number} size
 */
export function inParts(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
