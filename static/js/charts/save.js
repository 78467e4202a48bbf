/** Saving what a chart shows: exact rows as CSV, and files that the browser keeps. */

import { h } from "../dom.js";
import { lowerBound } from "../series.js";

/**
 * Every recorded row of the shown runs in the shown stretch of x, not only the points that are drawn.
 * @param {object[]} traces see figures.js
 * @param {[number, number] | null} range
 */
export function toCsv(traces, range) {
  const lines = ["run,name,series,iteration,value,smoothed"];
  for (const { line, meta } of traces) {
    if (!line) continue;
    const { xs, ys, evens, iterations } = line.curve;
    const series = meta.series.replace(/-smoothed$/, "");
    const from = range ? lowerBound(xs, range[0]) : 0;
    for (let row = from; row < xs.length && (!range || xs[row] <= range[1]); row++) {
      lines.push([meta.run, quoted(line.run.name), series, iterations[row], ys[row], evens ? evens[row] : ""].join(","));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** A text that a spreadsheet takes as a text: quoted where it must be, and never a formula. */
function quoted(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Give the browser a file to keep. `content`: a data address or a text. */
export function download(name, content, type) {
  const isAddress = type === undefined;
  const href = isAddress ? content : URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  if (!isAddress) setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
