/** The run table: makes the list, its tools, the selection and what is done with it, and wires them together. */

import { closest, find } from "../page/dom.js";
import { lazy } from "../page/lazy.js";
import { wireShortcuts } from "../page/shortcuts.js";
import { ApiError, api } from "../server/api.js";
import { FlatConfigs } from "../state/flat-configs.js";
import { newestOnly } from "../state/newest.js";
import { explainAll } from "../words/reasons.js";
import { Import } from "./import.js";
import { RunActions } from "./run-actions.js";
import { RunColumns, wireWide } from "./run-columns.js";
import { RunDetails } from "./run-details.js";
import { RunList } from "./run-list.js";
import { RunTools } from "./run-tools.js";
import { keepSelected } from "./selection.js";

/**
 * @import { Run, RunView } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { Form } from "../form/form.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Emphasis } from "../state/emphasis.js"
 * @import { Selection } from "./selection.js"
 */

/**
 * What parts of the run table work with.
 * @typedef {object} RunsLab
 * @property {Store} store
 * @property {RunActions} actions
 * @property {Selection} selection
 * @property {FlatConfigs} configs
 * @property {{open: (run: Run, anchor: HTMLElement) => void}} colors
 * @property {{launchOther: (run: Run) => void}} same
 * @property {() => boolean} isDark
 */

/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);

export class RunTable {
  #list;
  #details;
  #selection;
  #same;
  #form;
  #toast;
  #ask = newestOnly();

  /**
   * @param {Store} store
   * @param {Form} form
   * @param {() => boolean} isDark
   * @param {(runs: RunView[]) => void} launched called with runs that are new
   * @param {Toast} toast
   * @param {Selection} selection
   * @param {Emphasis} emphasis
   */
  constructor(store, form, isDark, launched, toast, selection, emphasis) {
    this.#form = form;
    this.#selection = selection;
    this.#toast = toast;
    const configs = new FlatConfigs();
    const actions = new RunActions(store, this.#toast, (runs) => {
      launched(runs);
      store.whenComplete(() => this.launched(runs));
    });
    const menu = lazy(async () => new (await import("./color-menu.js")).ColorMenu(actions));
    const colors = {
      open: async (/** @type {Run} */ run, /** @type {HTMLElement} */ anchor) =>
        (await menu()).open(run, anchor),
    };
    this.#same = lazy(
      async () => new (await import("./same-experiment.js")).SameExperiment(store, configs, form, toast),
    );
    const same = { launchOther: async (/** @type {Run} */ run) => (await this.#same()).launchOther(run) };
    const lab = { store, actions, selection, configs, colors, same, isDark };
    this.#list = new RunList(byId("runs"), byId("runs-empty"), lab);
    const files = new Import(this.#toast, launched, (experiment) => form.load(experiment));
    new RunColumns(byId("run-columns"), byId("run-controls"), this.#list, lab);
    const tools = new RunTools(byId("run-tools"), this.#list, {
      ...lab,
      count: byId("run-count"),
      onImport: () => files.choose(),
    });
    const clone = { onClone: (/** @type {Run} */ run) => this.#clone(run) };
    this.#details = new RunDetails(byId("run-details"), { ...lab, ...clone });
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
    selection.on("change", () => selection.size > 1 && bar());
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

  /** Called for rows, once a frame. */
  draw() {
    this.#list.draw();
    this.#details.drawResult();
  }

  /** Runs were launched: say which earlier one they repeat. @param {RunView[]} runs */
  async launched(runs) {
    (await this.#same()).say(runs);
  }

  /**
   * A click on a curve selects its runs, as one on their entries does.
   * @param {string[]} ids
   * @param {PointerEvent} event
   */
  pick(ids, event) {
    if (ids.length === 1) this.#selection.click(ids[0], event, this.#list.order);
    else this.#selection.set(ids);
  }

  /** Take a run's experiment into the form, to change it there. @param {Run} run */
  async #clone(run) {
    await this.#attempt(
      () => api.run(run.id),
      ({ config }) => config && this.#form.load(config, { from: run }),
    );
  }

  /**
   * Ask, and go on with the answer unless something else has been asked since.
   * @template Answer
   * @param {() => Promise<Answer>} question
   * @param {(answer: Answer) => unknown} go
   */
  async #attempt(question, go) {
    const isNewest = this.#ask();
    try {
      const answer = await question();
      if (isNewest()) await go(answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#toast.show(explainAll(error), { wrong: true });
    }
  }
}

/**
 * An entry that is pointed at lets its run's curves stand out, and a curve that is pointed at its run's entry.
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
