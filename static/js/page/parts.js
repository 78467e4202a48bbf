/**
 * The page's parts: form, charts, runs. On narrow and enlarged screens they stand one below another, in the order of the task;
 * a bar leads to each, and a launch scrolls to its curves.
 */

import { find } from "./dom.js";

/** As in the style sheets: below this width the parts stand one below another. */
const oneColumn = matchMedia("(max-width: 899px)");

/** @param {string} id */
const partOf = (id) => find(document, `#${id}`, HTMLElement);

/** Let each button with `data-go-to` lead to its part, and mark the one whose part is in the middle of the window. */
export function wireParts() {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-go-to]"));
  for (const button of buttons) button.addEventListener("click", () => goTo(button.dataset.goTo ?? ""));
  const marks = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const button of document.querySelectorAll(".parts [data-go-to]"))
          button.setAttribute("aria-current", String(button.getAttribute("data-go-to") === target.id));
      }
    },
    { rootMargin: "-49% 0px" },
  );
  for (const button of document.querySelectorAll(".parts [data-go-to]"))
    marks.observe(partOf(button.getAttribute("data-go-to") ?? ""));
}

/** Show a part, and continue there with the keyboard. The address keeps the page's state, and stays. @param {string} id */
function goTo(id) {
  const part = partOf(id);
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: "start" });
}

/** Bring the curves into sight, where they are not, as the page is one column. */
export function showCurves() {
  if (!oneColumn.matches || document.querySelector(".chart.full")) return;
  const covered = document.querySelector(".parts")?.getBoundingClientRect().top ?? innerHeight;
  const isSeen = [...document.querySelectorAll(".chart .plot")].some((plot) => {
    const { top, bottom } = plot.getBoundingClientRect();
    return top >= 0 && bottom <= covered;
  });
  if (!isSeen) partOf("charts").scrollIntoView({ block: "start" });
}
