/**
 * Runs in the page before the page's own scripts: a socket that takes the place of the server, and clocks.
 *
 * The feed sends real messages and frames, so they go through the page's own connection, store and charts. No training
 * uses the processor meanwhile. The clock of an animation frame starts with the page's first callback in this frame, and
 * stops when style, layout and paint are done.
 */
(() => {
  const COLUMNS = {
    train: ["iteration", "loss", "accuracy", "penalty", "learning_rate"],
    evaluation: ["iteration", "train_accuracy", "test_accuracy", "train_loss", "test_loss"],
  };
  const bench = { frames: [], longest: 0, ready: 0, drawn: 0, fed: 0 };
  window.bench = bench;

  // -- clocks --------------------------------------------------------------------------------------

  // Running Plotly's script is part of the first load, so its task does not count. The task ends with the load event.
  let plotlyLoaded = -1;
  document.addEventListener(
    "load",
    ({ target }) => {
      if (target.src?.includes("/vendor/plotly")) plotlyLoaded = performance.now();
    },
    true,
  );
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      if (Math.abs(startTime + duration - plotlyLoaded) > 50)
        bench.longest = Math.max(bench.longest, duration);
    }
  }).observe({ type: "longtask" });

  const realFrame = window.requestAnimationFrame.bind(window);
  const channel = new MessageChannel();
  let began = 0;
  channel.port1.onmessage = () => {
    bench.frames.push(performance.now() - began);
    began = 0;
  };
  window.requestAnimationFrame = (callback) =>
    realFrame((time) => {
      if (!began) {
        began = performance.now();
        channel.port2.postMessage(0);
      }
      callback(time);
    });
  bench.realFrame = realFrame;

  new MutationObserver(() => {
    if (document.documentElement?.dataset.ready && !bench.ready) bench.ready = performance.now();
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });

  const whenDrawn = () => {
    const plots = [...document.querySelectorAll("#charts .plot")];
    if (plots.length && plots.every((plot) => plot.querySelector(".xtick"))) bench.drawn = performance.now();
    else realFrame(whenDrawn);
  };
  realFrame(whenDrawn);

  // -- the feed --------------------------------------------------------------------------------------

  /** The value of a column in row i (from 0) of a stream: a falling curve with noise, the same every time. */
  function value(run, stream, column, i, every) {
    const iteration = stream === "train" ? i + 1 : (i + 1) * every;
    const noise = Math.sin(12.9898 * (i + 1) + 78.233 * (run + 1)) * 43758.5453;
    const wobble = noise - Math.floor(noise) - 0.5;
    const loss = 2.3 * Math.exp(-iteration / (800 + 150 * run)) + 0.1 + 0.02 * run;
    const accuracy = 1 - 0.9 * Math.exp(-iteration / (900 + 120 * run)) - 0.01 * run;
    const rows = {
      train: [iteration, loss * (1 + 0.5 * wobble), accuracy + 0.05 * wobble, 0.01, 0.1],
      evaluation: [iteration, accuracy, accuracy - 0.03 + 0.01 * wobble, loss, loss],
    };
    return rows[stream][column];
  }

  function frame(id, run, stream, first, rows, every) {
    const names = COLUMNS[stream];
    let header = JSON.stringify({ v: 1, run: id, stream, first, rows, columns: names });
    header = header.padEnd(Math.ceil(header.length / 4) * 4);
    const bytes = new ArrayBuffer(4 + header.length + 4 * rows * names.length);
    new DataView(bytes).setUint32(0, header.length, true);
    new Uint8Array(bytes, 4, header.length).set(new TextEncoder().encode(header));
    const floats = new Float32Array(bytes, 4 + header.length);
    names.forEach((_, c) => {
      for (let i = 0; i < rows; i++) floats[c * rows + i] = value(run, stream, c, first + i, every);
    });
    return bytes;
  }
  bench.value = value;

  const plan = JSON.parse(localStorage.getItem("bench") ?? "null");
  if (!plan) return;
  const runs = Array.from({ length: plan.runs }, (_, n) => ({
    id: `run${n}`,
    number: n + 1,
    name: `run ${n}`,
    status: plan.finished ? "completed" : "running",
    reason: null,
    why: null,
    tags: [],
    notes: "",
    starred: false,
    archived: false,
    annotations: [],
    attempt: 1,
    color: n,
    lesson: null,
    iteration: plan.finished ? plan.iterations : 0,
    iterations: plan.iterations,
    created_at: 1e9 + n,
    started_at: 1e9 + n,
    finished_at: plan.finished ? 1e9 + n + 9 : null,
    seconds: plan.finished ? 9 : null,
    latest: { loss: 0.1, accuracy: 0.9, train_accuracy: 0.9, test_accuracy: 0.9 },
    summary: {
      dataset: "digits",
      train_size: null,
      units: [16, 10],
      activations: ["relu"],
      layers: ["dense"],
      initializer: "he_normal",
      optimizer: "sgd",
      learning_rate: 0.1,
      l1: 0,
      l2: 0,
      seed: n,
    },
  }));

  class FeedSocket extends EventTarget {
    static OPEN = 1;
    readyState = 0;
    #asked = new Map();

    constructor() {
      super();
      setTimeout(() => {
        this.readyState = 1;
        this.onopen?.({});
        this.#send({ type: "hello", version: "bench", server: "bench" });
        this.#send({ type: "runs", runs, deleted: [] });
        this.#send({ type: "lab", workers: 2, busy: 2, queued: 0 });
      });
      setInterval(() => this.#send({ type: "lab", workers: 2, busy: 2, queued: 0 }), 15_000);
      bench.play = () => this.#play();
    }

    send(text) {
      const { subscribe = {} } = JSON.parse(text);
      for (const [id, rows] of Object.entries(subscribe)) {
        this.#asked.set(id, rows.train ?? 0);
        // each run in its own task, so that the feed's computing does not count as a long task of the page
        if (plan.finished)
          setTimeout(() =>
            this.#sendRows(
              runs.findIndex((run) => run.id === id),
              0,
              plan.iterations,
            ),
          );
      }
    }

    close() {}

    #send(message) {
      this.onmessage?.({ data: JSON.stringify(message) });
    }

    #sendRows(n, from, to) {
      const { id } = runs[n];
      const every = plan.every;
      const bytes = [frame(id, n, "train", from, to - from, every)];
      const [first, last] = [Math.floor(from / every), Math.floor(to / every)];
      if (last > first) bytes.push(frame(id, n, "evaluation", first, last - first, every));
      // each message is its own task, as from a network
      for (const data of bytes) setTimeout(() => this.onmessage?.({ data }));
    }

    /** Send the rows of all runs until the end: `plan.rows` rows of each run every `plan.milliseconds`. */
    #play() {
      return new Promise((done) => {
        let at = 0;
        const timer = setInterval(() => {
          const to = Math.min(plan.iterations, at + plan.rows);
          for (let n = 0; n < runs.length; n++) this.#sendRows(n, at, to);
          bench.fed += runs.length * (to - at);
          at = to;
          if (at < plan.iterations) return;
          clearInterval(timer);
          setTimeout(done, 500);
        }, plan.milliseconds);
      });
    }
  }
  window.WebSocket = FeedSocket;
})();
