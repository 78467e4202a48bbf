/** The courses of lessons: their order, and the lessons without one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { byCourse } from "../../static/js/lessons/courses.js";

test("lessons stand with those of their course, in their order, and those of no course last", () => {
  /** @param {string} slug @param {string} [title] */
  const lesson = (slug, title) => ({ slug, ...(title ? { course: { en: title, ja: `${title} ja` } } : {}) });
  const lessons = [lesson("a", "Two"), lesson("x"), lesson("b", "One"), lesson("c", "Two")];
  const slugs = (/** @type {string} */ language) =>
    byCourse(lessons, language).map(({ title, lessons: own }) => [title, own.map(({ slug }) => slug).join()]);
  assert.deepEqual(slugs("en"), [
    ["Two", "a,c"],
    ["One", "b"],
    ["", "x"],
  ]);
  assert.deepEqual(slugs("ja")[0], ["Two ja", "a,c"]);
  assert.deepEqual(byCourse([], "en"), []);
});
