/** What was understood of a file, in plain sentences. */

import { language, number, t } from "../words/i18n.js";
import { reasonText } from "../words/reasons.js";
import { inputsOf, shownClasses } from "./choices.js";

/**
 * @import { Dataset } from "../types.js"
 * @import { Preview, ReasonWithText } from "./types.js"
 */

/** A number of bytes as people read it, with at most `digits` digits. @param {number} bytes */
export function sizeText(bytes, digits = 2) {
  const rounded = Number(bytes.toPrecision(digits));
  const [value, unit] =
    rounded < 1e6
      ? [Math.max(rounded / 1e3, 0.1), "kB"]
      : rounded < 1e9
        ? [rounded / 1e6, "MB"]
        : [rounded / 1e9, "GB"];
  return `${number(value, { maximumSignificantDigits: digits })} ${unit}`;
}

/**
 * The size of a file and the lower limit that it is above, with as many digits as tell them apart, but at least 4.
 * @param {number} size in bytes
 * @param {number} most in bytes
 */
export function sizesText(size, most) {
  for (let digits = 4; ; digits++) {
    const texts = { size: sizeText(size, digits), most: sizeText(most, digits) };
    if (texts.size !== texts.most || digits === 17) return texts;
  }
}

/** @param {Preview} preview @returns {string[]} */
export function understood(preview) {
  const { kind, shape, format, file, bytes, choices, train_size, test_size, validation_size } = preview;
  const classes = number(shownClasses(preview).length);
  const count = number(train_size + test_size);
  const source = t("own.source", { file, format: t(`own.format.${format}`), size: sizeText(bytes) });
  const what =
    kind === "table"
      ? t("own.is_table", { count, columns: number(inputsOf(preview).length), label: choices.label, classes })
      : t("own.is_images", {
          count,
          width: shape[2],
          height: shape[1],
          colour: t(`own.colour.${shape[0] === 3}`),
          classes,
        });
  const parts = t("own.parts", {
    train: number(train_size - validation_size),
    validation: number(validation_size),
    test: number(test_size),
  });
  return [source, what, parts];
}

/** A sentence of the server in the reader's language. @param {ReasonWithText} said */
export function saidText(said) {
  return reasonText(said, said.text);
}

/**
 * The kind and the sizes of a data set in a few words.
 * @param {Pick<Dataset, "shape" | "classes" | "train_size" | "test_size">} dataset
 */
export function datasetText({ shape, classes, train_size, test_size }) {
  const values = {
    columns: number(shape[0]),
    size: `${shape[1]} × ${shape[2]}`,
    colour: t(`own.colour.${shape[0] === 3}`),
    classes: number(classes),
    train: number(train_size),
    test: number(test_size),
  };
  return t(shape.length === 3 ? "own.images_text" : "own.table_text", values);
}

/** A number of a table: a whole one as it is, others in at most four digits. @param {number | null} value */
export function cellNumber(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return value.toExponential(2);
  return number(value, Number.isInteger(value) ? {} : { maximumSignificantDigits: 4 });
}

/** A place in a file: the server names lines in English, and members as they are called. @param {string} place */
export function placeText(place) {
  const [, line] = /^line (\d+)$/.exec(place) ?? [];
  return line ? t("own.line", { n: number(Number(line)) }) : place;
}

/** Several names as a list. @param {string[]} names */
export function listText(names) {
  return new Intl.ListFormat(language(), { style: "narrow" }).format(names);
}
