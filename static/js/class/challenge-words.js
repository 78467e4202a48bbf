/** What pages say of a challenge, in the reader's language. It uses no document. */

import { number, percent, t } from "../words/i18n.js";
import { datasetTitle } from "../words/labels.js";

/** @import { ChallengeView, OwnStanding, TopEntry } from "./types.js" */

/** What it is about: the data and the bounds. @param {ChallengeView} challenge */
export function termsText({ dataset, validation_size, max_parameters, max_seconds, max_iterations }) {
  const bounds = { parameters: max_parameters, seconds: max_seconds, iterations: max_iterations };
  return [
    t("class.challenge.data", { dataset: datasetTitle(dataset), images: number(validation_size) }),
    ...Object.entries(bounds).flatMap(([name, most]) =>
      most === null ? [] : [t(`class.challenge.most_${name}`, { n: number(most) })],
    ),
  ].join(" · ");
}

/** While the test set is opened, how many entries are measured; else how many students take part. @param {ChallengeView} challenge */
export function phaseText({ phase, of, measured }) {
  if (phase === "opening") return t("class.challenge.opening", { n: number(measured), of: number(of) });
  return t("class.challenge.take_part", { n: number(of) });
}

/** The place of an entry: by the test images if they were measured, else by validation images. @param {TopEntry} entry @param {ChallengeView} challenge */
export function placeOf({ place, test_place }, { phase }) {
  return phase === "opened" ? test_place : place;
}

/** The accuracies of an entry. The one that decides its place comes first. @param {TopEntry} entry @param {ChallengeView} challenge */
export function accuracyText({ accuracy, test }, { phase }) {
  const validation = percent(accuracy, 2);
  if (phase !== "opened") return validation;
  const tested = test === null ? t("class.challenge.not_measured") : percent(test, 2);
  return t("class.challenge.tested", { test: tested, validation });
}

/** How a place has moved with the test images; "" where it has not, or they are closed. @param {TopEntry} entry */
export function moveText({ place, test_place }) {
  if (test_place === null || test_place === place) return "";
  return `${test_place < place ? "▲" : "▼"}${number(Math.abs(test_place - place))}`;
}

/**
 * A student's own place in one line.
 * @param {OwnStanding | null} standing
 * @param {ChallengeView} challenge
 */
export function ownText(standing, challenge) {
  const entry = standing?.entry;
  if (!entry) return t("class.challenge.no_entry");
  const place = placeOf(entry, challenge);
  const run = t("class.challenge.by_run", {
    accuracy: accuracyText(entry, challenge),
    run: entry.run_number,
  });
  if (place === null) return run;
  const where = t("class.challenge.place", { place: number(place), of: number(challenge.of) });
  const before = moveText(entry) ? t("class.challenge.before", { place: number(entry.place) }) : "";
  return [where + before, run].join(" · ");
}

/** Why a run does not count. @param {OwnStanding["uncounted"][number]} uncounted */
export function uncountedText({ run_number, why, value, most }) {
  const values = { run: run_number, value: number(value ?? 0), most: number(most ?? 0) };
  return t(`class.challenge.uncounted.${why}`, values);
}
