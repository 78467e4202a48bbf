/** The card of one run: its settings, its results, the changes by hand, its relations to other runs, and its commands. */

import { h, iconButton, setText } from "../page/dom.js";
import { cssColor, HUES } from "../page/palette.js";
import { loadStyle } from "../page/style.js";
import { ACTIVE } from "../state/run-status.js";
import { number, t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { reasonText } from "../words/reasons.js";
import { exportMenu } from "./export-menu.js";
import { liveControls } from "./live-controls.js";
import { describeRun } from "./run-description.js";
import { showName } from "./run-name.js";
import { RunRelations } from "./run-relations.js";
import { resultFigures, resultSentence } from "./run-result.js";

/**
 * @import { Annotation, Run } from "../types.js"
 * @import { RunsLab } from "./run-table.js"
 * @import { RunText } from "./run-text.js"
 */

await Promise.all([loadStyle("card"), textsOf("tools")]);

/**
 * What the buttons of a card do with its run: load its experiment in the form, or describe there a fork at an iteration.
 * @typedef {{onClone: (run: Run) => void, onFork: (run: Run, iteration: number) => void}} CardEvents
 */

const STEPS = [1, 10, 100];

export class RunCard {
  /** The head of the card, its body, which scrolls, and its foot. @type {HTMLElement[]} */
  parts;
  #id;
  #lab;
  /** @type {((run: Run) => void)[]} */
  #updates;
  /** Updates the result, the only part of the card that changes with every row. @type {(run: Run) => void} */
  updateResult;

  /**
   * @param {Run} run
   * @param {RunText[]} texts the boxes of its tags and its notes
   * @param {Pick<RunsLab, "store" | "actions" | "selection" | "colors" | "configs" | "same" | "inClass"> & CardEvents} lab
   */
  constructor(run, texts, lab) {
    this.#id = run.id;
    this.#lab = lab;
    const head = this.#head(run);
    const description = h("p", { className: "run-description" });
    const relations = new RunRelations(lab, (now) => this.update(now));
    const result = h("span");
    const longer = this.#longer(run);
    const figures = makeFigures(run);
    const mayChange = lab.store.mayChange(run);
    const controls =
      ACTIVE.has(run.status) && mayChange ? this.#controls(run) : { parts: [], update: () => {} };
    const reason = h("p", { className: "run-reason" });
    const changes = h("ol", { className: "changes", "aria-label": t("live.changes") });
    const machine = h("p", { className: "run-machine" });
    const inClass = lab.inClass?.cardParts(run, lab.actions);
    const foot = this.#foot(run, mayChange, inClass?.share);
    for (const text of texts)
      for (const box of text.element.querySelectorAll("input, textarea"))
        if (box instanceof HTMLInputElement || box instanceof HTMLTextAreaElement) box.readOnly = !mayChange;
    const body = h(
      "div",
      { className: "run-body" },
      ...(inClass ? [inClass.owner] : []),
      description,
      relations.origin,
      h("p", { className: "run-result" }, result, " ", longer.element),
      figures.element,
      ...controls.parts,
      reason,
      changes,
      machine,
      relations.shared,
      relations.apart,
      relations.difference,
      ...texts.map((text) => text.element),
    );
    this.parts = [head.element, body, foot.element];
    this.updateResult = (now) => {
      const shown = lab.store.isShown(now.id);
      setText(result, resultSentence(now, shown));
      figures.update(resultFigures(now, shown));
    };
    this.#updates = [
      head.update,
      this.updateResult,
      longer.update,
      (now) => showName(description, describeRun(now, lab.configs.get(now.id))),
      controls.update,
      (now) => setText(reason, reasonText(now.why, now.reason ?? "")),
      (now) => showChanges(changes, now.annotations),
      (now) => setText(machine, machineText(now.machines ?? [])),
      (now) => relations.update(now),
      (now) => texts.forEach((text) => text.update(now)),
      foot.update,
      (now) => inClass?.update(now),
    ];
  }

  /** Update the card, unless it is held: what moved then would move under a hand. @param {Run} run */
  update(run) {
    if (this.#isHeld) return;
    for (const update of this.#updates) update(run);
  }

  /** Whether one of its menus is open, or one of its buttons is pressed. */
  get #isHeld() {
    return this.parts.some((part) => part.querySelector("details[open], button:active, summary:active"));
  }

  /** @param {Run} run */
  #head(run) {
    const { actions, colors, selection } = this.#lab;
    const title = h("h2", { className: "details-title", tabIndex: -1 });
    const runNumber = h("span", { className: "run-number" }, t("runs.number", { n: run.number }));
    const swatch = h("button", {
      type: "button",
      className: "swatch",
      id: "details-color",
      "aria-haspopup": "menu",
      disabled: !this.#lab.store.mayChange(run),
      onclick: () => colors.open(actions.run(this.#id) ?? run, swatch),
    });
    const close = iconButton("delete", t("dialog.close"), () => selection.clear());
    /** Update the name, and the colour with its name. @param {Run} now */
    const update = ({ hue, name }) => {
      showName(title, name);
      swatch.style.setProperty("--run", cssColor(hue));
      swatch.title = `${t("color.choose")} (${t(`color.${HUES[hue]}`)})`;
      swatch.setAttribute("aria-label", swatch.title);
    };
    const controls = h("div", { className: "controls" }, close);
    return { element: h("header", { className: "card-head" }, swatch, title, runNumber, controls), update };
  }

  /** Buttons to pause, resume, step and cancel, and the live controls; removed when the run has ended. @param {Run} run */
  #controls(run) {
    const { actions } = this.#lab;
    const buttons = this.#buttons();
    const live = liveControls(run, (values) => actions.changeLive(this.#id, values));
    const parts = [buttons.element, live.element];
    /** @param {Run} now */
    const update = (now) => {
      buttons.update(now);
      live.update(now);
      if (ACTIVE.has(now.status) || live.element.contains(document.activeElement)) return;
      const hadFocus = parts.some((part) => part.contains(document.activeElement));
      for (const part of parts) part.remove();
      if (hadFocus) this.parts[0].querySelector("h2")?.focus({ preventScroll: true }); // it stays in the card
    };
    return { parts, update };
  }

  #buttons() {
    const { actions } = this.#lab;
    const id = this.#id;
    /**
     * @param {string} label
     * @param {() => unknown} action
     */
    const button = (label, action) =>
      h("button", { type: "button", className: "toggle", onclick: action }, label);
    const pause = button("", () => actions.pauseOrResume([id]));
    pause.id = "details-pause";
    const steps = STEPS.map((iterations) =>
      button(`+${iterations}`, () => actions.command(id, "step", { iterations })),
    );
    steps.forEach((step, i) => step.setAttribute("aria-label", t("live.step", { n: STEPS[i] })));
    steps.forEach((step, i) => (step.title = t("live.step", { n: STEPS[i] })));
    for (const step of steps) step.dataset.launches = "";
    const cancel = button(t("runs.cancel"), () => actions.command(id, "cancel"));
    const element = h(
      "div",
      { className: "run-controls", role: "group", "aria-label": t("live.title") },
      pause,
      ...steps,
      cancel,
    );
    /** @param {Pick<Run, "status">} run */
    const update = ({ status }) => {
      setText(pause, t(status === "paused" ? "runs.resume" : "runs.pause"));
      pause.disabled = status === "queued";
      pause.toggleAttribute("data-launches", status === "paused");
      for (const step of steps) step.disabled = status !== "paused";
    };
    return { element, update };
  }

  /**
   * @param {Run} run
   * @param {boolean} mayChange
   * @param {HTMLElement} [share] the button that shares the run with the class
   */
  #foot(run, mayChange, share) {
    const { actions, onClone } = this.#lab;
    const archive = h("button", { type: "button", className: "toggle", hidden: !mayChange });
    archive.addEventListener("click", () => actions.archive([this.#id], !actions.run(this.#id)?.archived));
    const clone = h(
      "button",
      { type: "button", className: "toggle", onclick: () => onClone(run) },
      t("runs.clone_change"),
    );
    /** @param {Run} now */
    const update = ({ archived }) => setText(archive, t(archived ? "runs.unarchive" : "runs.archive"));
    const buttons = [exportMenu([run]), clone, ...(share ? [share] : []), archive];
    return { element: h("div", { className: "details-foot" }, ...buttons), update };
  }

  /** The button that trains a run longer: a fork at its end. @param {Run} run */
  #longer(run) {
    const { actions, onFork } = this.#lab;
    const onclick = () => {
      const now = actions.run(this.#id) ?? run;
      onFork(now, now.iteration);
    };
    const element = h(
      "button",
      { type: "button", className: "toggle", id: "train-longer", title: t("fork.longer_hint"), onclick },
      t("fork.longer"),
    );
    /** @param {Run} now */
    const update = ({ status }) => {
      element.hidden = status !== "completed";
    };
    return { element, update };
  }
}

const FIGURES = /** @type {const} */ (["train", "validation", "test", "gap"]);

/** The element with the accuracies on training, validation and test images, and the gap between training and test. @param {Run} run */
function makeFigures({ summary }) {
  const names = FIGURES.filter((name) => name !== "validation" || summary.validation_size);
  const values = names.map((name) => ({ name, value: h("dd") }));
  const pairs = values.map(({ name, value }) => h("div", {}, h("dt", {}, t(`chart.${name}`)), value));
  /** @param {ReturnType<typeof resultFigures>} texts */
  const update = (texts) => {
    for (const { name, value } of values) setText(value, texts[name]);
  };
  return { element: h("dl", { className: "run-figures" }, ...pairs), update };
}

/**
 * On which machine of a cluster a run trained, and from which iteration on another kind of processor.
 * @param {NonNullable<Run["machines"]>} machines
 */
function machineText(machines) {
  const last = machines.at(-1);
  if (!last) return "";
  const moved = machines.filter((machine, i) => i && machine.arithmetic !== machines[i - 1].arithmetic);
  return [
    t("machine.trained", last),
    ...moved.map((machine) => t("machine.moved", { ...machine, iteration: number(machine.iteration) })),
  ].join(" ");
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
