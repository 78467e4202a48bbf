/** The courses of lessons. It uses no document. */

/** @import { Lesson } from "../types.js" */

/**
 * The lessons of each course together; those that are in none come last, with an empty title.
 * @template {Pick<Lesson, "course">} Of
 * @param {Of[]} lessons in their order
 * @param {string} language that of the titles
 * @returns {{title: string, lessons: Of[]}[]}
 */
export function byCourse(lessons, language) {
  /** @type {Map<string, Of[]>} */
  const courses = new Map();
  for (const lesson of lessons) {
    const title = lesson.course?.[language] ?? "";
    courses.set(title, [...(courses.get(title) ?? []), lesson]);
  }
  const all = [...courses].map(([title, own]) => ({ title, lessons: own }));
  return [...all.filter(({ title }) => title), ...all.filter(({ title }) => !title)];
}
