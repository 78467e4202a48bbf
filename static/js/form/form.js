/**
 * The form: an experiment, chosen from what the server offers. What a choice leads to (shapes, parameters, cost,
 * time) and what is wrong with it come from the server too, while one types.
 */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { urlState } from "../state/address.js";
import { newestOnly } from "../state/newest.js";
import { onLanguage, t } from "../words/i18n.js";
import { ComparedRun } from "./compared-run.js";
import { Complaint } from "./complaint.js";
import { Consequences } from "./consequences.js";
import { controlAt, placeOf } from "./control-place.js";
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
 * @import { CostsTogether, Dataset, Experiment, FirstExperiment, Options, RunView } from "../types.js"
 * @import { Look } from "../look/look.js"
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Store } from "../state/store.js"
 * @import { Answer } from "./consequences.js"
 */

/**
 * What a part of the form may do with it.
 * @typedef {object} FormContext
 * @property {Options} options
 * @property {Draft} draft
 * @property {() => void} change the draft has been changed
 * @property {(focus?: string) => void} redraw fields come or go; the focus goes to the field that is named
 * @property {() => Experiment | null} described the first experiment, complete; null while what is chosen is wrong
 * @property {() => Promise<Experiment | null>} settled the same of the draft as it stands when the answer is here
 */

export class Form {
  #form;
  #options;
  #draft;
  #consequences;
  #onLaunch;
  #look;
  #network;
  /** The field of the data sets. @type {ReturnType<typeof datasetField>} */
  #datasets;
  #launch;
  /** What the parts of the form may do with it. @type {FormContext} */
  #context;
  #compared;
  #complaint;
  #undo;
  /**
   * The server's answer for the first experiment, complete; null while what is chosen is wrong.
   * @type {FirstExperiment | null}
   */
  #first = null;
  /** What all would cost, as last computed: it stays in a form that is drawn again. @type {CostsTogether | null} */
  #costs = null;
  #queue;
  #start;
  #load = newestOnly();
  /** The last launch was refused, and nothing has been changed since: its reason stays. */
  #refused = false;
  #launching = false;

  /**
   * @param {HTMLElement} form
   * @param {Store} store
   * @param {Options} options
   * @param {(runs: RunView[]) => void} onLaunch
   * @param {Look} look
   * @param {LabQueue} queue
   */
  constructor(form, store, options, onLaunch, look, queue) {
    this.#form = form;
    this.#options = options;
    this.#onLaunch = onLaunch;
    this.#look = look;
    this.#queue = queue;
    this.#draft = new Draft(options);
    this.#start = JSON.stringify(this.#draft);
    this.#compared = new ComparedRun(options);
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

  /** @param {any} json */
  #restore(json) {
    if (JSON.stringify(json) === JSON.stringify(this.#draft)) return; // our own
    this.#draft.restore(json ?? JSON.parse(this.#start));
    this.#redraw();
  }

  /** Take back the last change; whether there was one. */
  undo() {
    return this.#undo.go("undo");
  }

  /** Bring back what was undone. */
  redo() {
    return this.#undo.go("redo");
  }

  // -- launching -----------------------------------------------------------------------------------

  async launch() {
    if (this.#launching) return; // a held key, an impatient hand
    this.#launching = true;
    this.#launch.button.disabled = true;
    const { isCurrent } = this.#consequences;
    try {
      const { draft, first, problem } = await this.#consequences.ask();
      if (problem || !first) throw problem;
      const { runs } = await api.launchTogether(draft.experiments(this.#compared.difference(draft, first)));
      if (isCurrent()) this.#complaint.show(null);
      this.#onLaunch(runs);
      this.#compared.set({ name: runs[0].name, fields: first.fields });
      this.#showDifference();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused = isCurrent();
      this.#complaint.show(error)?.focus();
    } finally {
      this.#launching = false;
      this.#launch.button.disabled = false;
    }
  }

  /**
   * Take an experiment file into the form, to change it there.
   * @param {Experiment} experiment
   * @param {{from?: {name: string} | null, before?: Experiment, reveal?: boolean}} options for "differs only in": the run
   *   that it is of, and that run's experiment where this one is another; and whether the form is brought into sight and has the focus
   * @throws ApiError where it is no experiment
   */
  async load(experiment, { from = null, before = experiment, reveal = true } = {}) {
    const isNewest = this.#load();
    const { first } = await api.summaryTogether([experiment]);
    const { fields } = before === experiment ? first : (await api.summaryTogether([before])).first;
    const network = await presetOf(first.config);
    if (!isNewest()) return; // another one has been taken since
    this.#draft.take(first.config);
    if (from) this.#draft.document.name = "";
    if (network) this.#draft.document.network = network;
    this.#compared.set(from && { name: from.name, fields });
    this.#first = first;
    this.#redraw(reveal ? "dataset.name" : undefined);
    if (reveal) this.#form.scrollIntoView({ block: "nearest" });
  }

  #showDifference() {
    const said = this.#first && this.#compared.difference(this.#draft, this.#first);
    this.#launch.differs(this.#compared.name, said?.labels ?? null);
  }

  // -- drawing -------------------------------------------------------------------------------------

  #draw() {
    this.#launch = new LaunchPart(this.#context);
    this.#datasets = this.#makeDatasetField();
    this.#arrange();
  }

  /** Put the parts into their places; those that keep nothing of their own are made here. */
  #arrange() {
    this.#showCosts();
    const model = h(
      "fieldset",
      { className: "card" },
      h("legend", { className: "hidden" }, t("form.title")),
      besideLabel(this.#datasets.element, this.#undo.element),
      ...this.#network.draw(),
    );
    // Read from the element, not kept from its "toggle" event: that comes later than the click, and a choice may come between.
    const isOpen = this.#form.querySelector("details.further")?.hasAttribute("open") ?? false;
    const further = furtherPart(this.#context, isOpen);
    const training = h(
      "fieldset",
      { className: "card" },
      h("legend", { className: "hidden" }, t("form.training")),
      ...trainingPart(this.#context).filter(Boolean),
      further,
    );
    this.#form.replaceChildren(model, training, this.#launch.element);
    wireHelp(this.#form, this.#launch.help);
    this.#showDifference();
  }

  /**
   * Draw it all again where fields come or go; the focus stays where it is, or goes to the field that is named.
   * @param {string} [focus]
   */
  #redraw(focus) {
    const scrolled = this.#form.scrollTop;
    const had = this.#form.contains(document.activeElement) ? placeOf(document.activeElement) : "";
    this.#draw();
    this.#form.scrollTop = scrolled;
    reopen(this.#form);
    this.#complaint.again();
    const control = controlAt(this.#form, focus ?? had);
    control?.closest("details")?.setAttribute("open", "");
    control?.focus();
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
      (name) => this.#look.data(name),
    );
  }

  /** @param {Dataset} dataset */
  #putDataset(dataset) {
    const index = this.#options.datasets.findIndex((other) => other.name === dataset.name);
    this.#options.datasets[index] = dataset;
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
    this.#network.count();
    this.#settle();
  }

  #showCosts() {
    const experiments = this.#costs?.experiments ?? null;
    const seconds = experiments?.map((one) => one.seconds ?? 0);
    this.#launch.show(experiments, seconds ? this.#queue.now.launching(seconds) : null);
  }

  /** Ask the server anew, when typing pauses. */
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
