/**
 * The three parts of the page: form, charts, runs. On narrow or zoomed screens they are below each other, in the order of the
 * work. A bar has a button for each part, and a launch scrolls to the curves.
 */

import { find } from "./dom.js";

/** The same width as in the style sheets: on narrower screens the parts are below each other. */
const oneColumn = matchMedia("(max-width: 899px)");

/** @param {string} id */
const partOf = (id) => find(document, `#${id}`, HTMLElement);

/** Make each button with `data-go-to` lead to its part, and mark the button whose part is in the middle of the window. */
export function wireParts() {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-go-to]"));
  for (const button of buttons) button.addEventListener("click", () => goTo(button.dataset.goTo ?? ""));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const button of document.querySelectorAll(".parts [aria-current], .parts [data-go-to]"))
          button.setAttribute("aria-current", String(button.getAttribute("data-go-to") === target.id));
      }
    },
    { rootMargin: "-49% 0px" },
  );
  for (const button of document.querySelectorAll(".parts [data-go-to]"))
    observer.observe(partOf(button.getAttribute("data-go-to") ?? ""));
}

/** Scroll to a part and focus it. This is not a link, because the hash of the address has the page's state. @param {string} id */
function goTo(id) {
  const part = partOf(id);
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: "start" });
}

/** If the page has one column and no chart is visible, scroll to the charts. */
export function showCurves() {
  if (!oneColumn.matches || document.querySelector(".chart.full")) return;
  const covered = document.querySelector(".parts")?.getBoundingClientRect().top ?? innerHeight;
  const isVisible = [...document.querySelectorAll(".chart .plot")].some((plot) => {
    const { top, bottom } = plot.getBoundingClientRect();
    return top >= 0 && bottom <= covered;
  });
  if (!isVisible) partOf("charts").scrollIntoView({ block: "start" });
}
