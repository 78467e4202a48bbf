/**
 * The sweep dialog: shows how results depend on the settings in which runs differ, as a scatter plot, parallel coordinates or
 * a heat map.
 */

import { drawFigure } from "../charts/plotly.js";
import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { color } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { eachTraining } from "../state/same-curve.js";
import { hasText, number, t } from "../words/i18n.js";
import { labelsOf, valueLabelOf } from "../words/labels.js";
import { textsOf } from "../words/part-texts.js";
import { heatMap, scatter } from "./sweep-figures.js";
import { commonFields } from "./sweep-kinds.js";
import { METRICS, metricsOf } from "./sweep-metrics.js";
import { SweepParallel } from "./sweep-parallel.js";
import { shown } from "./sweep-scale.js";

/**
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Fields, Run } from "../types.js"
 * @import { SweepField } from "./sweep-figures.js"
 * @import { Selection } from "./selection.js"
 */

await Promise.all([loadStyle("tables"), textsOf("tools")]);

const KINDS = ["scatter", "parallel", "heat"];
/** Parallel coordinates have at most this many axes: with more, lines cannot be followed. */
const MAX_AXES = 8;

/**
 * Open the dialog. A click on a run, or on a cell with several runs, selects them and closes the dialog.
 * @param {Run[]} chosen whose fields `configs` has
 * @param {{configs: FlatConfigs, selection: Selection, isDark: () => boolean}} lab
 */
export function openSweep(chosen, { configs, selection, isDark }) {
  const runs = eachTraining(chosen);
  const ids = runs.map((run) => run.id);
  const labels = labelsOf([...configs.difference(ids).keys()]);
  const fields = [...labels.keys()];
  /** @param {Fields} config */
  const varied = (config) => Object.fromEntries(fields.map((path) => [path, config[path]]));
  /** @param {string} path @returns {SweepField} */
  const field = (path) => ({
    path,
    label: String(labels.get(path)),
    word: (value) => (typeof value === "number" ? shown(value) : valueLabelOf(path, value)),
  });
  const { names: metrics, first } = metricsOf(runs);
  /** @type {Record<"kind" | "metric" | "x" | "y", string>} */
  const state = { kind: "scatter", metric: first, x: fields[0], y: fields[1] ?? fields[0] };
  const figure = h("div", { className: "figure", role: "img" });
  const message = h("p", { className: "sweep-message", role: "status" });
  const pointed = h("p", { className: "sweep-pointed" });
  /** @param {string[]} chosen */
  const select = (chosen) => {
    selection.set(chosen);
    dialog.close();
  };
  const lines = new SweepParallel({
    select: (run) => select([run]),
    point: (words) => {
      pointed.textContent = words || t("sweep.how");
    },
    count: (count, all) => say(count < all ? t("sweep.chosen", { n: number(count), all: number(all) }) : ""),
  });
  let left = 0;
  /** @param {string} more */
  const say = (more) => {
    const parts = [
      fields.length ? "" : t("diff.none"),
      left ? t("sweep.left_out", { n: number(left) }) : "",
      more,
    ];
    message.textContent = parts.filter(Boolean).join(" ");
  };

  const draw = () => {
    const metric = { ...METRICS[state.metric], title: titleOf(state.metric) };
    const value = (/** @type {Run} */ run) =>
      (state.metric === "seconds" ? run.seconds : run.latest[state.metric]) ?? NaN;
    const points = runs
      .filter((run) => Number.isFinite(value(run)))
      .map((run) => ({
        run: run.id,
        name: run.name,
        color: color(run.hue, isDark()),
        fields: varied(configs.get(run.id)),
        value: value(run),
      }));
    left = runs.length - points.length;
    say("");
    figure.setAttribute("aria-label", `${t(`sweep.${state.kind}`)}: ${metric.title}`);
    const canBeDrawn = points.length > 0 && fields.length > 0;
    figure.hidden = state.kind === "parallel" || !canBeDrawn;
    lines.element.hidden = pointed.hidden = state.kind !== "parallel" || !canBeDrawn;
    if (!canBeDrawn) return; // a drawing of another metric does not stay
    const onClick = (/** @type {string | string[]} */ chosen) => select([chosen].flat());
    if (state.kind === "parallel")
      lines.draw({ points, fields: commonFields(points, fields.map(field)).slice(0, MAX_AXES), metric });
    else if (state.kind === "scatter") {
      const kindsBy = { fields: fields.map(field), color: (/** @type {number} */ i) => color(i, isDark()) };
      drawFigure(figure, scatter(points, field(state.x), metric, kindsBy), onClick);
    } else {
      const drawn = heatMap(points, [field(state.x), field(state.y)], metric);
      drawFigure(figure, drawn, onClick);
      if (drawn.isBest) say(t("sweep.best"));
    }
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
  const metric = choose("metric", "sweep.metric", metrics, titleOf);
  const x = choose("x", "sweep.x", fields, called);
  const y = choose("y", "sweep.y", fields, called);
  const arrange = () => {
    x.hidden = state.kind === "parallel";
    y.hidden = state.kind !== "heat";
    pointed.textContent = t("sweep.how");
  };
  arrange();
  const dialog = openDialog({
    title: t("sweep.title"),
    className: "wide tall",
    body: [
      h("div", { className: "sweep-tools" }, kind, metric, x, y),
      message,
      figure,
      lines.element,
      pointed,
    ],
  });
  draw();
}

/** The full title of a metric. @param {string} name */
function titleOf(name) {
  return t(hasText(`sweep.${name}`) ? `sweep.${name}` : `table.${name}`);
}
