/**
 * For comparison: Plotly's own functions draw the same 20 runs in two charts of the same size, in the same browser. Each
 * update adds the next points to every curve, and is timed until it is painted.
 */
async ({ runs, iterations, every, updates, method }) => {
  const { Plotly } = window;
  const { value, realFrame } = window.bench;
  const size = {
    width: 650,
    height: 280,
    showlegend: false,
    hovermode: "x unified",
    margin: { l: 44, r: 20, t: 8, b: 24 },
    uirevision: "kept",
  };
  const layout = () => ({ ...size, xaxis: { range: [0, iterations] }, yaxis: { rangemode: "tozero" } });
  const elements = ["loss", "accuracy"].map(() => {
    const element = document.createElement("div");
    element.style.cssText = `position: fixed; left: 0; top: 0; width: ${size.width}px; height: ${size.height}px; z-index: 50`;
    document.body.append(element);
    return element;
  });
  // loss: raw and smoothed of each run; accuracy: train and test
  const curves = [
    Array.from({ length: 2 * runs }, (_, k) => ({
      x: [],
      y: [],
      run: k >> 1,
      stream: "train",
      column: 1,
      smooth: k % 2,
      average: 0,
      share: 1,
    })),
    Array.from({ length: 2 * runs }, (_, k) => ({
      x: [],
      y: [],
      run: k >> 1,
      stream: "evaluation",
      column: 1 + (k % 2),
      smooth: 0,
    })),
  ];
  const next = (curve, from, to) => {
    const step = curve.stream === "train" ? 1 : every;
    const more = { x: [], y: [] };
    for (let i = Math.floor(from / step); i < Math.floor(to / step); i++) {
      let y = value(curve.run, curve.stream, curve.column, i, every);
      if (curve.smooth) {
        curve.average = 0.6 * curve.average + 0.4 * y;
        curve.share *= 0.6;
        y = curve.average / (1 - curve.share);
      }
      more.x.push((i + 1) * step);
      more.y.push(y);
    }
    return more;
  };
  const traces = (chart) => curves[chart].map(({ x, y }) => ({ type: "scatter", mode: "lines", x, y }));
  const add = (curve, more) => {
    curve.x = curve.x.concat(more.x);
    curve.y = curve.y.concat(more.y);
  };
  const painted = () =>
    new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    });
  const times = [];
  const rows = 16;
  // The timed updates are short and spread over the whole length; the points between them are added untimed.
  let added = 0; // iterations whose points every curve has
  for (let update = 0; update < updates; update++) {
    const start = Math.max(added, Math.floor(((update + 1) / updates) * iterations) - rows);
    for (const chart of [0, 1]) for (const curve of curves[chart]) add(curve, next(curve, added, start));
    for (const chart of [0, 1]) await Plotly.react(elements[chart], traces(chart), layout(), {});
    const news = curves.map((list) => list.map((curve) => next(curve, start, start + rows)));
    added = start + rows;
    await new Promise((done) => realFrame(done));
    const began = performance.now();
    for (const chart of [0, 1]) {
      if (method === "react") {
        curves[chart].forEach((curve, k) => add(curve, news[chart][k]));
        await Plotly.react(elements[chart], traces(chart), layout(), {});
      } else {
        const indices = curves[chart].map((_, k) => k);
        await Plotly.extendTraces(
          elements[chart],
          { x: news[chart].map(({ x }) => x), y: news[chart].map(({ y }) => y) },
          indices,
        );
        // extendTraces has added the points to copies of our arrays, so take over the copies
        curves[chart].forEach((curve, k) => {
          curve.x = elements[chart].data[k].x;
          curve.y = elements[chart].data[k].y;
        });
      }
    }
    await painted();
    times.push(performance.now() - began);
  }
  for (const element of elements) {
    Plotly.purge(element);
    element.remove();
  }
  return times;
};
