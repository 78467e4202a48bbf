/**
 * A card that shows views of networks: its head, its menu, the runs that it shows and their moment. What it draws is its
 * content, an object of one of the other files here.
 */

import { CardFrame } from "../charts/card-frame.js";
import { cardMenu, menuItem } from "../charts/chart-menu.js";
import { h, setChoices, setText } from "../page/dom.js";
import { cssColor } from "../page/palette.js";
import { ApiError } from "../server/api.js";
import { urlState } from "../state/address.js";
import { newestOf, readMoment } from "../state/moment.js";
import { number, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";

/**
 * @import { HoverEvents } from "../charts/hover.js"
 * @import { OnView, ViewSlot } from "../charts/view-slot.js"
 * @import { Selection } from "../runs/selection.js"
 * @import { Store } from "../state/store.js"
 * @import { Run } from "../types.js"
 * @import { View } from "./view.js"
 * @import { Watching, Wanted } from "./watching.js"
 */

/**
 * The page's parts that cards use.
 * @typedef {{store: Store, selection: Selection, watching: Watching, isDark: () => boolean, pin: HoverEvents["pin"]}} Parts
 */

/**
 * What a content may use of its card. `body`: where it draws; `controls`: where it puts its own controls, in the head;
 * `option` and `setOption`: its settings, which the address keeps; `redraw`: draw again soon; `pin`: pin an iteration of a run.
 * @typedef {object} CardContext
 * @property {HTMLElement} body
 * @property {HTMLElement} controls
 * @property {string} title
 * @property {(name: string, byDefault: string) => string} option
 * @property {(name: string, value: string) => void} setOption
 * @property {() => void} redraw
 * @property {(run: Run, iteration: number) => void} pin
 * @property {() => boolean} isDark
 */

/**
 * A run in a card. `iteration`: the moment, or the newest iteration; `isLive`: whether it follows the newest; `view`: what was
 * seen there; until that has come, the view before it, or null; `further`: the same for the further requests of the content.
 * @typedef {{run: Run, iteration: number, isLive: boolean, view: View | null, further: (View | null)[], error: string}} Seen
 */

/** A further view that a content needs, at an iteration; by default at the moment. @typedef {{view: string, options: Record<string, string | number>, iteration?: number}} Request */

/**
 * What draws in a card. `runs`: the most runs side by side; `view` and `options`: what it needs of each; null: only rows.
 * `further`: what else it needs of a run whose moment is at `iteration`. `draw` returns what is to be seen as a text.
 * @typedef {object} Content
 * @property {number} runs
 * @property {string | null} view
 * @property {(run: Run) => Record<string, string | number> | null} options null: nothing of this run (yet)
 * @property {(run: Run, iteration: number) => Request[]} [further]
 * @property {(seen: Seen[]) => string} draw
 * @property {() => HTMLCanvasElement | SVGElement | null} picture what is saved as a picture
 * @property {() => void} [remove] the card is taken away
 */

/** While the page polls, the newest moment is asked for this often, in milliseconds. */
const POLL_EVERY = 1000;
/** What comes of runs while they train is drawn at most once in this many milliseconds. */
const RUNS_EVERY = 100;

export class ViewCard {
  #slot;
  #on;
  #parts;
  #frame;
  /** @type {Content} */
  #content;
  #visible = false;
  #removed = false;
  #planned = false;
  /** Stops listening to the page's parts. @type {(() => void)[]} */
  #stops = [];
  #body = h("div", { className: "view-body" });
  #text = h("p", { className: "hidden" });
  #status = h("p", { className: "view-status", role: "status", hidden: true });
  #chooser = h("select", { className: "view-run", hidden: true });
  /** The last view of each run, and of each further request. @type {Map<string, View>} */
  #last = new Map();
  #timer = 0;
  /** When the card was last drawn. */
  #drawn = -RUNS_EVERY;
  #later = 0;

  /**
   * @param {ViewSlot} slot
   * @param {new (context: CardContext) => Content} kind
   * @param {OnView} on
   * @param {Parts} parts
   */
  constructor(slot, kind, on, parts) {
    const { element, plotElement, spec } = slot.card;
    this.#slot = slot;
    this.#on = on;
    this.#parts = parts;
    this.#frame = new CardFrame(element, slot.title, on, () => this.#plan());
    const heading = h("h2", {}, h("span", {}, slot.title));
    this.#frame.dragBy(heading);
    const controls = h("span", { className: "view-controls" });
    this.#chooser.setAttribute("aria-label", t("views.run"));
    this.#chooser.addEventListener("change", () => this.#setOption("run", this.#chooser.value));
    const head = h(
      "header",
      { className: "card-head" },
      this.#frame.grip,
      heading,
      h("div", { className: "controls" }, controls, this.#chooser, this.#frame.expand, ...this.#menu()),
    );
    element.prepend(head);
    plotElement.append(this.#status, this.#body, this.#text);
    this.#content = new kind({
      body: this.#body,
      controls,
      title: slot.title,
      option: (name, byDefault) => spec.options[name] ?? byDefault,
      setOption: (name, value) => this.#setOption(name, value),
      redraw: () => this.#plan(),
      pin: (run, iteration) => parts.pin([/** @type {any} */ ({ runs: [run.id], iteration })]),
      isDark: parts.isDark,
    });
    const plan = () => this.#plan();
    const { store, selection, watching } = parts;
    const resized = new ResizeObserver(plan);
    resized.observe(plotElement);
    const dark = new MutationObserver(plan);
    dark.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.#stops = [
      ...["runs", "rows"].map((topic) => store.on(topic, () => this.#planLater())),
      store.on("connection", plan),
      selection.on("change", plan),
      watching.on("found", plan),
      urlState.on("moment", plan),
      () => resized.disconnect(),
      () => dark.disconnect(),
    ];
    this.#plan();
  }

  /** @param {boolean} visible */
  set visible(visible) {
    this.#visible = visible;
    this.#plan();
  }

  remove() {
    this.#removed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    for (const stop of this.#stops) stop();
    this.#parts.watching.need(this, []);
    this.#content.remove?.();
    this.#frame.remove();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #setOption(name, value) {
    this.#slot.card.spec.options[name] = value;
    this.#on.change();
    this.#plan();
  }

  #menu() {
    return cardMenu(`${this.#slot.card.plotElement.id}-menu`, this.#slot.title, [
      menuItem("png", () => this.#save()),
      h("hr"),
      menuItem("up", () => this.#on.move(-1, "place")),
      menuItem("down", () => this.#on.move(1, "place")),
      menuItem("remove", () => this.#on.remove()),
    ]);
  }

  /** Draw in the next frame. */
  #plan() {
    if (this.#planned || this.#removed) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      if (this.#removed) return;
      this.#draw();
      this.#drawn = performance.now();
    });
  }

  /** Draw in the next frame in which the last picture has stood long enough. */
  #planLater() {
    if (this.#planned || this.#later) return;
    const draw = () => {
      this.#later = 0;
      this.#plan();
    };
    const wait = this.#drawn + RUNS_EVERY - performance.now();
    if (wait > 0) this.#later = setTimeout(draw, wait);
    else draw();
  }

  /** The runs that the card shows: the selected ones, or else those that are shown. */
  #runs() {
    const { store, selection } = this.#parts;
    const shown = store.shown();
    const selected = shown.filter(({ id }) => selection.has(id));
    const from = selected.length ? selected : shown;
    const most = this.#content.runs;
    const chosen = this.#slot.card.spec.options.run;
    if (most > 1) return { runs: from.slice(-most), others: from.length - most, from };
    const run = from.find((run) => String(run.number) === chosen) ?? from.at(-1);
    return { runs: run ? [run] : [], others: 0, from };
  }

  #draw() {
    const { watching, store } = this.#parts;
    const content = this.#content;
    const { runs, others, from } = this.#runs();
    const moment = readMoment(urlState.get("moment"));
    const isPolling = store.connection === "polling";
    /** @type {Wanted[]} */
    const wanted = [];
    const keys = new Set(runs.map(({ id }) => id));
    const seen = runs.map((run) => {
      const newest = newestOf(run);
      const isLive = moment === null || moment.iteration === null;
      const iteration = isLive ? newest : Math.min(moment.iteration ?? 0, newest);
      const options = this.#visible && content.view ? content.options(run) : null;
      /** @type {Seen} */
      const seenRun = { run, iteration, isLive, view: null, further: [], error: "" };
      if (!options || !content.view) return seenRun;
      const ask = (/** @type {Request} */ request, /** @type {string} */ key) => {
        const now = isLive && !isPolling ? null : iteration;
        const asked = { run: run.id, view: request.view, options: request.options };
        wanted.push({ ...asked, iteration: request.iteration ?? now });
        const answer = watching.get(wanted[wanted.length - 1]);
        keys.add(key);
        if (answer instanceof ApiError) seenRun.error = explain(answer);
        else if (answer) this.#last.set(key, answer);
        return answer instanceof ApiError ? null : (this.#last.get(key) ?? null);
      };
      seenRun.view = ask({ view: content.view, options }, run.id);
      seenRun.further = (content.further?.(run, iteration) ?? []).map((request) =>
        ask(request, `${run.id} ${JSON.stringify(request)}`),
      );
      return seenRun;
    });
    for (const key of this.#last.keys()) if (!keys.has(key)) this.#last.delete(key);
    if (!isPolling || !this.#timer) this.#need(wanted, isPolling);
    this.#showChooser(from);
    if (!this.#visible) return;
    const errors = seen.filter(({ error }) => error);
    const isSame = errors.every(({ error }) => error === errors[0].error);
    const message = !runs.length
      ? t("views.no_runs")
      : errors.length
        ? isSame
          ? errors[0].error
          : errors.map(({ run, error }) => `${run.name}: ${error}`).join(" ")
        : others > 0
          ? t("views.more_runs", { n: number(others) })
          : "";
    this.#status.hidden = !message;
    setText(this.#status, message);
    const waits = !isPolling && wanted.some((request) => !watching.get(request));
    this.#slot.card.element.classList.toggle("waits", waits);
    this.#body.hidden = !runs.length; // before the content is drawn, which measures its room
    setText(this.#text, runs.length ? content.draw(seen) : "");
  }

  /**
   * @param {Wanted[]} wanted
   * @param {boolean} isPolling
   */
  #need(wanted, isPolling) {
    this.#parts.watching.need(this, wanted);
    if (!isPolling) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#plan();
    }, POLL_EVERY);
  }

  /** A card of one run lets one choose it. @param {Run[]} from */
  #showChooser(from) {
    this.#chooser.hidden = this.#content.runs > 1 || from.length < 2;
    if (this.#chooser.hidden) return;
    const chosen = this.#runs().runs[0];
    setChoices(
      this.#chooser,
      from.map(/** @returns {[string, string]} */ (run) => [String(run.number), run.name]),
      String(chosen?.number),
    );
  }

  /** Save what the content has drawn as a picture. */
  async #save() {
    const picture = this.#content.picture();
    if (!(picture instanceof HTMLCanvasElement)) return;
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => picture.toBlob(done));
    if (!blob) return;
    const link = h("a", { href: URL.createObjectURL(blob), download: `${this.#slot.card.spec.view}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/**
 * The line above a run's part of a card: its colour, its name, and what there is to say of it.
 * @param {Run} run
 * @param {string} description
 */
export function runLine(run, description = "") {
  return h(
    "div",
    { className: "view-line" },
    swatchOf(run),
    h("span", { className: "view-name", title: run.name }, run.name),
    h("span", { className: "view-says" }, description),
  );
}

/** A square in a run's colour. @param {Run} run */
export function swatchOf(run) {
  const swatch = h("span", { className: "view-swatch" });
  swatch.style.background = cssColor(run.hue);
  return swatch;
}
