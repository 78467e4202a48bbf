/** The chart board: which charts there are, their order, and their common settings. A single chart is in `chart.js`. */

import { find, label, setChoices } from "../page/dom.js";
import { retried } from "../page/lazy.js";
import { urlState } from "../state/address.js";
import { Emitter } from "../state/emitter.js";
import { hasEnded } from "../state/run-status.js";
import { onLanguage, t } from "../words/i18n.js";
import { AXES } from "./axes.js";
import { Bands } from "./bands.js";
import { Chart } from "./chart.js";
import { ChartCard } from "./chart-card.js";
import { ChartGrid } from "./chart-grid.js";
import { placeAt } from "./columns.js";
import { DrawingSchedule } from "./drawing-schedule.js";
import { loadLibrary } from "./plotly.js";
import { isQuantity, known, title } from "./quantities.js";
import { ShownFields } from "./shown-fields.js";
import { MAX_CHARTS, makeSpec, readSpecs, VIEW, VIEWS, writeSpec } from "./specs.js";
import { Strokes } from "./strokes.js";
import { ViewSlot } from "./view-slot.js";

/**
 * @import { Run } from "../types.js"
 * @import { Spec, ViewSpec } from "./specs.js"
 * @import { Store } from "../state/store.js"
 * @import { Emphasis } from "../state/emphasis.js"
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { CardEvents } from "./chart-menu.js"
 * @import { HoverEvents } from "./hover.js"
 * @import { FillSlot } from "./view-slot.js"
 */

/** Emits "drawn" with a chart after each whole drawing of it, and "range" when its axes may have changed before that. */
export class ChartBoard extends Emitter {
  #container;
  #adder;
  #axes;
  #grid;
  #bands;
  #strokes;
  #store;
  #isDark;
  #schedule;
  #emphasis;
  #on;
  /** @type {(Chart | ViewSlot)[]} */
  #cards = [];
  /**
   * The drawn properties of the shown runs, as text to compare; null at the start.
   * @type {string | null}
   */
  #shown = null;
  /** The x that the mouse points at. @type {number | null} */
  #marked = null;
  /** The charts as they were last written to the address. */
  #written = "";
  #least = 0;
  #visibility;

  /**
   * @param {HTMLElement} container the element for the cards
   * @param {HTMLElement} foot the element with controls for all charts: add a chart, x axis, bands, line styles
   * @param {Store} store
   * @param {FlatConfigs} configs
   * @param {() => boolean} isDark
   * @param {Emphasis} emphasis
   * @param {object} on
   * @param {() => void} on.frame called while rows come, to update other parts of the page
   * @param {(runs: string[], event: PointerEvent) => void} on.pick called with the runs of a clicked curve
   * @param {HoverEvents["pin"]} on.pin called with iterations of curves that are to be pinned
   * @param {FillSlot} on.view fills the slot of a card that shows views of networks
   */
  constructor(container, foot, store, configs, isDark, emphasis, on) {
    super();
    this.#container = container;
    this.#adder = find(foot, "#add-chart", HTMLSelectElement);
    this.#axes = find(foot, "#x-axis", HTMLSelectElement);
    this.#grid = new ChartGrid(container, foot);
    const fields = new ShownFields(store, configs);
    this.#bands = new Bands(foot, fields, () => this.redraw());
    this.#strokes = new Strokes(foot, fields, () => this.redraw());
    this.#store = store;
    this.#isDark = isDark;
    this.#emphasis = emphasis;
    this.#on = on;
    emphasis.on("change", () => {
      for (const chart of this.charts) {
        chart.emphasize(emphasis.ids);
        chart.select(emphasis.selected);
      }
    });
    this.#schedule = new DrawingSchedule(
      () => this.charts,
      () => store.shown(),
      (chart, shown) => this.#drawWhole(chart, shown),
      on.frame,
    );
    // charts are drawn a little before they are scrolled into view
    this.#visibility = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const chart = this.#cards.find(({ card }) => card.element === target);
          if (chart) chart.visible = isIntersecting;
        }
        this.#schedule.plan();
      },
      { rootMargin: "200% 0px" },
    );
    store.on("runs", () => {
      // The progress of a run does not change the charts, but these properties of shown runs do.
      const shown = JSON.stringify(
        store.shown().map((run) => {
          const { id, name, color, iteration, iterations, annotations, why } = run;
          const ended = hasEnded(run);
          return [id, name, color, iterations, annotations.length, ended && [iteration, why]];
        }),
      );
      if (shown === this.#shown) return;
      this.#shown = shown;
      this.redraw();
    });
    store.on("rows", (stream) => {
      for (const chart of this.charts) chart.behind ||= chart.stream === stream;
      this.#offerWhileFocused();
      this.#schedule.plan();
    });
    store.on("overview", (stream) => {
      for (const chart of this.charts) chart.stale ||= chart.stream === stream;
      this.#offerWhileFocused();
      this.#schedule.plan();
    });
    this.#adder.addEventListener("focus", () => this.#offer());
    this.#adder.addEventListener("change", () => this.#add(this.#adder.value));
    this.#axes.addEventListener("change", () => urlState.set({ axis: this.#axes.value }));
    urlState.on("axis", () => {
      this.#offerAxes();
      this.#mark(null);
      this.redraw();
    });
    urlState.on("charts", (texts) => texts.join() !== this.#written && this.#build(readSpecs(texts)));
    onLanguage(() => this.#build(this.#cards.map(({ card }) => card.spec)));
    this.#build(readSpecs(urlState.get("charts")));
  }

  /** Begin to draw. Called after the first paint, because loading Plotly blocks the page. @returns {Promise<void>} */
  async begin() {
    await retried(loadLibrary);
    this.#schedule.begin();
  }

  /** The charts, in their order. */
  get charts() {
    return this.#cards.filter((card) => card instanceof Chart);
  }

  redraw() {
    for (const chart of this.charts) chart.stale = true;
    this.#schedule.plan();
  }

  /** Show at least this number of iterations, as for curves that are still to come. @param {number} iterations */
  expect(iterations) {
    this.#least = iterations;
    this.redraw();
  }

  // -- the charts and their order ----------------------------------------------------------------

  /** @param {(Spec | ViewSpec)[]} specs */
  #build(specs) {
    for (const chart of this.#cards) chart.remove();
    this.#cards = [];
    for (const spec of specs) this.#make(spec);
    this.#offer();
    this.#offerAxes();
    this.#arranged();
  }

  #offerAxes() {
    setChoices(
      this.#axes,
      Object.keys(AXES).map((name) => [name, t("chart.x", { axis: t(`chart.${name}`) })]),
      this.#axis,
    );
    label(this.#axes, t("chart.x_label"));
  }

  /** The name of the quantity on the x axis. */
  get #axis() {
    const name = urlState.get("axis");
    return Object.hasOwn(AXES, name) ? name : "iteration";
  }

  /** @param {Spec | ViewSpec} spec */
  #make(spec) {
    const name = "view" in spec ? `view-${spec.view}` : spec.quantity;
    const base = `chart-${name.replace(/[^\w-]/g, "-")}`;
    let id = base;
    for (let copy = 2; document.getElementById(id); copy++) id = `${base}-${copy}`;
    const on = {
      move: (/** @type {number} */ by, /** @type {"place" | "row"} */ unit) => this.#step(card, by, unit),
      over: (/** @type {number} */ y, /** @type {number} */ x) => this.#showPlace(card, y, x),
      drop: (/** @type {number | null} */ y, /** @type {number} */ x) => this.#drop(card, y, x),
      remove: () => this.#remove(card),
    };
    const card = "view" in spec ? this.#makeView(spec, id, on) : this.#makeChart(spec, id, on);
    this.#cards.push(card);
    this.#container.append(card.card.element);
    this.#visibility.observe(card.card.element);
    return card;
  }

  /**
   * @param {ViewSpec} spec
   * @param {string} id
   * @param {Pick<CardEvents, "move" | "over" | "drop" | "remove">} on
   */
  #makeView(spec, id, on) {
    return new ViewSlot(spec, id, { ...on, change: () => this.#arranged() }, this.#on.view);
  }

  /**
   * @param {Spec} spec
   * @param {string} id
   * @param {Pick<CardEvents, "move" | "over" | "drop" | "remove">} on
   */
  #makeChart(spec, id, on) {
    /** @type {CardEvents} */
    const events = {
      ...on,
      change: (changes) => {
        chart.change(changes);
        this.#arranged();
      },
      save: (format) => chart.save(format),
      unzoom: () => chart.unzoom(),
    };
    const need = () => {
      this.emit("range", chart);
      this.#schedule.plan();
    };
    const chart = new Chart(new ChartCard(spec, id, events), need, {
      x: (x) => this.#mark(x),
      point: (runs) => this.#emphasis.point(runs),
      pick: (runs, event) => this.#on.pick(runs, event),
      pin: (rows) => this.#on.pin(rows),
    });
    chart.emphasize(this.#emphasis.ids);
    chart.select(this.#emphasis.selected);
    return chart;
  }

  #arranged() {
    const texts = this.#cards.map(({ card }) => writeSpec(card.spec));
    this.#written = texts.join();
    urlState.set({ charts: texts });
    this.#grid.arrange();
    this.#schedule.plan();
  }

  #offer() {
    const names = known([...this.#store.runs.values()]);
    setChoices(this.#adder, [
      ["", t("chart.add")],
      ...names.map(/** @returns {[string, string]} */ (name) => [name, title(name, t)]),
      ...VIEWS.map(/** @returns {[string, string]} */ (view) => [VIEW + view, t(`chart.${VIEW}${view}`)]),
    ]);
    this.#adder.setAttribute("aria-label", t("chart.add"));
  }

  /** Update the open list of charts: the recorded quantities of a run are known only when its first rows come. */
  #offerWhileFocused() {
    if (document.activeElement === this.#adder) this.#offer();
  }

  /**
   * Show a card, which is added if it is not there: of a quantity, of a kind of views, or of one with options.
   * @param {string} name
   */
  open(name) {
    const whole = VIEWS.includes(name) ? VIEW + name : name;
    const [kind] = whole.split(":");
    const findCard = () => this.#cards.find(({ card }) => card.element.dataset.chart === kind);
    const spec = findCard()?.card.spec;
    if (!spec) this.#add(whole);
    else if ("view" in spec && whole !== kind) Object.assign(spec, ...readSpecs([whole]));
    for (const other of this.#cards) other.card.element.classList.toggle("evident", other === findCard());
    findCard()?.card.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} name */
  #add(name) {
    this.#adder.value = "";
    const [spec] = name.startsWith(VIEW) ? readSpecs([name]) : isQuantity(name) ? [makeSpec(name)] : [];
    if (!spec || this.#cards.length >= MAX_CHARTS) return;
    const chart = this.#make(spec);
    this.#arranged();
    chart.card.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {Chart | ViewSlot} chart */
  #remove(chart) {
    const at = this.#cards.indexOf(chart);
    this.#cards.splice(at, 1);
    this.#visibility.unobserve(chart.card.element);
    chart.remove();
    this.#arranged();
    (this.#cards[Math.min(at, this.#cards.length - 1)]?.card.plotElement ?? this.#adder).focus();
  }

  /**
   * @param {Chart | ViewSlot} chart
   * @param {number} by
   * @param {"place" | "row"} unit
   */
  #step(chart, by, unit) {
    const to = this.#cards.indexOf(chart) + by * (unit === "row" ? this.#grid.columns : 1);
    if (to >= 0 && to < this.#cards.length) this.#move(chart, to);
  }

  /**
   * Move a chart. Only its own card is moved in the document; the other cards are not touched.
   * @param {Chart | ViewSlot} chart
   * @param {number} to
   */
  #move(chart, to) {
    const from = this.#cards.indexOf(chart);
    const place = Math.max(0, Math.min(to, this.#cards.length - 1));
    if (place === from) return;
    this.#cards.splice(from, 1);
    this.#cards.splice(place, 0, chart);
    this.#container.insertBefore(chart.card.element, this.#cards[place + 1]?.card.element ?? null);
    this.#arranged();
  }

  /**
   * The place in the order for a card that is dragged to this position in the window.
   * @param {Chart | ViewSlot} chart
   * @param {number} y
   * @param {number} x
   */
  #place(chart, y, x) {
    const others = this.#cards.filter((other) => other !== chart);
    const boxes = others.map(({ card }) => card.element.getBoundingClientRect());
    return placeAt(boxes, x, y, this.#grid.columns);
  }

  /**
   * @param {Chart | ViewSlot} chart
   * @param {number | null} y
   * @param {number} x
   */
  #showPlace(chart, y, x) {
    const others = this.#cards.filter((other) => other !== chart);
    const place = y === null ? -1 : this.#place(chart, y, x);
    others.forEach(({ card }, i) => {
      card.element.classList.toggle("drop-before", i === place);
      card.element.classList.toggle("drop-after", i === others.length - 1 && place === others.length);
    });
  }

  /**
   * @param {Chart | ViewSlot} chart
   * @param {number | null} y
   * @param {number} x
   */
  #drop(chart, y, x) {
    this.#showPlace(chart, null, x);
    if (y !== null) this.#move(chart, this.#place(chart, y, x));
  }

  // -- drawing -----------------------------------------------------------------------------------

  /** Show the x under the mouse in every chart. @param {number | null} x */
  #mark(x) {
    this.#marked = x;
    for (const chart of this.charts) chart.mark(x);
  }

  /**
   * @param {Chart} chart
   * @param {Run[]} shown
   */
  async #drawWhole(chart, shown) {
    const strokes = this.#strokes.of(
      this.#bands.of(shown)?.groups.map(({ runs }) => runs) ?? shown.map((run) => [run]),
    );
    await chart.drawWhole(shown, {
      dark: this.#isDark(),
      axis: this.#axis,
      least: this.#least,
      bandsOf: (runs) => this.#bands.of(runs),
      strokes,
    });
    chart.mark(this.#marked);
    this.emit("drawn", chart);
    // if an axis of time has become longer, it must be as long in all charts
    for (const other of this.charts) other.stale ||= other.drawn >= 0 && other.end !== chart.end;
  }
}
