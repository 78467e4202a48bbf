/** Clicks and taps anywhere in a chart, as iterations: also where no curve is near. */

/** @import { Chart } from "../charts/chart.js" */

/** A press and release within this many pixels is a click; otherwise it is a drag, which zooms. */
const CLICK = 6;

/**
 * Call `pick` with the iteration of each click in a chart whose x axis has iterations.
 * @param {Chart} chart
 * @param {number} iterations how long its runs are
 * @param {(iteration: number) => void} pick
 * @returns {() => void} stops it
 */
export function onChartClick(chart, iterations, pick) {
  const { plotElement } = chart.card;
  const over = new AbortController();
  /** @type {PointerEvent | null} */
  let down = null;
  plotElement.addEventListener(
    "pointerdown",
    (event) => {
      down = event.button ? null : event;
    },
    { signal: over.signal },
  );
  addEventListener(
    "pointerup",
    (up) => {
      const from = down;
      down = null;
      if (!from || Math.hypot(up.clientX - from.clientX, up.clientY - from.clientY) > CLICK) return;
      const { left, top } = plotElement.getBoundingClientRect();
      const place = chart.drawing.axes?.values(up.clientX - left, up.clientY - top);
      if (place) pick(Math.max(0, Math.min(iterations, Math.round(place.x))));
    },
    { signal: over.signal },
  );
  return () => over.abort();
}
