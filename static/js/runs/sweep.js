/** Sweeps: how final metrics depend on the fields in which runs differ, as scatter, parallel coordinates or heat map. */

import { plain } from "../charts/picture.js";
import { drawFigure } from "../charts/plotly.js";
import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { color } from "../page/palette.js";
import { t } from "../words/i18n.js";
import { labelsOf } from "../words/labels.js";
import { heatMap, parallel, scatter } from "./sweep-figures.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Fields, Run } from "../types.js"
 * @import { Metric } from "./sweep-figures.js"
 */

/** @type {Record<string, Omit<Metric, "title">>} */
const METRICS = {
  test_accuracy: { percent: true, format: ".1%" },
  train_accuracy: { percent: true, format: ".1%" },
  test_loss: { format: ".3g", smallerIsBetter: true },
  train_loss: { format: ".3g", smallerIsBetter: true },
  loss: { format: ".3g", smallerIsBetter: true },
  seconds: { format: ".3g", smallerIsBetter: true },
};
const KINDS = ["scatter", "parallel", "heat"];
/** Parallel coordinates have at most this many axes: with more, lines cannot be followed. */
const MAX_AXES = 8;

/**
 * @param {Run[]} runs whose fields `configs` has
 * @param {{configs: FlatConfigs, isDark: () => boolean}} lab
 */
export function openSweep(runs, { configs, isDark }) {
  const ids = runs.map((run) => run.id);
  const labels = labelsOf([...configs.difference(ids).keys()]);
  const fields = [...labels.keys()];
  /** @param {Fields} config */
  const named = (config) => Object.fromEntries([...labels].map(([path, label]) => [label, config[path]]));
  /** @type {Record<"kind" | "metric" | "x" | "y", string>} */
  const state = { kind: "scatter", metric: "test_accuracy", x: fields[0], y: fields[1] ?? fields[0] };
  const figure = h("div", { className: "figure", role: "img" });
  const said = h("p", { className: "diff-said", role: "status" });

  const draw = () => {
    const metric = { ...METRICS[state.metric], title: t(`table.${state.metric}`) };
    const value = (/** @type {Run} */ run) =>
      (state.metric === "seconds" ? run.seconds : run.latest[state.metric]) ?? NaN;
    const points = runs
      .filter((run) => Number.isFinite(value(run)))
      .map((run) => ({
        run: run.id,
        name: plain(run.name),
        color: color(run.hue, isDark()),
        fields: named(configs.get(run.id)),
        value: value(run),
      }));
    const left = runs.length - points.length;
    said.textContent = !fields.length ? t("diff.none") : left ? t("sweep.left_out", { n: left }) : "";
    const label = (/** @type {string} */ path) => String(labels.get(path));
    /** @type {Record<string, () => {traces: Record<string, any>[], layout: Record<string, any>}>} */
    const drawn = {
      scatter: () => scatter(points, label(state.x), metric),
      parallel: () => parallel(points, [...labels.values()].slice(0, MAX_AXES), metric),
      heat: () => heatMap(points, [label(state.x), label(state.y)], metric),
    };
    figure.setAttribute("aria-label", `${t(`sweep.${state.kind}`)}: ${metric.title}`);
    if (points.length && fields.length) drawFigure(figure, drawn[state.kind]());
  };

  /**
   * @param {"kind" | "metric" | "x" | "y"} name
   * @param {string} label
   * @param {string[]} choices
   * @param {(choice: string) => string} text
   */
  const choose = (name, label, choices, text) => {
    const select = h(
      "select",
      { name: `sweep.${name}` },
      ...choices.map((choice) =>
        h("option", { value: choice, selected: choice === state[name] }, text(choice)),
      ),
    );
    select.addEventListener("change", () => {
      state[name] = select.value;
      arrange();
      draw();
    });
    return h("label", { className: "inline" }, t(label), select);
  };
  /** @param {string} path */
  const called = (path) => String(labels.get(path));
  const kind = choose("kind", "sweep.kind", fields.length > 1 ? KINDS : KINDS.slice(0, 2), (name) =>
    t(`sweep.${name}`),
  );
  const metric = choose("metric", "sweep.metric", Object.keys(METRICS), (name) => t(`table.${name}`));
  const x = choose("x", "sweep.x", fields, called);
  const y = choose("y", "sweep.y", fields, called);
  const arrange = () => {
    x.hidden = state.kind === "parallel";
    y.hidden = state.kind !== "heat";
  };
  arrange();
  openDialog({
    title: t("sweep.title"),
    className: "wide tall",
    body: [h("div", { className: "sweep-tools" }, kind, metric, x, y), said, figure],
  });
  draw();
}
