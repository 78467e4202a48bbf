/** Rough durations in words. */

import { number, t } from "./i18n.js";

/** "40 s", "2.5 min", "1.7 h" @param {number} seconds */
export function duration(seconds) {
  if (seconds < 90) return t("time.seconds", { n: number(seconds, { maximumSignificantDigits: 2 }) });
  if (seconds < 5400) return t("time.minutes", { n: number(seconds / 60, { maximumSignificantDigits: 2 }) });
  return t("time.hours", { n: number(seconds / 3600, { maximumSignificantDigits: 2 }) });
}
