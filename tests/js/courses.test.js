/** The courses of lessons: their order, and the lessons without one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { byCourse } from "../../static/js/lessons/courses.js";
import { allLessons, inReadersLanguage, registerLessons } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";

/** @import { Lesson } from "../../static/js/types.js" */

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

test("a page that changes its language has the lessons in both, and one that the lab has no more in the first", () => {
  /** A lesson as the server sends it in a language. @param {string} slug @param {string} text @param {string} language @returns {Lesson} */
  const lesson = (slug, text, language) => {
    const texts = { [language]: text };
    const about = { title: texts, question: { ...texts }, course: { ...texts } };
    return { slug, section: "1a", runs: [], dataset: "digits", made_for: "digits", ...about };
  };
  speakAs("en");
  registerLessons([lesson("kept", "Kept", "en"), lesson("removed", "Removed", "en")]);
  speakAs("ja");
  registerLessons([lesson("kept", "残る", "ja")]);
  const titles = () => allLessons().map(({ title }) => inReadersLanguage(title));
  const courses = (/** @type {string} */ language) =>
    byCourse(allLessons(), language).map(({ title }) => title);
  assert.deepEqual(titles(), ["残る", "Removed"]);
  assert.deepEqual(courses("ja"), ["残る", ""]);
  speakAs("en");
  assert.deepEqual(titles(), ["Kept", "Removed"]);
  assert.deepEqual(courses("en"), ["Kept", "Removed"]);
});
