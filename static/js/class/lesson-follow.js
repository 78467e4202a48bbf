/** Opens the lesson that the teacher shows to all on a student's page. A student may leave it, and come back by the banner. */

import { urlState } from "../state/address.js";

/** @import { ShownView } from "./shown-view.js" */

export class LessonFollow {
  #view;

  /** @param {ShownView} view */
  constructor(view) {
    this.#view = view;
    view.on("change", () => this.#follow());
    urlState.on("lesson", (slug) => this.#chosen(slug));
    this.#follow();
  }

  /** The teacher shows another lesson, or the student has left it by the banner. */
  #follow() {
    const { lesson, left } = this.#view;
    if (lesson) urlState.set({ lesson });
    else if (left === urlState.get("lesson")) urlState.set({ lesson: "" });
  }

  /** The student has opened or left a lesson in the page itself. @param {string} slug */
  #chosen(slug) {
    const { lesson, left } = this.#view;
    if (lesson && slug !== lesson) this.#view.leave(true);
    else if (left && slug === left) this.#view.leave(false);
  }
}
