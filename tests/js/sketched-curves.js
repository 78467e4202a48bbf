/** Curves for the tests of sketches. */

/** @import { Points } from "../../static/js/lessons/sketch/points.js" */

/** A curve of accuracies in per cent. @type {Points} */
export const RISE = [
  [0, 10],
  [500, 60],
  [2000, 90],
];

/** Whether each point is to the right of the one before it. @param {Points} points */
export const ascends = (points) => points.every(([x], i) => i === 0 || x > points[i - 1][0]);
