/** The run table: makes the list, its tools, the card and the bar for selected runs, and connects them. */

import { closest, find } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { wireShortcuts } from "../page/shortcuts.js";
import { ApiError, api } from "../server/api.js";
import { FlatConfigs } from "../state/flat-configs.js";
import { newestOnly } from "../state/newest.js";
import { textsOf } from "../words/part-texts.js";
import { explainAll } from "../words/reasons.js";
import { RunActions } from "./run-actions.js";
import { RunColumns, wireWide } from "./run-columns.js";
import { RunDetails } from "./run-details.js";
import { RunList } from "./run-list.js";
import { RunOrder } from "./run-order.js";
import { RunTools } from "./run-tools.js";
import { keepSelected } from "./selection.js";

/**
 * @import { Run, RunView } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { Form } from "../form/form.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Emphasis } from "../state/emphasis.js"
 * @import { InClass } from "../class/in-class.js"
 * @import { CardEvents } from "./run-card.js"
 * @import { Selection } from "./selection.js"
 */

/**
 * Objects that the parts of the run table share.
 * @typedef {object} RunsLab
 * @property {Store} store
 * @property {RunOrder} order
 * @property {RunActions} actions
 * @property {Selection} selection
 * @property {FlatConfigs} configs
 * @property {{open: (run: Run, anchor: HTMLElement) => void}} colors
 * @property {{launchOther: (run: Run) => void}} same
 * @property {() => boolean} isDark
 * @property {InClass | null} inClass null in a lab without a class
 */

/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);

export class RunTable {
  /** The settings that are fetched. */
  configs = new FlatConfigs();
  #list;
  #order;
  #details;
  #selection;
  #same;
  #form;
  #store;
  #toast;
  #importer;
  #dropOlder = newestOnly();

  /**
   * @param {Store} store
   * @param {Form} form
   * @param {() => boolean} isDark
   * @param {(runs: RunView[]) => void} launched called with new runs
   * @param {Toast} toast
   * @param {Selection} selection
   * @param {Emphasis} emphasis
   * @param {InClass | null} inClass
   */
  constructor(store, form, isDark, launched, toast, selection, emphasis, inClass) {
    this.#form = form;
    this.#store = store;
    this.#selection = selection;
    this.#toast = toast;
    const { configs } = this;
    const actions = new RunActions(store, this.#toast, (runs) => {
      launched(runs);
      store.whenComplete(() => this.launched(runs));
    });
    const menu = lazy(async () => new (await import("./color-menu.js")).ColorMenu(actions));
    const colors = {
      open: async (/** @type {Run} */ run, /** @type {HTMLElement} */ anchor) =>
        (await menu()).open(run, anchor),
    };
    this.#same = lazy(async () => {
      const [{ SameExperiment }] = await Promise.all([import("./same-experiment.js"), textsOf("tools")]);
      return new SameExperiment(store, form, toast);
    });
    const same = { launchOther: async (/** @type {Run} */ run) => (await this.#same()).launchOther(run) };
    this.#order = new RunOrder(store, configs);
    const lab = { store, order: this.#order, actions, selection, configs, colors, same, isDark, inClass };
    this.#list = new RunList(byId("runs"), byId("runs-empty"), lab);
    this.#importer = lazy(async () => {
      const [{ Import }] = await Promise.all([import("./import.js"), textsOf("data")]);
      return new Import(this.#toast, launched, (experiment) => form.load(experiment));
    });
    new RunColumns(byId("run-columns"), byId("run-controls"), lab);
    const tools = new RunTools(byId("run-tools"), {
      ...lab,
      count: byId("run-count"),
      onDown: () => this.#list.focusFirst(),
      onImport: async () => (await this.#importer()).choose(),
    });
    const clone = { onClone: (/** @type {Run} */ run) => this.#clone(run) };
    /** @type {CardEvents["onFork"]} */
    const onFork = (run, iteration) => this.fork(run, iteration);
    this.#details = new RunDetails(byId("run-details"), { ...lab, ...clone, onFork });
    /** @param {string[]} ids */
    const runs = (ids) => ids.flatMap((id) => store.runs.get(id) ?? []);
    /** @type {Record<"compare" | "sweep" | "showOnly", (ids: string[]) => void>} */
    const views = {
      compare: (ids) =>
        this.#attempt(
          () => Promise.all([import("./diff.js"), configs.fetch(ids)]),
          ([{ openDiff }]) => openDiff(runs(ids), { ...lab, ...clone }),
        ),
      sweep: (ids) =>
        this.#attempt(
          () => Promise.all([import("./sweep.js"), configs.fetch(ids)]),
          ([{ openSweep }]) => openSweep(runs(ids), lab),
        ),
      showOnly: (ids) => store.showOnly(ids),
    };
    const bar = lazy(
      async () =>
        new (await import("./run-bar.js")).RunBar(byId("run-bar"), { store, selection, actions }, views),
    );
    selection.on("change", () => selection.size > 1 && retried(bar));
    const { openHelp } = wireShortcuts({
      projector: () => byId("projector").click(),
      search: () => tools.focus(),
      pause: () => actions.pauseOrResume(selection.list()),
      undo: () => actions.undo() || form.undo(),
      redo: () => form.redo(),
      clear: () => selection.clear(),
    });
    byId("help").addEventListener("click", () => openHelp());
    keepSelected(selection, store);
    linkList(byId("runs"), emphasis);
    wireWide(find(document, ".lab", HTMLElement), byId("run-controls"));
  }

  /** Update the list and the card; called when rows come, once for each animation frame. */
  draw() {
    this.#list.draw();
    this.#details.drawResult();
  }

  /** Import exported runs, or an experiment for the form. @param {File[]} files */
  async import(files) {
    await (await this.#importer()).importFiles(files);
  }

  /** Called after a launch: if runs show a training that was there before, say so. @param {RunView[]} runs */
  async launched(runs) {
    (await retried(this.#same)).reportRepeat(runs);
  }

  /**
   * Select the runs of a clicked curve, like a click on their entries; but a second click does not clear the selection, because
   * it is on another part of the curve.
   * @param {string[]} ids
   * @param {PointerEvent} event
   */
  pick(ids, event) {
    const { shiftKey, ctrlKey, metaKey } = event;
    if (ids.length === 1 && (shiftKey || ctrlKey || metaKey))
      this.#selection.click(ids[0], { shiftKey, ctrlKey: ctrlKey || metaKey }, this.#order.ids);
    else this.#selection.set(ids);
  }

  /** Load the experiment of a run in the form, where it can be changed. A copy of a fork is a fork. @param {Run} run */
  async #clone(run) {
    if (this.#store.runs.has(run.origin?.run ?? "")) return this.fork(run);
    await this.#attempt(
      () => api.run(run.id),
      ({ config }) => config && this.#form.load(config, { from: run }),
    );
  }

  /**
   * Describe in the form how a run goes on from an iteration with other settings, or a copy of a fork.
   * @param {Run} run
   * @param {number} [iteration]
   */
  async fork(run, iteration) {
    await this.#attempt(
      () => this.#form.fork(run, iteration),
      () => {},
    );
  }

  /**
   * Send a request and use its answer, unless a newer request was sent meanwhile. An error is shown as a message.
   * @template Answer
   * @param {() => Promise<Answer>} request
   * @param {(answer: Answer) => unknown} use
   */
  async #attempt(request, use) {
    const isNewest = this.#dropOlder();
    try {
      const answer = await request();
      if (isNewest()) await use(answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explainAll(error), { wrong: true });
    }
  }
}

/**
 * Connect the list with the charts: pointing at an entry emphasizes the run's curves, and pointing at a curve its entry.
 * @param {HTMLElement} list
 * @param {Emphasis} emphasis
 */
function linkList(list, emphasis) {
  for (const type of ["pointerover", "focusin"])
    list.addEventListener(type, (event) => {
      const id = closest(event, "[data-run]")?.dataset.run;
      emphasis.point(id ? [id] : []);
    });
  for (const type of ["pointerleave", "focusout"]) list.addEventListener(type, () => emphasis.point([]));
  emphasis.on("change", () => {
    const { pointed } = emphasis;
    for (const entry of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-run]")))
      entry.classList.toggle("pointed", pointed.has(entry.dataset.run ?? ""));
  });
}
