/**
 * Plot: the one file that knows Plotly. Draws curves into an element, keeps the viewer's zoom while points
 * arrive, and keeps the hover box where the mouse is.
 */

const { Plotly } = window;

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, doubleClick: "autosize", scrollZoom: false };

export class Plot {
  #element;
  #options;
  #drawing = Promise.resolve();
  #hovered = null;
  #ready = false;
  #zoomed = false;

  /**
   * @param {HTMLElement} element
   * @param {{percent?: boolean, xTitle: () => string, onRange: () => void}} options `onRange` is called when the
   *   viewer zooms, so that curves can be thinned anew for what is shown
   */
  constructor(element, options) {
    this.#element = element;
    this.#options = options;
  }

  /** The shown part of x if the viewer has zoomed, else null. */
  get range() {
    const axis = this.#element.layout?.xaxis;
    return this.#zoomed && axis?.autorange === false ? axis.range : null;
  }

  /**
   * Draw curves (see figures.js).
   * @param {{log: boolean, gap: boolean, iterations: number, partNames: Record<string, string>}} look
   *   `iterations`: the longest shown run's planned length; 0 if none is shown
   */
  draw(curves, look) {
    const traces = curves.map((curve) => this.#trace(curve, look));
    this.#drawing = this.#drawing
      .catch(() => {}) // a drawing that failed has said so; the next one starts afresh
      .then(() => Plotly.react(this.#element, traces, this.#layout(look, !traces.length), CONFIG))
      .then(() => this.#afterDrawing());
    return this.#drawing;
  }

  #afterDrawing() {
    if (!this.#ready) {
      this.#ready = true;
      this.#element.on("plotly_hover", ({ event }) => {
        if (event) this.#hovered = event;
      });
      this.#element.on("plotly_unhover", () => {
        this.#hovered = null;
      });
      this.#element.on("plotly_relayout", () => {
        this.#zoomed = this.#element.layout.xaxis.autorange === false;
        this.#options.onRange();
      });
    }
    // Drawing anew takes the hover box away; put it back where the mouse still is.
    if (this.#hovered) Plotly.Fx.hover(this.#element, this.#hovered);
  }

  #trace(curve, { partNames }) {
    const name = curve.part ? `${curve.name} · ${partNames[curve.part]}` : curve.name;
    const format = this.#options.percent ? ".2%" : ".4f";
    return {
      type: "scatter",
      mode: curve.x.length === 1 ? "markers" : "lines",
      name,
      meta: { run: curve.run, series: curve.series },
      x: curve.x,
      y: curve.y,
      customdata: curve.exact,
      line: { color: curve.color, dash: curve.dash, width: curve.width },
      marker: { color: curve.color, size: 5 },
      hoverinfo: curve.hover ? undefined : "skip",
      hovertemplate: curve.hover ? (curve.exact ? `%{customdata:${format}}  (%{y:${format}})` : `%{y:${format}}`) : undefined,
    };
  }

  #layout({ log, gap, iterations }, empty) {
    const styles = getComputedStyle(this.#element);
    const ink = (name) => styles.getPropertyValue(name).trim();
    const axis = {
      gridcolor: ink("--line"),
      linecolor: ink("--line"),
      tickfont: { color: ink("--quiet"), size: 11 },
      zeroline: false,
      automargin: false,
      // labels are known to fit; measuring them costs a seventh of a drawing
      ticklabeloverflow: "allow",
    };
    return {
      // Plotly keeps what the viewer did (zoom, pan) as long as this does not change.
      uirevision: "kept",
      margin: { l: 44, r: 20, t: 8, b: 24 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: styles.fontFamily, color: ink("--ink"), size: 12 },
      showlegend: false,
      hovermode: "x unified",
      hoverdistance: -1,
      hoverlabel: { bgcolor: ink("--card"), bordercolor: ink("--edge"), font: { color: ink("--ink"), size: 12 }, namelength: 32 },
      dragmode: "zoom",
      xaxis: {
        ...axis,
        // The planned length, not the newest point, ends the axis: it stands still while curves grow.
        autorangeoptions: { include: [0, iterations] },
        ...(empty ? { range: [0, 1000] } : { autorange: true }),
        rangemode: "nonnegative",
        hoverformat: ",d",
        tickformat: ",d",
        unifiedhovertitle: { text: `${this.#options.xTitle()} %{x:,d}` },
        showspikes: false,
      },
      yaxis: {
        ...axis,
        type: log ? "log" : "linear",
        rangemode: log ? "normal" : "tozero",
        autorangeoptions: { include: this.#options.percent && !gap ? [0, 1] : [] },
        ...(empty ? { range: this.#options.percent ? [0, 1] : [0, 2.5] } : { autorange: true }),
        tickformat: this.#options.percent ? ".0%" : undefined,
        exponentformat: "power",
        nticks: 7,
        dtick: this.#options.percent && !gap ? 0.2 : undefined,
      },
      separators: ".,",
    };
  }
}

/**
 * Draw a figure that does not live on, such as a sweep's, in the page's look.
 * @param {HTMLElement} element
 * @param {{traces: object[], layout: object}} figure Plotly's; an annotation's `bgcolor: "card"` is the ground's
 */
export function drawFigure(element, { traces, layout }) {
  const styles = getComputedStyle(element);
  const ink = (name) => styles.getPropertyValue(name).trim();
  const axis = { gridcolor: ink("--line"), linecolor: ink("--line"), tickfont: { color: ink("--quiet") }, zeroline: false, automargin: true };
  const annotations = (layout.annotations ?? []).map((note) => ({ ...note, bgcolor: ink(`--${note.bgcolor}`), font: { color: ink("--quiet"), size: 11 } }));
  const whole = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: styles.fontFamily, color: ink("--ink"), size: 12 },
    showlegend: false,
    hoverlabel: { bgcolor: ink("--card"), bordercolor: ink("--edge"), font: { color: ink("--ink") } },
    ...layout,
    margin: { l: 52, r: 20, t: 30, b: 44, ...layout.margin },
    annotations,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  };
  return Plotly.react(element, traces, whole, CONFIG);
}
