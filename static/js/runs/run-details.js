/**
 * The card of the selected run, if exactly one is selected; and the unsent texts of all runs.
 */

import { lazy, retried } from "../page/lazy.js";
import { api } from "../server/api.js";
import { onLanguage } from "../words/i18n.js";
import { UnsentTexts } from "./unsent-texts.js";

/**
 * @import { Run } from "../types.js"
 * @import { CardEvents, RunCard } from "./run-card.js"
 * @import { RunText } from "./run-text.js"
 * @import { RunsLab } from "./run-table.js"
 * @import { UnsentOfRun } from "./unsent-texts.js"
 */

export class RunDetails {
  #element;
  #store;
  #actions;
  #selection;
  #lab;
  /** Id of the run on the card. @type {string | null} */
  #drawn = null;
  /** @type {RunCard | null} */
  #card = null;
  /** What cards and their texts are made of, once it is loaded. @type {(typeof import("./run-card.js") & typeof import("./run-text.js")) | null} */
  #parts = null;
  #loadParts = lazy(async () => {
    const [card, text] = await Promise.all([import("./run-card.js"), import("./run-text.js")]);
    this.#parts = { ...card, ...text };
    this.#draw();
    return this.#parts;
  });
  /**
   * Run id → the boxes of its texts: for the run on the card, and for other runs with unsent texts.
   * @type {Map<string, RunText[]>}
   */
  #texts = new Map();
  #unsent = new UnsentTexts("drafts");

  /**
   * @param {HTMLElement} element
   * @param {RunsLab & CardEvents} lab
   */
  constructor(element, lab) {
    const { store, actions, selection } = lab;
    this.#element = element;
    this.#store = store;
    this.#actions = actions;
    this.#selection = selection;
    this.#lab = lab;
    store.on("draw", () => this.#draw());
    selection.on("change", () => this.#draw());
    onLanguage(() => {
      for (const texts of this.#texts.values()) for (const text of texts) text.translate();
      this.#drawn = null;
      this.#draw();
    });
    // a control that has the focus stays when its run ends; it is removed when it loses the focus
    element.addEventListener("focusout", () => queueMicrotask(() => this.#draw()));
    // what has changed while the card was held
    element.addEventListener("toggle", () => this.#draw(), true);
    addEventListener("pointerup", () => setTimeout(() => this.#draw()));
    // texts that could not be sent are sent when the lab answers again
    store.on("connection", () => this.#save((text) => !text.isFocused));
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    addEventListener("pagehide", () => {
      for (const [id, texts] of this.#texts)
        for (const { unsaved } of texts) if (unsaved) api.changeAtLeaving(id, unsaved);
      this.#keep(); // sending may fail
    });
    addEventListener("beforeunload", (event) => {
      if (this.#conflicts().length && !this.#keep()) event.preventDefault(); // the browser asks whether to leave
    });
    store.whenComplete(() => this.#restore());
  }

  /** The selected run, if exactly one is selected. */
  get #run() {
    const [id] = this.#selection.list();
    return this.#selection.size === 1 ? this.#store.runs.get(id) : undefined;
  }

  /** Update the result; called when rows come, once for each animation frame. */
  drawResult() {
    const run = this.#run;
    if (run && run.id === this.#drawn) this.#card?.updateResult(run);
  }

  #draw() {
    const run = this.#run;
    const parts = this.#parts;
    if (run && !parts) return void retried(this.#loadParts);
    this.#element.hidden = !run;
    if (this.#drawn !== (run?.id ?? null)) {
      this.#save();
      this.#drawn = run?.id ?? null;
      this.#card = run && parts ? new parts.RunCard(run, this.#textsOf(run, parts), this.#lab) : null;
      this.#element.replaceChildren(...(this.#card?.parts ?? []));
      this.#placeConflicts();
    }
    if (run) this.#card?.update(run);
    for (const [other, texts] of this.#texts) {
      if (!this.#store.runs.has(other) || (other !== run?.id && texts.every((text) => !text.unsaved)))
        this.#texts.delete(other);
    }
  }

  /** Send unsent texts. @param {(text: RunText) => boolean} which */
  #save(which = () => true) {
    for (const texts of this.#texts.values()) for (const text of texts.filter(which)) text.save();
  }

  /**
   * The boxes of a run's tags and notes, with texts that could not be sent.
   * @param {Run} run
   * @param {typeof import("./run-text.js")} parts
   * @returns {RunText[]}
   */
  #textsOf(run, { KINDS, RunText }) {
    const existing = this.#texts.get(run.id);
    if (existing) return existing;
    /** @param {Record<string, any>} changes */
    const send = (changes) => this.#actions.write(run.id, () => changes);
    const onOutcome = () => {
      this.#placeConflicts();
      this.#keep();
    };
    const texts = Object.values(KINDS).map((kind) => new RunText(kind, run, send, onOutcome));
    this.#texts.set(run.id, texts);
    return texts;
  }

  /** Runs whose text another person has changed meanwhile: [run id, error]. */
  #conflicts() {
    const conflicts = [...this.#texts].map(([id, texts]) => [
      id,
      texts.find((text) => text.conflict)?.conflict,
    ]);
    return conflicts.filter(([, conflict]) => conflict);
  }

  /** Show conflicts at the rows of runs; the card shows the conflict of its own run. */
  #placeConflicts() {
    for (const [id, conflict] of this.#conflicts())
      this.#actions.emit("problem", id, id === this.#drawn ? null : conflict);
  }

  /** Keep unsent texts for the next visit. @returns {boolean} whether the browser has stored them */
  #keep() {
    /** @type {Record<string, UnsentOfRun>} */
    const unsent = {};
    for (const [id, texts] of this.#texts) {
      const unsaved = texts.flatMap((text) => (text.unsent ? [[text.name, text.unsent]] : []));
      if (unsaved.length) unsent[id] = Object.fromEntries(unsaved);
    }
    return this.#unsent.keep(unsent);
  }

  /** Send unsent texts from an earlier visit, except those of deleted runs. */
  async #restore() {
    if (this.#unsent.isEmpty) return;
    const parts = await this.#loadParts();
    for (const [id, unsent] of Object.entries(this.#unsent.take())) {
      const run = this.#store.runs.get(id);
      for (const text of run ? this.#textsOf(run, parts) : [])
        if (unsent[text.name]) text.restore(unsent[text.name]);
    }
    this.#keep();
  }
}
