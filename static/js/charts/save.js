/** Saves a chart: its exact rows as CSV, and files that the browser downloads. */

import { h } from "../page/dom.js";
import { inOrder, titleOf } from "../runs/launch.js";
import { lowerBound } from "../state/series.js";

/**
 * @import { LaunchedRun } from "../runs/launch.js"
 * @import { Trace } from "./traces.js"
 */

/** The name of a file has at most this many letters, without its ending. */
const MAX_NAME = 120;

/**
 * The name of a chart's file: the title of the chart, and the name of the run or of the launch, or the numbers of the runs.
 * @param {string} title
 * @param {LaunchedRun[]} runs each run once
 */
export function fileName(title, runs) {
  const ordered = inOrder(runs);
  const isLaunch = runs.length > 0 && runs.every(({ group_id }) => group_id && group_id === runs[0].group_id);
  const numbers = runs.map(({ number }) => number).toSorted((a, b) => a - b);
  const shown =
    runs.length === 1
      ? runs[0].name
      : isLaunch
        ? titleOf(ordered)
        : numbers.length
          ? `runs ${numbers.join(" ")}`
          : "";
  const name = [title, shown].filter(Boolean).join(" - ");
  return [...name.replace(/[\\/:*?"<>|]/g, "-")].slice(0, MAX_NAME).join("").trim();
}

/** A byte order mark; without it, Excel does not read the file as UTF-8. */
const MARK = "\ufeff";
const MONTH =
  "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?" +
  "|oct(ober)?|nov(ember)?|dec(ember)?)";
/** Texts that a spreadsheet would read as a formula, a number, a time or a date; the same as in app/texts.py. */
const COMPUTED = new RegExp(
  "^(?:['=+\\-@\\t\\r\\n]|[\\s(¥$€£.,]*\\d[\\s\\d.,:/%¥$€£()eE年月日時分秒-]*([ap]m)?$|true$|false$" +
    `|(\\d+[\\s./-]*)?${MONTH}[\\s./,-]*\\d[\\s\\d./,-]*$|\\d+[\\s./-]*${MONTH}$)`,
  "i",
);

/**
 * All rows of the shown runs in the shown range of x, not only the drawn points.
 * @param {Trace[]} traces see traces.js
 * @param {[number, number] | null} range
 */
export function toCsv(traces, range) {
  const lines = [`${MARK}run,name,series,iteration,value,smoothed`];
  for (const { line, meta } of traces) {
    if (!line) continue;
    const { xs, ys, smoothedYs, iterations } = line.curve;
    const series = meta.series.replace(/-smoothed$/, "");
    const from = range ? lowerBound(xs, range[0]) : 0;
    for (let row = from; row < xs.length && (!range || xs[row] <= range[1]); row++) {
      lines.push(
        [
          quoted(meta.run),
          quoted(line.run.name),
          series,
          iterations[row],
          ys[row],
          smoothedYs ? smoothedYs[row] : "",
        ].join(","),
      );
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

/**
 * A CSV cell that a spreadsheet reads as text, and not as a formula.
 * @param {string} text
 */
export function quoted(text) {
  const safe = COMPUTED.test(text.normalize("NFKC")) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Let the browser save a file.
 * @param {string} name
 * @param {string | ArrayBuffer} content what the file has; or a data URL if there is no `type`
 * @param {string} [type]
 */
export function download(name, content, type) {
  const isAddress = type === undefined;
  const href = isAddress ? String(content) : URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  if (!isAddress) setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
