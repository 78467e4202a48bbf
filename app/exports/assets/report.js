/* The figures of a report. Names and numbers come from the data element, and enter the page as text only. */
"use strict";
const { runs, texts } = JSON.parse(document.getElementById("data").textContent);
const scheme = matchMedia("(prefers-color-scheme: dark)");
const LIGHT = ["#0072b2", "#c27300", "#009e73", "#c7599b", "#4b5563", "#1c8cc0", "#c44f00", "#9c8b00"];
const DARK = ["#3d9be0", "#f0a830", "#1fc195", "#e08abf", "#b6bec9", "#6cc5f2", "#ff7d33", "#e6d84f"];
const DASHES = ["solid", "dash", "dot", "dashdot"];
const color = (index) => (scheme.matches ? DARK : LIGHT)[index % 8];
/** Plotly reads a few tags in names; a run's name is no markup. */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

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

function layout(extra) {
  const style = getComputedStyle(document.body);
  const axis = { gridcolor: scheme.matches ? "#2a3342" : "#e8ecf1", zeroline: false, automargin: true };
  return {
    uirevision: "kept",
    margin: { l: 48, r: 16, t: 12, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: style.color, family: style.fontFamily, size: 12 },
    hovermode: "x unified",
    hoverlabel: { bgcolor: scheme.matches ? "#161c26" : "#fff", font: { color: style.color } },
    showlegend: false,
    xaxis: { ...axis, title: { text: texts["chart.iteration"] } },
    yaxis: { ...axis, ...extra },
  };
}

const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
const line = (run, dash, width) => ({ color: color(run.color), dash: dash ?? DASHES[Math.floor(run.color / 8) % 4], width });

function draw() {
  const weight = Number(document.getElementById("smoothing").value);
  document.getElementById("smoothing-value").textContent = weight.toFixed(2);
  const log = document.getElementById("log").checked;
  const losses = runs.flatMap((run) => {
    if (!run.loss) return [];
    const raw = { ...run.loss, name: plain(run.name), mode: "lines", line: line(run, undefined, weight ? 1 : 2), opacity: weight ? 0.25 : 1, hoverinfo: weight ? "skip" : "all" };
    const even = { x: run.loss.x, y: smooth(run.loss.y, weight), name: plain(run.name), mode: "lines", line: line(run, undefined, 2), hovertemplate: "%{y:.4f}" };
    return weight ? [raw, even] : [{ ...raw, hoverinfo: undefined, hovertemplate: "%{y:.4f}" }];
  });
  const accuracies = runs.flatMap((run) =>
    [["train_accuracy", "dot", 1.3, "chart.train"], ["test_accuracy", undefined, 2, "chart.test"]]
      .filter(([name]) => run[name])
      .map(([name, dash, width, label]) => ({ ...run[name], name: plain(`${run.name} · ${texts[label]}`), mode: run[name].x.length > 1 ? "lines" : "markers", line: line(run, dash, width), hovertemplate: "%{y:.2%}" })),
  );
  Plotly.react("loss", losses, layout({ type: log ? "log" : "linear", rangemode: log ? "normal" : "tozero" }), config);
  Plotly.react("accuracy", accuracies, layout({ tickformat: ".0%", rangemode: "tozero" }), config);
  for (const swatch of document.querySelectorAll(".swatch")) swatch.style.background = color(Number(swatch.dataset.color));
}

document.getElementById("smoothing").addEventListener("input", draw);
document.getElementById("log").addEventListener("change", draw);
scheme.addEventListener("change", draw);
draw();
