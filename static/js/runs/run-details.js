/**
 * The selected run: what can be changed while it goes on, its tags and notes, what was changed when, and its files.
 */

import { h, iconButton } from "../page/dom.js";
import { cssColor, HUES } from "../page/palette.js";
import { api } from "../server/api.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { worded } from "../words/reasons.js";
import { liveControls } from "./live-controls.js";
import { exportLinks } from "./run-bar.js";
import { putName } from "./run-name.js";
import { ACTIVE } from "./run-query.js";
import { KINDS, RunText } from "./run-text.js";
import { UnsentTexts } from "./unsent-texts.js";

/**
 * @import { Annotation, Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 * @import { UnsentOfRun } from "./unsent-texts.js"
 */

const STEPS = [1, 10, 100];

export class RunDetails {
  #element;
  #store;
  #actions;
  #selection;
  #colors;
  #onClone;
  /** The run that is drawn. @type {string | null} */
  #drawn = null;
  /** @type {{update: (run: Run) => void} | null} */
  #parts = null;
  /**
   * Run id → its texts: of the run that is drawn, and of others what the server does not have yet.
   * @type {Map<string, RunText[]>}
   */
  #texts = new Map();
  #unsent = new UnsentTexts();

  /**
   * @param {HTMLElement} element
   * @param {RunsLab & {onClone: (run: Run) => void}} lab
   */
  constructor(element, { store, actions, selection, colors, onClone }) {
    this.#element = element;
    this.#store = store;
    this.#actions = actions;
    this.#selection = selection;
    this.#colors = colors;
    this.#onClone = onClone;
    store.on("draw", () => this.#draw());
    selection.on("change", () => this.#draw());
    onLanguage(() => {
      for (const texts of this.#texts.values()) for (const text of texts) text.translate();
      this.#drawn = null;
      this.#draw();
    });
    // The end of what is drawn for a run that goes on waits until one has left it.
    element.addEventListener("focusout", () => queueMicrotask(() => this.#draw()));
    // what could not be sent is sent when the lab is there again
    store.on("connection", () => this.#save((text) => !text.isFocused));
    document.addEventListener("visibilitychange", () => document.hidden && this.#save());
    addEventListener("pagehide", () => {
      for (const [id, texts] of this.#texts)
        for (const { unsaved } of texts) if (unsaved) api.changeAtLeaving(id, unsaved);
      this.#keep(); // the lab may not be there, or refuse it
    });
    addEventListener("beforeunload", (event) => {
      if (this.#conflicts().length && !this.#keep()) event.preventDefault(); // the browser asks whether to leave
    });
    store.whenComplete(() => this.#restore());
  }

  #draw() {
    const [id] = this.#selection.list();
    const run = this.#selection.size === 1 ? this.#store.runs.get(id) : undefined;
    this.#element.hidden = !run;
    if (this.#drawn !== (run?.id ?? null)) {
      this.#save();
      this.#drawn = run?.id ?? null;
      if (run) this.#make(run, ACTIVE.has(run.status));
      this.#placeConflicts();
    }
    if (run) this.#parts?.update(run);
    for (const [other, texts] of this.#texts) {
      if (!this.#store.runs.has(other) || (other !== id && texts.every((text) => !text.unsaved)))
        this.#texts.delete(other);
    }
  }

  /** @param {(text: RunText) => boolean} which */
  #save(which = () => true) {
    for (const texts of this.#texts.values()) for (const text of texts.filter(which)) text.save();
  }

  /** The boxes of a run's tags and notes. What could not be stored is in them again. @param {Run} run */
  #textsOf(run) {
    const known = this.#texts.get(run.id);
    if (known) return known;
    /** @param {Record<string, any>} changes */
    const send = (changes) => this.#actions.write(run.id, changes);
    const onOutcome = () => {
      this.#placeConflicts();
      this.#keep();
    };
    const texts = Object.values(KINDS).map((kind) => new RunText(kind, run, send, onOutcome));
    this.#texts.set(run.id, texts);
    return texts;
  }

  /** Run ids with what another person was quicker with. */
  #conflicts() {
    const found = [...this.#texts].map(([id, texts]) => [id, texts.find((text) => text.conflict)?.conflict]);
    return found.filter(([, conflict]) => conflict);
  }

  /** That another person was quicker stands in the run's details, or where these are not open at its row. */
  #placeConflicts() {
    for (const [id, conflict] of this.#conflicts())
      this.#actions.emit("problem", id, id === this.#drawn ? null : conflict);
  }

  /** Keep what the server does not have for the next visit. @returns {boolean} whether it is there then */
  #keep() {
    /** @type {Record<string, UnsentOfRun>} */
    const unsent = {};
    for (const [id, texts] of this.#texts) {
      const unsaved = texts.flatMap((text) => (text.unsent ? [[text.name, text.unsent]] : []));
      if (unsaved.length) unsent[id] = Object.fromEntries(unsaved);
    }
    return this.#unsent.keep(unsent);
  }

  /** Send what an earlier visit has left; of a run that is gone it is dropped. */
  #restore() {
    for (const [id, unsent] of Object.entries(this.#unsent.take())) {
      const run = this.#store.runs.get(id);
      for (const text of run ? this.#textsOf(run) : [])
        if (unsent[text.name]) text.restore(unsent[text.name]);
    }
    this.#keep();
  }

  /**
   * @param {Run} run
   * @param {boolean} active
   */
  #make(run, active) {
    const { id } = run;
    const title = h("h2", { className: "details-title" });
    const close = iconButton("delete", t("dialog.close"), () => this.#selection.clear());
    const swatch = h("button", {
      type: "button",
      className: "swatch",
      id: "details-color",
      "aria-haspopup": "menu",
      onclick: () => this.#colors.open(this.#actions.run(id) ?? run, swatch),
    });
    const children = [
      h("header", { className: "card-head" }, swatch, title, h("div", { className: "controls" }, close)),
    ];
    /** @type {((run: Run) => void)[]} */
    const updates = [(now) => putName(title, now.name), (now) => this.#paint(swatch, now)];
    if (active) {
      const controls = this.#runControls(id);
      const live = liveControls(run, (values) => this.#actions.changeLive(id, values));
      const parts = [controls.element, live.element];
      children.push(...parts);
      updates.push(controls.update, live.update, ({ status }) => {
        const open = live.element.contains(document.activeElement);
        if (!ACTIVE.has(status) && !open) for (const part of parts) part.remove();
      });
    }
    const reason = h("p", { className: "run-reason" });
    const changes = h("ol", { className: "changes", "aria-label": t("live.changes") });
    const texts = this.#textsOf(run);
    const archive = h("button", { type: "button", className: "toggle" });
    archive.addEventListener("click", () => this.#actions.archive([id], !this.#actions.run(id)?.archived));
    const clone = h(
      "button",
      { type: "button", className: "toggle", onclick: () => this.#onClone(run) },
      t("runs.clone_change"),
    );
    children.push(
      reason,
      changes,
      ...texts.map((text) => text.element),
      h("div", { className: "details-foot" }, exportLinks([run]), clone, archive),
    );
    updates.push(
      (now) => put(reason, worded(now.why, now.reason ?? "")),
      (now) => texts.forEach((text) => text.update(now)),
      (now) => put(archive, t(now.archived ? "runs.unarchive" : "runs.archive")),
      (now) => showChanges(changes, now.annotations),
    );
    this.#element.replaceChildren(...children);
    this.#parts = { update: (now) => updates.forEach((update) => update(now)) };
  }

  /**
   * The colour, for the eye and in words.
   * @param {HTMLElement} swatch
   * @param {Run} run
   */
  #paint(swatch, { hue }) {
    swatch.style.setProperty("--run", cssColor(hue));
    swatch.title = `${t("color.choose")} (${t(`color.${HUES[hue]}`)})`;
    swatch.setAttribute("aria-label", swatch.title);
  }

  /** Pause, resume, steps, cancel, in words. @param {string} id */
  #runControls(id) {
    /**
     * @param {string} label
     * @param {() => unknown} action
     */
    const button = (label, action) =>
      h("button", { type: "button", className: "toggle", onclick: action }, label);
    const pause = button("", () => this.#actions.pauseOrResume([id]));
    pause.id = "details-pause";
    const steps = STEPS.map((iterations) =>
      button(`+${iterations}`, () => this.#actions.command(id, "step", { iterations })),
    );
    steps.forEach((step, i) => step.setAttribute("aria-label", t("live.step", { n: STEPS[i] })));
    steps.forEach((step, i) => (step.title = t("live.step", { n: STEPS[i] })));
    const cancel = button(t("runs.cancel"), () => this.#actions.command(id, "cancel"));
    const element = h(
      "div",
      { className: "run-controls", role: "group", "aria-label": t("live.title") },
      pause,
      ...steps,
      cancel,
    );
    /** @param {Pick<Run, "status">} run */
    const update = ({ status }) => {
      put(pause, t(status === "paused" ? "runs.resume" : "runs.pause"));
      pause.disabled = status === "queued";
      for (const step of steps) step.disabled = status !== "paused";
    };
    return { element, update };
  }
}

/**
 * @param {HTMLElement} list
 * @param {Annotation[]} annotations
 */
function showChanges(list, annotations) {
  const live = annotations.filter((annotation) => annotation.kind === "live");
  list.hidden = !live.length;
  if (list.children.length === live.length) return;
  list.replaceChildren(
    ...live.map(({ iteration, changes }) => {
      const parts = Object.entries(changes).map(
        ([name, [before, after]]) => `${t(`live.${name}`)} ${before} → ${after}`,
      );
      return h(
        "li",
        {},
        h("span", {}, t("live.at", { iteration: number(iteration) })),
        ` ${parts.join(", ")}`,
      );
    }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
