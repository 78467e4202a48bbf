/* The figures of a report. Names and numbers come from the data element, and enter the page as text only. */
"use strict";
// dash: the field that dashes and symbols show, as {label, values}, with a value for each run; null: none
const { runs, hues, dash, texts } = JSON.parse(document.getElementById("data").textContent);
for (const [place, run] of runs.entries()) run.hue = hues[place];
const scheme = matchMedia("(prefers-color-scheme: dark)");
// the same as in static/js/page/palette.js
const LIGHT = [
  ["#255d98", "#b2682b", "#008c72", "#e15fae", "#3b4454", "#209bdd", "#a84225", "#af9012"],
  ["#616e91", "#753b00", "#173b28", "#4f074b", "#595b68", "#0f4988", "#710002", "#949364"],
].flat();
const DARK = [
  ["#358ae2", "#f4ba3b", "#0ac382", "#ca88bb", "#b4bbc4", "#59d3fe", "#fe6200", "#e4ea7f"],
  ["#2a6ddc", "#966019", "#cefecf", "#a763a7", "#67696d", "#99f0ff", "#fc8f63", "#7c8e63"],
].flat();
const DASHES = ["solid", "dash", "dot", "dashdot"];
const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross"];
const color = (hue) => (scheme.matches ? DARK : LIGHT)[hue];
/** Plotly reads a few tags in names; a run's name is no markup. */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A name for the tooltip, which never breaks its lines. */
const short = (text) => plain([...text].length > 40 ? `${[...text].slice(0, 39).join("")}…` : text);

/** Moving average as TensorBoard's: exponential, with the bias of its start taken out. */
function smooth(values, weight) {
  let average = 0;
  let share = 1;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    share *= weight;
    return average / (1 - share);
  });
}

/** The different values of that field, in the order of the runs; empty without a field. */
const values = [...new Set(dash?.values)];
/** How the curves of a run are drawn. `note`: its value of the field, for the tooltip. */
function look(run) {
  if (!dash) return { dash: "solid", note: "" };
  const value = dash.values[runs.indexOf(run)];
  const place = values.indexOf(value);
  return {
    dash: DASHES[place % DASHES.length],
    symbol: SYMBOLS[place % SYMBOLS.length],
    note: ` (${value})`,
  };
}

/** For the legend: a curve without data for each value, with its dash and symbol. */
function samples() {
  const ink = getComputedStyle(document.body).color;
  return values.map((value, place) => ({
    x: [null],
    y: [null],
    name: plain(value),
    showlegend: true,
    mode: "lines+markers",
    line: { color: ink, width: 2, dash: DASHES[place % DASHES.length] },
    marker: { color: ink, size: 8, symbol: SYMBOLS[place % SYMBOLS.length] },
  }));
}

function layout(title, extra) {
  const style = getComputedStyle(document.body);
  const quiet = scheme.matches ? "#9aa6b8" : "#566074";
  const axis = { gridcolor: scheme.matches ? "#2a3342" : "#e8ecf1", zeroline: false, automargin: true };
  return {
    uirevision: "kept",
    margin: { l: 48, r: 16, t: dash ? 36 : 12, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: style.color, family: style.fontFamily, size: 12 },
    hovermode: "x unified",
    modebar: { bgcolor: "rgba(0,0,0,0)", color: quiet, activecolor: style.color },
    hoverlabel: { bgcolor: scheme.matches ? "#161c26" : "#fff", font: { color: style.color } },
    showlegend: Boolean(dash),
    legend: {
      orientation: "h",
      y: 1.02,
      yanchor: "bottom",
      x: 0,
      itemclick: false,
      itemdoubleclick: false,
      title: { text: dash ? plain(dash.label) : "", side: "left" },
    },
    xaxis: { ...axis, autorangeoptions: { minallowed: 0 }, title: { text: texts["chart.iteration"] } },
    yaxis: { ...axis, title: { text: title }, ...extra },
  };
}

const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
/** A run's main curve. */
function strong(run) {
  const { dash: pattern, symbol } = look(run);
  const marks = symbol
    ? { mode: "lines+markers", marker: { symbol, size: 8, maxdisplayed: 14, opacity: 1 } }
    : { mode: "lines" };
  return { ...marks, showlegend: false, line: { color: color(run.hue), dash: pattern, width: 2 } };
}

/** Another curve of a run: training or validation accuracy, or the loss that is not smoothed. */
function weak(run, pattern, width, opacity) {
  return {
    mode: "lines",
    showlegend: false,
    line: { color: color(run.hue), dash: pattern, width },
    opacity,
  };
}

function draw() {
  const weight = Number(document.getElementById("smoothing").value);
  document.getElementById("smoothing-value").textContent = weight.toFixed(2);
  const log = document.getElementById("log").checked;
  const undrawn = log ? runs.reduce((sum, run) => sum + run.not_positive, 0) : 0;
  document.getElementById("undrawn").hidden = !undrawn;
  document.getElementById("undrawn").textContent = texts["chart.undrawn"].replace(
    "{n}",
    undrawn.toLocaleString(document.documentElement.lang),
  );
  const losses = runs.flatMap((run) => {
    if (!run.loss) return [];
    const main = {
      x: run.loss.x,
      y: weight ? smooth(run.loss.y, weight) : run.loss.y,
      name: short(run.name),
      ...strong(run),
      hovertemplate: `%{y:.4f}${plain(look(run).note)}`,
    };
    return weight ? [{ ...run.loss, ...weak(run, "solid", 1, 0.25), hoverinfo: "skip" }, main] : [main];
  });
  // line styles tell train, validation and test apart, unless they show the field: then train is paler
  const accuracies = runs.flatMap((run) =>
    [
      ["train_accuracy", weak(run, dash ? look(run).dash : "dot", 1.3, dash ? 0.6 : 1), "chart.train"],
      ["validation_accuracy", weak(run, dash ? look(run).dash : "dash", 1.6, 1), "chart.validation"],
      ["test_accuracy", strong(run), "chart.test"],
    ]
      .filter(([name]) => run[name])
      .map(([name, style, label]) => ({
        ...run[name],
        name: `${short(run.name)} · ${texts[label]}`,
        ...style,
        ...(run[name].x.length > 1 ? {} : { mode: "markers" }),
        hovertemplate: `%{y:.2%}${plain(look(run).note)}`,
      })),
  );
  if (dash) for (const traces of [losses, accuracies]) traces.push(...samples());
  Plotly.react(
    "loss",
    losses,
    layout(texts["chart.loss"], { type: log ? "log" : "linear", rangemode: log ? "normal" : "tozero" }),
    config,
  );
  Plotly.react(
    "accuracy",
    accuracies,
    layout(texts["chart.accuracy"], { tickformat: ".0%", rangemode: "tozero" }),
    config,
  );
  for (const swatch of document.querySelectorAll(".swatch"))
    swatch.style.background = color(Number(swatch.dataset.hue));
}

document.getElementById("smoothing").addEventListener("input", draw);
document.getElementById("log").addEventListener("change", draw);
scheme.addEventListener("change", draw);
draw();
