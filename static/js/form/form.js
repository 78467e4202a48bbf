/**
 * The form, in which a user describes an experiment. The server gives the possible choices. While the user types, the server
 * also gives the consequences (shapes, parameters, cost, time) and the errors.
 */

import { h } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { ApiError, api } from "../server/api.js";
import { urlState } from "../state/address.js";
import { newestOnly } from "../state/newest.js";
import { onLanguage, t } from "../words/i18n.js";
import { registerDatasets } from "../words/labels.js";
import { ComparedRun } from "./compared-run.js";
import { Complaint } from "./complaint.js";
import { Consequences } from "./consequences.js";
import { focusAt, focusIn } from "./control-place.js";
import { datasetField } from "./dataset-field.js";
import { Draft } from "./draft.js";
import { showError, showField } from "./errors.js";
import { besideLabel } from "./fields.js";
import { furtherPart } from "./further-part.js";
import { wireHelp } from "./help.js";
import { LaunchPart } from "./launch-part.js";
import { presetOf } from "./mlp.js";
import { NetworkPart } from "./network-part.js";
import { reopen } from "./several.js";
import { trainingPart } from "./training-part.js";
import { Undo } from "./undo.js";

/**
 * @import { CostsTogether, Dataset, Experiment, FirstExperiment, Options, Run, RunView } from "../types.js"
 * @import { Look } from "../look/look.js"
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Store } from "../state/store.js"
 * @import { Answer } from "./consequences.js"
 * @import { ForkedFrom } from "./draft.js"
 */

/**
 * What the parts of the form can use.
 * @typedef {object} FormContext
 * @property {Options} options
 * @property {Draft} draft
 * @property {() => void} change call this when the draft has changed
 * @property {(focus?: string) => void} redraw call this when fields are added or removed; it focuses the named field
 * @property {() => Experiment | null} described the complete first experiment; null while the draft has an error
 * @property {() => Promise<Experiment | null>} settled the same, after waiting for the server's answer
 */

export class Form {
  #form;
  #options;
  #draft;
  #consequences;
  #onLaunch;
  #look;
  #onBring;
  #network;
  /** The field of the data sets. @type {ReturnType<typeof datasetField>} */
  #datasets;
  #launch;
  /** @type {FormContext} */
  #context;
  #compared = new ComparedRun();
  #complaint;
  #undo;
  /**
   * The complete first experiment from the server; null while the draft has an error.
   * @type {FirstExperiment | null}
   */
  #first = null;
  /** The last known costs; they are shown again when the form is drawn again. @type {CostsTogether | null} */
  #costs = null;
  #queue;
  #start;
  #dropOlder = newestOnly();
  /** Whether the last launch was refused and the draft has not changed since; then the error stays visible. */
  #refused = false;
  #launching = false;
  /** Why nothing can be launched now; empty: it can. */
  #locked = "";
  /** What a fork needs, once it is loaded. @type {typeof import("./fork.js") | null} */
  #forks = null;
  #loadForks = lazy(async () => {
    this.#forks = await import("./fork.js");
    return this.#forks;
  });

  /**
   * @param {HTMLElement} form
   * @param {Store} store
   * @param {Options} options
   * @param {(runs: RunView[]) => void} onLaunch
   * @param {() => Promise<Look>} look
   * @param {LabQueue} queue
   * @param {() => void} onBring called to bring an own data set
   */
  constructor(form, store, options, onLaunch, look, queue, onBring) {
    this.#form = form;
    this.#options = options;
    this.#onLaunch = onLaunch;
    this.#look = look;
    this.#onBring = onBring;
    this.#queue = queue;
    this.#draft = new Draft(options);
    this.#start = JSON.stringify(this.#draft);
    this.#complaint = new Complaint(form, this.#draft);
    this.#consequences = new Consequences(this.#draft, (answer) => this.#show(answer));
    this.#context = {
      options,
      draft: this.#draft,
      change: () => this.#change(),
      redraw: (focus) => this.#redraw(focus),
      described: () => this.#first?.config ?? null,
      settled: () => this.#consequences.settled(),
    };
    this.#network = new NetworkPart(this.#context, look);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.launch();
    });
    onLanguage(() => this.#redraw());
    queue.on("change", () => this.#showCosts());
    store.on("datasets", (dataset) => this.#putDataset(dataset));
    urlState.on("form", (json) => this.#restore(json));
    this.#draft.restore(urlState.get("form"));
    this.#undo = new Undo(form, this.#draft, (field) => {
      this.#redraw();
      showField(form, field);
    });
    this.#launch = new LaunchPart(this.#context);
    this.#datasets = this.#makeDatasetField();
    this.#arrange();
    this.#settle();
  }

  /** What the parts can use. */
  get context() {
    return this.#context;
  }

  /** @param {any} json */
  #restore(json) {
    if (JSON.stringify(json) === JSON.stringify(this.#draft)) return; // the form has written it itself
    this.#draft.restore(json ?? JSON.parse(this.#start));
    this.#redraw();
  }

  /** Undo the last change. @returns whether there was one */
  undo() {
    return this.#undo.go("undo");
  }

  /** Redo the last undone change. @returns whether there was one */
  redo() {
    return this.#undo.go("redo");
  }

  // -- launching -----------------------------------------------------------------------------------

  async launch() {
    if (this.#launching) return; // a held key or a double click must not launch twice
    this.#launching = true;
    this.#updateLock();
    const { isCurrent } = this.#consequences;
    try {
      const { draft, first, problem } = await this.#consequences.ask();
      if (problem || !first) throw problem;
      const experiments = draft.experiments(this.#compared.difference(draft, first));
      const { runs } = draft.origin
        ? await (await this.#loadForks()).launchFork(draft, first.config, experiments[0].name)
        : await api.launchTogether(experiments, this.#form.dataset.lesson);
      if (isCurrent()) this.#complaint.show(null);
      this.#onLaunch(runs);
      // a fork is compared with its origin, however often it is forked
      if (!draft.origin) this.#compared.set({ name: runs[0].name, fields: first.fields });
      this.#showDifference();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused = isCurrent();
      this.#complaint.show(error)?.focus();
    } finally {
      this.#launching = false;
      this.#updateLock();
    }
  }

  /** The button is disabled while it is locked, and during a launch. */
  #updateLock() {
    this.#launch.lock(this.#locked);
    this.#launch.button.disabled ||= this.#launching;
  }

  /** Call this when a lesson has freed fields that it fixed. */
  fieldsFreed() {
    this.#network.updateEditButton();
  }

  /** Forbid to launch, for a reason; allow it again if that is empty. @param {string} reason */
  lock(reason) {
    this.#locked = reason;
    this.#updateLock();
  }

  /**
   * Load an experiment in the form, where it can be changed.
   * @param {Experiment} experiment
   * @param {{from?: {name: string} | null, before?: Experiment, reveal?: boolean, origin?: ForkedFrom, forgets?: boolean, isWanted?: () => boolean}} options `from`: the run that the text
   *   "differs only in" compares with; `before`: the experiment of that run, if it is not `experiment`; `reveal`: whether to
   *   scroll to the form and focus it; `origin`: what it is a fork of; `forgets`: whether `undo` does not lead back
   *   to what was in the form before; `isWanted`: whether it is still to be loaded when the server has answered
   * @returns {Promise<boolean>} whether it was loaded, and not another one that was asked for meanwhile
   * @throws ApiError if it is not a valid experiment
   */
  async load(
    experiment,
    { from = null, before = experiment, reveal = true, origin, forgets = false, isWanted = () => true } = {},
  ) {
    const isNewest = this.#dropOlder();
    const { first } = await api.summaryTogether([experiment]);
    const { fields } = before === experiment ? first : (await api.summaryTogether([before])).first;
    const network = await presetOf(first.config);
    if (!isNewest() || !isWanted()) return false; // another experiment was loaded meanwhile
    this.#draft.load(first.config);
    this.#draft.origin = origin ?? null;
    if (from) this.#draft.document.name = "";
    if (network) this.#draft.document.network = network;
    this.#compared.set(from && { name: from.name, fields });
    this.#first = first;
    if (forgets) this.#undo.forget();
    this.#redraw(reveal ? (origin ? "optimizer.name" : "dataset.name") : undefined);
    if (reveal) this.#form.scrollIntoView({ block: "nearest" });
    return true;
  }

  /**
   * Describe how a run goes on from an iteration with other settings, or a copy of a fork.
   * @param {Run} run
   * @param {number} [iteration] without it, `run` is a fork, which is copied
   * @throws ApiError if it cannot be forked there
   */
  async fork(run, iteration) {
    const isNewest = this.#dropOlder();
    const { beginFork, copyFork, revealForm } = await this.#loadForks();
    const isCopy = iteration === undefined && run.origin;
    const begun = isCopy ? copyFork(run, isCopy) : beginFork(run, iteration ?? run.iteration);
    const { experiment, ...options } = await begun;
    if (!isNewest()) return;
    revealForm();
    await this.load(experiment, { from: run, ...options });
  }

  /** Change what the form describes. @param {(draft: Draft) => void} change */
  edit(change) {
    this.#draft.origin = null;
    change(this.#draft);
    this.#redraw("launch");
  }

  #leaveFork() {
    this.#draft.origin = null;
    this.#redraw("launch");
  }

  #showDifference() {
    const difference = this.#first && this.#compared.difference(this.#draft, this.#first);
    this.#launch.differs(this.#compared.name, difference?.labels ?? null);
  }

  // -- drawing -------------------------------------------------------------------------------------

  #draw() {
    this.#launch = new LaunchPart(this.#context);
    this.#updateLock();
    this.#datasets = this.#makeDatasetField();
    this.#arrange();
  }

  /** Put all parts in the form; parts without a state of their own are made here. */
  #arrange() {
    this.#showCosts();
    const model = h(
      "fieldset",
      { className: "card" },
      h("legend", { className: "hidden" }, t("form.title")),
      this.#datasetLine(),
      ...this.#network.draw(),
    );
    // read from the element, because its "toggle" event comes later than the click, and a choice may come between
    const isOpen = this.#form.querySelector("details.further")?.hasAttribute("open") ?? false;
    const further = furtherPart(this.#context, isOpen);
    const training = h(
      "fieldset",
      { className: "card" },
      h("legend", { className: "hidden" }, t("form.training")),
      ...trainingPart(this.#context).filter(Boolean),
      further,
    );
    const { origin } = this.#draft;
    const head = origin && this.#forks?.forkHead(origin, () => this.#leaveFork());
    this.#form.classList.toggle("forking", Boolean(origin));
    this.#form.replaceChildren(...(head ? [head] : []), model, training, this.#launch.element);
    if (head) this.#forks?.fixFields(this.#form, this.#draft);
    else if (origin) retried(this.#loadForks).then(() => this.#redraw());
    wireHelp(this.#form, this.#launch.help);
    this.#showDifference();
  }

  /**
   * Draw the whole form again because fields are added or removed. The focus stays, or goes to the named field.
   * @param {string} [focus]
   */
  #redraw(focus) {
    const scrolled = this.#form.scrollTop;
    const focused = focus === undefined ? focusIn(this.#form) : { place: focus };
    this.#draw();
    this.#form.scrollTop = scrolled;
    reopen(this.#form);
    this.#complaint.again();
    focusAt(this.#form, focused);
    this.#change();
  }

  #makeDatasetField() {
    /**
     * @param {string[]} names
     * @param {string} focus
     */
    const choose = (names, focus) => {
      this.#draft.chooseDatasets(names);
      this.#redraw(focus);
    };
    const chosen = this.#draft.datasets.map(({ name }) => name);
    return datasetField(
      this.#options.datasets,
      chosen,
      choose,
      (error) => showError(this.#form, error),
      async (name) => (await this.#look()).data(name),
    );
  }

  #bringButton() {
    const id = "bring-data"; // so that the focus can return to it
    return h(
      "button",
      { type: "button", className: "toggle", id, onclick: this.#onBring },
      t("dataset.bring"),
    );
  }

  /** Draw only the field of the data sets again: another person may have brought one while this one types. */
  #redrawDatasets() {
    if (this.#draft.origin) return this.#redraw(); // a fork disables the field
    const { element } = this.#datasets;
    const focused = focusIn(element);
    const boxes = /** @type {HTMLElement | null} */ (element.querySelector(":popover-open"));
    const reopens = boxes?.contains(document.activeElement);
    if (!reopens) boxes?.hidePopover(); // to open them again would take the focus from where it is
    this.#datasets = this.#makeDatasetField();
    element.replaceWith(this.#datasetLine());
    if (reopens) reopen(this.#form);
    this.#complaint.again();
    focusAt(this.#form, focused);
  }

  #datasetLine() {
    return besideLabel(this.#datasets.element, this.#bringButton(), this.#undo.element);
  }

  /** @param {Dataset} dataset */
  #putDataset(dataset) {
    registerDatasets([dataset]);
    const { datasets } = this.#options;
    const index = datasets.findIndex((other) => other.name === dataset.name);
    datasets[index < 0 ? datasets.length : index] = dataset;
    if (dataset.own) this.#redrawDatasets(); // it may be new, deleted, or have another title
    this.#datasets.update();
    if (!this.#draft.datasets.includes(dataset)) return;
    if (dataset.available) this.#settle();
  }

  // -- consequences --------------------------------------------------------------------------------

  #change() {
    const json = this.#draft.toJSON();
    urlState.set({ form: JSON.stringify(json) === this.#start ? null : structuredClone(json) });
    this.#undo.record();
    this.#launch.count(this.#draft.count());
    this.#network.updateEditButton();
    this.#settle();
  }

  #showCosts() {
    const experiments = this.#costs?.experiments ?? null;
    const seconds = experiments?.map((cost) => cost.seconds ?? 0);
    this.#launch.show(experiments, seconds ? this.#queue.now.launching(seconds) : null);
  }

  /** Ask the server again when the user pauses typing. */
  #settle() {
    this.#refused = false;
    this.#consequences.changed();
  }

  /** @param {Answer} answer */
  #show({ costs, summary, first, problem }) {
    if (problem ? problem.status : !this.#refused) this.#complaint.show(problem);
    this.#costs = costs;
    this.#showCosts();
    this.#first = first;
    this.#network.show(summary, problem?.bounds.output_shapes);
    this.#showDifference();
  }
}
