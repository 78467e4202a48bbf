/**
 * Types of what the server says of files that people bring; see `app/own_data/preview.py` and `app/own_data/choices.py`. They are
 * comments for `tsc` and for readers.
 *
 * @import { Why } from "../types.js"
 */

/** A reason with its English sentence. @typedef {Why & {text: string}} ReasonWithText */

/**
 * How a file is to be read; what is missing is as the server understood the file.
 * @typedef {object} Choices
 * @property {string | null} [title]
 * @property {string | null} [label] the column with the classes
 * @property {string[] | null} [columns] the input columns, in their order
 * @property {boolean | null} [standardize]
 * @property {number | null} [size] the side of an image in pixels
 * @property {"crop" | "pad" | null} [fit]
 * @property {boolean | null} [colour]
 * @property {boolean | null} [transpose]
 * @property {boolean | null} [flippable]
 * @property {boolean | null} [own_test] use the file's own test part
 * @property {number | null} [test_share]
 * @property {number | null} [validation_share]
 * @property {number | null} [seed]
 * @property {Record<string, string> | null} [classes] class in the file → its name; an empty name drops it
 */

/**
 * A column of a table.
 * @typedef {object} Column
 * @property {string} name
 * @property {"number" | "text"} kind
 * @property {number} missing
 * @property {number} distinct
 * @property {boolean} has_more whether there are more different values, which were not counted
 * @property {number | null} minimum
 * @property {number | null} maximum
 * @property {number | null} mean
 * @property {"input" | "label" | "unused"} use
 * @property {ReasonWithText | null} why why it is unused
 */

/** A class as the file names it; `shown`: its name in the data set, empty if it is dropped. @typedef {{name: string, shown: string, count: number, train: number, test: number}} ClassOfFile */

/**
 * Some rows, or some images [n, channels, height, width] as base64.
 * @typedef {{pixels: string | null, shape: number[], rows: string[][] | null, labels: number[]}} Samples
 */

/**
 * What was understood of a file.
 * @typedef {object} Preview
 * @property {"table" | "images"} kind
 * @property {string} format
 * @property {string} file
 * @property {number} bytes
 * @property {number} decoded_bytes
 * @property {Choices} choices with every field that applies
 * @property {Column[]} columns
 * @property {ClassOfFile[]} classes
 * @property {number[]} shape of an image, or [columns]
 * @property {number} train_size with the validation images
 * @property {number} test_size
 * @property {number} validation_size
 * @property {Samples} samples
 * @property {{why: ReasonWithText, count: number, examples: string[]}[]} dropped
 * @property {ReasonWithText[]} notes
 */

/** A file that was sent and is not kept yet. @typedef {{id: string, preview: Preview}} Upload */

/** How many drawings there are of each digit, of how many people, and one's own. @typedef {{counts: number[], people: number, mine: number[]}} Drawings */

export {};
