/** Own data sets in the page: corrections of what was understood of a file, a folder as one file, and round numbers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inputsOf,
  shareOf,
  shownClasses,
  withClass,
  withInput,
  withLabel,
} from "../../static/js/data/choices.js";
import { chosenMembers, crc32, membersOf, zipped } from "../../static/js/data/folder-zip.js";
import { DIGITS, Rounds } from "../../static/js/data/rounds.js";
import {
  cellNumber,
  datasetText,
  listText,
  sizesText,
  sizeText,
  understood,
} from "../../static/js/data/sentences.js";
import { datasetTitle, registerDatasets, valueLabelOf } from "../../static/js/words/labels.js";
import { speakAs } from "./catalog.js";

/** @import { Preview } from "../../static/js/data/types.js" */

/** @param {string} name @param {"input" | "label" | "unused"} use @returns {any} */
const column = (name, use) => ({ name, use, kind: "number", missing: 0, distinct: 9, why: null });

/** @type {any} */
const IRIS = {
  kind: "table",
  format: "csv",
  file: "iris.csv",
  bytes: 4821,
  choices: { label: "species" },
  columns: [
    column("width", "input"),
    column("length", "input"),
    column("note", "unused"),
    column("species", "label"),
  ],
  classes: [
    { name: "setosa", shown: "setosa", count: 50, train: 40, test: 10 },
    { name: "versicolor", shown: "other", count: 50, train: 40, test: 10 },
    { name: "virginica", shown: "other", count: 50, train: 40, test: 10 },
    { name: "?", shown: "", count: 0, train: 0, test: 0 },
  ],
  shape: [2],
  train_size: 120,
  test_size: 30,
  validation_size: 12,
};
/** @type {Preview} */
const PREVIEW = IRIS;

test("only what was corrected is sent, and columns stay in the order of the file", () => {
  assert.deepEqual(inputsOf(PREVIEW), ["width", "length"]);
  assert.deepEqual(withInput({ seed: 3 }, PREVIEW, "note", true), {
    seed: 3,
    columns: ["width", "length", "note"],
  });
  assert.deepEqual(withInput({}, PREVIEW, "width", false), { columns: ["length"] });
});

test("a second correction, before the answer to the first, keeps the first", () => {
  const one = withInput({}, PREVIEW, "note", true);
  const two = withInput(one, PREVIEW, "width", false);
  assert.deepEqual(two, { columns: ["length", "note"] });
  assert.deepEqual(withLabel(two, "note"), { label: "note", columns: ["length"] });
  const other = withInput(withLabel({}, "width"), PREVIEW, "note", true);
  assert.deepEqual(other, { label: "width", columns: ["length", "note"] }, "the label is no input");
  assert.deepEqual(withInput(two, PREVIEW, "length", false), { columns: ["note"] });
});

test("the last input stays", () => {
  const one = { ...PREVIEW, columns: PREVIEW.columns.slice(1) };
  assert.deepEqual(withInput({ seed: 3 }, one, "length", false), { seed: 3 });
});

test("another label column takes the names of classes away, and is no input any more", () => {
  const before = { seed: 3, classes: { setosa: "A" }, columns: ["width", "length"] };
  assert.deepEqual(withLabel(before, "width"), { seed: 3, label: "width", columns: ["length"] });
  assert.deepEqual(withLabel({}, "width"), { label: "width" }, "the lab chooses the inputs");
});

test("a class is renamed, merged, dropped, and gets its own name back", () => {
  const renamed = withClass({ seed: 3 }, "setosa", " A ");
  assert.deepEqual(renamed, { seed: 3, classes: { setosa: "A" } });
  assert.deepEqual(withClass(renamed, "virginica", ""), { seed: 3, classes: { setosa: "A", virginica: "" } });
  assert.deepEqual(withClass(renamed, "setosa", "setosa"), { seed: 3 });
  assert.deepEqual(shownClasses(PREVIEW), ["setosa", "other"]);
});

test("a share is typed in percent, with a point or a comma", () => {
  assert.equal(shareOf("20"), 0.2);
  assert.equal(shareOf(" 12,5 % "), 0.125);
  assert.equal(shareOf(""), null);
  assert.equal(shareOf("a fifth"), null);
});

test("what was understood is said in three sentences, in both languages", () => {
  speakAs("en");
  assert.deepEqual(understood(PREVIEW), [
    "iris.csv (4.8 kB) was read as a table.",
    "150 rows with 2 input columns; the column “species” says which of 2 classes a row is.",
    "The network learns from 108; 12 are kept back for validation, 30 for the test.",
  ]);
  speakAs("ja");
  assert.match(understood(PREVIEW)[1], /列「species」が 2 個のクラス/);
  speakAs("en");
  const images = { shape: [3, 32, 32], classes: 5, train_size: 360, test_size: 89 };
  assert.equal(datasetText(images), "Images 32 × 32, colour · 5 classes · 360 / 89");
  assert.equal(sizeText(12), "0.1 kB");
  assert.equal(sizeText(256e6), "260 MB");
  assert.deepEqual([sizeText(270.9e6, 4), sizeText(2 ** 28, 4)], ["270.9 MB", "268.4 MB"]);
  assert.deepEqual(sizesText(268_436_000, 2 ** 28), { size: "268.436 MB", most: "268.435 MB" });
  assert.equal(sizeText(999_900), "1 MB");
  assert.deepEqual([12_345, 99_999, 1234.56].map(cellNumber), ["12,345", "99,999", "1,235"]);
  assert.equal(cellNumber(0.00012), "1.20e-4");
  assert.equal(cellNumber(null), "–");
  assert.equal(listText(["line 17", "line 90"]), "line 17, line 90");
});

test("an own data set is called by its title everywhere, and a deleted one says so", () => {
  speakAs("en");
  const name = "own-0123456789abcdef";
  assert.equal(datasetTitle(name), "own data", "of another person");
  registerDatasets([{ name, title: "Leaves" }]);
  assert.equal(valueLabelOf("dataset.name", name), "Leaves");
  registerDatasets([{ name, title: "Leaves", deleted: true }]);
  assert.equal(datasetTitle(name), "Leaves (deleted)");
  assert.equal(valueLabelOf("dataset.name", "mnist"), "mnist");
});

test("a folder becomes a zip that other programs read", async () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  const file = new Blob(["oak"]);
  const zip = new Uint8Array(await (await zipped([{ path: "葉/1.png", file }])).arrayBuffer());
  const view = new DataView(zip.buffer);
  assert.equal(view.getUint32(0, true), 0x04034b50);
  const name = new TextEncoder().encode("葉/1.png");
  const central = 30 + name.length + 3;
  assert.equal(view.getUint32(central, true), 0x02014b50);
  assert.equal(view.getUint32(central + 16, true), crc32(new TextEncoder().encode("oak")));
  const end = central + 46 + name.length;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  assert.deepEqual(
    [view.getUint16(end + 10, true), view.getUint32(end + 16, true), zip.length],
    [1, central, end + 22],
  );
  const tooMany = Array.from({ length: 65_536 }, () => ({ path: "a", file }));
  assert.ok((await zipped(tooMany).catch((error) => error)) instanceof RangeError);
});

test("hidden files of a folder are left out", () => {
  const files = ["leaves/oak/1.png", "leaves/.DS_Store", "leaves/.git/config"].map((path) =>
    Object.assign(new File([], "x"), { webkitRelativePath: path }),
  );
  assert.deepEqual(
    chosenMembers(files).map(({ path }) => path),
    ["leaves/oak/1.png"],
  );
});

test("a stroke that is undone while the pen is down does not go on in an earlier stroke, nor in another digit", () => {
  const rounds = new Rounds();
  rounds.begin([0.1, 0.1]);
  rounds.extend([0.1, 0.9]);
  rounds.begin([0.8, 0.1]);
  rounds.undo();
  rounds.extend([0.8, 0.9]);
  assert.deepEqual(rounds.strokes, [
    [
      [0.1, 0.1],
      [0.1, 0.9],
    ],
  ]);
  rounds.begin([0.5, 0.5]);
  rounds.goTo(3);
  rounds.goTo(0);
  rounds.extend([0.9, 0.9]);
  assert.deepEqual(rounds.strokes.at(-1), [[0.5, 0.5]]);
});

test("ten digits are drawn one after another, each can be drawn again, and a round is whole or not there", () => {
  const rounds = new Rounds();
  for (let digit = 0; digit < DIGITS; digit++) {
    assert.equal(rounds.digit, digit);
    assert.equal(rounds.isWhole, false);
    rounds.begin([0.5, 0.1]);
    rounds.extend([0.5, 0.9]);
    rounds.goOn();
  }
  assert.equal(rounds.isWhole, true);
  rounds.goTo(3);
  rounds.clear();
  assert.equal(rounds.isWhole, false);
  rounds.goTo(7);
  rounds.goOn();
  assert.equal(rounds.digit, 3, "the one that is missing");
  rounds.begin([0.2, 0.2]);
  rounds.addRound();
  assert.deepEqual([rounds.round, rounds.digit, rounds.count], [1, 0, 10]);
  assert.equal(rounds.isWhole, true, "a round that was not begun does not count");
  rounds.begin([0.5, 0.5]);
  assert.equal(rounds.isWhole, false);
  assert.equal(rounds.all().filter(({ label }) => label === 0).length, 2);
});

test("a dropped folder may have very many files in a folder of it", async () => {
  const file = {
    name: "1.png",
    fullPath: "/leaves/oak/1.png",
    isFile: true,
    file: (/** @type {any} */ done) => done({}),
  };
  const folder = (/** @type {string} */ name, /** @type {any[]} */ inner) => {
    const batches = [inner, []];
    const readEntries = (/** @type {any} */ done) => done(batches.shift());
    return { name, isFile: false, createReader: () => ({ readEntries }) };
  };
  const oak = folder("oak", Array(150_000).fill(file));
  /** @type {any} */
  const dropped = folder("leaves", [oak]);
  assert.equal((await membersOf(dropped)).length, 150_000);
});

test("packing ends with what its progress throws", async () => {
  let packed = 0;
  const members = [1, 2, 3].map((n) => ({ path: `${n}.png`, file: new Blob([`${n}`]) }));
  const stop = () => {
    if (++packed === 2) throw new Error("cancelled");
  };
  await assert.rejects(zipped(members, stop), { message: "cancelled" });
  assert.equal(packed, 2);
});
