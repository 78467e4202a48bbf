/** Sweeps: log axes where values vary by powers, means over repetitions alone, and lines across all axes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { heatMap, scatter } from "../../static/js/runs/sweep-figures.js";
import { commonFields, kindsOf, namesOf } from "../../static/js/runs/sweep-kinds.js";
import {
  heightAt,
  isChosen,
  parallelCoordinates,
  partAt,
  partBetween,
  placeAt,
} from "../../static/js/runs/sweep-lines.js";
import { resultScaleOf, scaleBetween, scaleOf, ticksOf } from "../../static/js/runs/sweep-scale.js";
import { forExamples } from "./random.js";

/** @import { SweepPoint } from "../../static/js/runs/sweep-figures.js" */

const ACCURACY = { title: "Accuracy", format: ".1%", percent: true };
const LOSS = { title: "Loss", format: ".3g", smallerIsBetter: true };
/** @param {string} path */
const field = (path) => ({ path, label: path, word: String });
const KINDS_BY = {
  fields: ["optimizer", "rate", "seed"].map(field),
  color: (/** @type {number} */ i) => `color ${i}`,
};

/**
 * @param {Record<string, any>} fields
 * @param {number} value
 * @returns {SweepPoint}
 */
function point(fields, value, run = JSON.stringify(fields)) {
  return { run, name: run, color: "red", fields, value };
}

for (const values of [
  [0.1, 0.01],
  [1, 0.1, 0.01, 0.001],
  [16, 32, 64],
  [0.1, 0.2, 0.5, 1],
  [100, 1000],
])
  test(`${values} vary on a log scale`, () => {
    assert.equal(scaleOf(values).kind, "log");
    assert.deepEqual(
      ticksOf(scaleOf(values)).map(({ value }) => value),
      values.toSorted((a, b) => a - b),
    );
  });

for (const values of [
  [1, 2, 3],
  [5, 10],
  [20, 40, 60],
  [0, 0.1, 0.2],
  [-1, 1],
  [7],
  [0.5, 0.6, 0.7, 0.8],
  [1, 2, 3, 4, 5],
])
  test(`${values} vary on a linear scale`, () => {
    assert.equal(scaleOf(values).kind, "linear");
  });

test("0 beside powers of ten has a place of its own, before them", () => {
  const scale = scaleOf([0.01, 0, 0.0001, 0.001]);
  assert.equal(scale.kind, "category");
  assert.deepEqual(
    [0, 0.0001, 0.001, 0.01].map((value) => scale.place(value)),
    [0, 1 / 3, 2 / 3, 1],
  );
});

test("an axis of any values has them in order from 0 to 1, and some ticks, but not very many", () =>
  forExamples(500, (examples) => {
    const value = examples.of(
      /** @type {(() => any)[]} */ ([
        () => examples.whole(-20, 20),
        () => Number(examples.logarithmic(1e-6, 1e4).toPrecision(2)),
        () => examples.of(["relu", "tanh", null, true, "x"]),
      ]),
    );
    const values = examples.list(60, value, 1);
    const scale = scaleOf(values);
    const places = values.map((value) => scale.place(value));
    assert.ok(places.every((place) => place >= -1e-9 && place <= 1 + 1e-9));
    if (values.every((value) => typeof value === "number"))
      for (const [i, one] of values.entries())
        for (const [j, other] of values.entries()) if (one < other) assert.ok(places[i] < places[j]);
    const ticks = ticksOf(scale);
    assert.ok(ticks.length > 0 && ticks.length <= 12);
    assert.ok(ticks.every(({ place }) => place >= -1e-9 && place <= 1 + 1e-9));
  }));

test("an axis between any two positive numbers has some ticks between them, and not more than ten", () => {
  /** @param {any} scale */
  const check = (scale) => {
    const ticks = ticksOf(scale);
    assert.ok(scale.values.length >= 2 && scale.values.length <= 10);
    assert.deepEqual(
      ticks.map(({ value }) => value),
      scale.values,
    );
    assert.ok(ticks.every(({ place }) => place >= -1e-9 && place <= 1 + 1e-9));
  };
  forExamples(500, (examples) => {
    const [low, high] = examples
      .list(2, () => examples.logarithmic(1e-40, 1e40), 2)
      .toSorted((a, b) => a - b);
    check(scaleBetween(low, high, true));
    check(scaleBetween(low, high, false));
    check(resultScaleOf([low, high], null, true));
  });
});

test("categories are in the order of the numbers in them", () => {
  const categories = (/** @type {any[]} */ values) => Object(scaleOf(values)).categories;
  assert.deepEqual(categories([undefined, 0.9, 0.85]), ["0.85", "0.9", "–"]);
  assert.deepEqual(categories(["adam 0.01", "adam 0.003", "adam 1e-5"]), [
    "adam 1e-5",
    "adam 0.003",
    "adam 0.01",
  ]);
});

const OPTIMIZERS = ["sgd", "adam"];
const RATES = [0.001, 0.01, 0.1];
/** Two optimizers at three rates, with two seeds each; adam is better by 0.3. */
const GRID = OPTIMIZERS.flatMap((optimizer, i) =>
  RATES.flatMap((rate, j) =>
    [1, 2].map((seed) => point({ optimizer, rate, seed }, 0.3 * i + 0.1 * j + 0.01 * seed)),
  ),
);

test("over a setting, each optimizer has a line of its own through the means of its seeds", () => {
  const { traces, layout } = scatter(GRID, field("rate"), ACCURACY, KINDS_BY);
  const lines = traces.slice(0, -1);
  assert.equal(layout.xaxis.type, "log");
  assert.deepEqual(
    lines.map(({ mode, x }) => [mode, x]),
    [
      ["lines", RATES],
      ["lines", RATES],
    ],
  );
  for (const [i, { y }] of lines.entries())
    for (const [j, mean] of y.entries()) assert.ok(Math.abs(mean - (0.3 * i + 0.1 * j + 0.015)) < 1e-9);
  assert.deepEqual(
    Object(traces.at(-1)).customdata,
    GRID.map(({ run }) => run),
  );
});

test("a few kinds of runs each have a colour, their runs, and a name that says in what they differ", () => {
  const { traces, layout } = scatter(GRID, field("rate"), ACCURACY, KINDS_BY);
  assert.equal(layout.showlegend, true);
  assert.deepEqual(
    traces.slice(0, -1).map((trace) => [Object(trace).name, Object(trace).line.color]),
    [
      ["sgd", "color 0"],
      ["adam", "color 1"],
    ],
  );
  const { color } = Object(traces.at(-1)).marker;
  for (const [i, { fields }] of GRID.entries())
    assert.equal(color[i], fields.optimizer === "sgd" ? "color 0" : "color 1");
});

test("settings that follow from the optimizer's name are not listed, and have no axis", () => {
  const points = [
    point({ "optimizer.name": "sgd", "optimizer.beta1": null, batch: 16 }, 0.1),
    point({ "optimizer.name": "adam", "optimizer.beta1": 0.9, batch: 16 }, 0.1),
    point({ "optimizer.name": "adam", "optimizer.beta1": 0.9, batch: 32 }, 0.1),
  ];
  const fields = ["optimizer.name", "optimizer.beta1", "batch"].map(field);
  assert.deepEqual(namesOf(kindsOf(points), fields), ["sgd · 16", "adam · 16", "adam · 32"]);
  const paths = (/** @type {SweepPoint[]} */ some) => commonFields(some, fields).map(({ path }) => path);
  assert.deepEqual(paths(points), ["optimizer.name", "batch"]);
  const other = point({ "optimizer.name": "adam", "optimizer.beta1": 0.8, batch: 32 }, 0.1);
  assert.deepEqual(paths([...points, other]), ["optimizer.name", "optimizer.beta1", "batch"]);
});

test("values without an order are not joined by a line: each kind of runs has a mark for its mean", () => {
  const { traces } = scatter(GRID, field("optimizer"), ACCURACY, KINDS_BY);
  const means = traces.slice(0, -1);
  assert.equal(means.length, 3); // a kind for each rate
  assert.ok(means.every(({ mode, x }) => mode === "markers" && x.length === 2));
});

test("runs that do not repeat each other have no mean", () => {
  const single = GRID.filter(({ fields }) => fields.seed === 1 && fields.rate === 0.1);
  assert.equal(scatter(single, field("optimizer"), ACCURACY, KINDS_BY).traces.length, 1);
});

test("a cell is the mean of repetitions, and of several kinds the best", () => {
  const means = heatMap(GRID, [field("optimizer"), field("rate")], ACCURACY);
  assert.equal(means.isBest, false);
  assert.deepEqual(means.traces[0].y, ["0.001", "0.01", "0.1"]);
  assert.ok(Math.abs(Number(means.traces[0].z[1][0]) - (0.3 + 0.1 + 0.015)) < 1e-9);
  const best = heatMap(GRID, [field("optimizer"), field("seed")], ACCURACY);
  assert.equal(best.isBest, true);
  assert.ok(Math.abs(Number(best.traces[0].z[0][0]) - (0.3 + 0.2 + 0.01)) < 1e-9);
  const least = heatMap(GRID, [field("optimizer"), field("seed")], LOSS);
  assert.ok(Math.abs(Number(least.traces[0].z[0][0]) - (0.3 + 0.01)) < 1e-9);
  assert.equal(means.traces[0].customdata[1][0].length, 2);
});

test("a heat map looks at each run a few times, not once for each cell", () => {
  let looks = 0;
  const points = Array.from({ length: 50 }, (_, i) => {
    const { fields, ...others } = point({ x: i, y: -i }, 0.1);
    return {
      ...others,
      get fields() {
        looks++;
        return fields;
      },
    };
  });
  const [{ z }] = heatMap(points, [field("x"), field("y")], ACCURACY).traces;
  assert.equal(z.flat().filter((value) => value !== null).length, 50);
  assert.ok(looks < 10 * points.length, `${looks} looks`);
});

test("no mean is ever over runs that differ in more than seed or fold and the axes", () =>
  forExamples(300, (examples) => {
    const points = examples.list(
      20,
      () =>
        point(
          {
            a: examples.whole(1, 3),
            b: examples.of(["x", "y"]),
            seed: examples.whole(1, 4),
            "dataset.fold.index": examples.whole(0, 2),
          },
          examples.whole(0, 100) / 100,
          String(examples.whole(0, 1e9)),
        ),
      1,
    );
    const axes = examples.of([[], ["a"], ["b"], ["a", "b"]]);
    const kinds = kindsOf(points, axes);
    assert.equal(kinds.flat().length, points.length);
    for (const kind of kinds)
      for (const path of ["a", "b"].filter((name) => !axes.includes(name)))
        assert.equal(new Set(kind.map(({ fields }) => fields[path])).size, 1);
    const keys = kinds.map(([{ fields }]) =>
      ["a", "b"].map((path) => (axes.includes(path) ? "" : fields[path])).join(),
    );
    assert.equal(new Set(keys).size, keys.length);
  }));

test("a line has a place on each axis, and those of the best runs lie above the others", () => {
  for (const metric of [ACCURACY, LOSS]) {
    const { axes, lines } = parallelCoordinates(
      GRID,
      [field("optimizer"), field("rate"), field("seed")],
      metric,
      800,
    );
    assert.deepEqual(axes.map(({ ticks }) => ticks.map(({ text }) => text)).slice(0, 3), [
      OPTIMIZERS.toSorted(),
      ["0.001", "0.01", "0.1"],
      ["1", "2"],
    ]);
    const values = lines.map(({ point: { value } }) => value);
    const order = metric === LOSS ? values.toReversed() : values;
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.deepEqual([lines[0].good, lines.at(-1)?.good], [0, 1]);
    assert.ok(
      lines.every(({ places }) => places.length === 4 && places.every((place) => place >= 0 && place <= 1)),
    );
  }
});

test("the lines in the chosen parts of all axes are those whose values lie there", () => {
  const { axes, lines } = parallelCoordinates(
    GRID,
    [field("optimizer"), field("rate"), field("seed")],
    ACCURACY,
    800,
  );
  const height = 400;
  const adam = axes[0].ticks.find(({ text }) => text === "adam");
  const chosenParts = new Map([[0, partAt(Number(adam?.place))]]);
  const chosen = () =>
    lines.filter((line) => isChosen(line, chosenParts)).map(({ point: { fields } }) => fields);
  assert.ok(chosen().length === 6 && chosen().every(({ optimizer }) => optimizer === "adam"));
  // from below 0.01 to above the upper end, as a mouse drags it
  chosenParts.set(1, partBetween(heightAt(0.4, height), -50, height));
  assert.deepEqual(
    [...new Set(chosen().map(({ rate }) => rate))].toSorted((a, b) => a - b),
    [0.01, 0.1],
  );
  for (const place of [0, 0.3, 1])
    assert.ok(Math.abs(placeAt(heightAt(place, height), height) - place) < 1e-12);
});
