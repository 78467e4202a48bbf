/**
 * The entry of one run in the list: colour, star, name, tags, state, progress, accuracy, and buttons for commands.
 *
 * The elements of an entry are made once and then updated, so that none moves or loses the focus while numbers change.
 */

import { closest, h, icon, iconButton, setText } from "../page/dom.js";
import { color } from "../page/palette.js";
import { ACTIVE } from "../state/run-status.js";
import { duration } from "../words/duration.js";
import { number, percent, t } from "../words/i18n.js";
import { originText, titlesVersion, valueLabelOf } from "../words/labels.js";
import { reasonText } from "../words/reasons.js";
import { lastAccuracies } from "./last-accuracies.js";
import { describeRun } from "./run-description.js";
import { fieldValue } from "./run-fields.js";
import { showName } from "./run-name.js";
import { placeText, pointsText, reachedIteration, secondsText } from "./run-result.js";
import { Sparkline } from "./sparkline.js";

/**
 * @import { Run } from "../types.js"
 * @import { FlatConfigs } from "../state/flat-configs.js"
 * @import { Accuracy } from "./last-accuracies.js"
 */

/**
 * How an entry is drawn.
 * @typedef {object} EntryLook
 * @property {boolean} shown whether the run's curves are in the charts
 * @property {boolean} selected
 * @property {boolean} current whether the Tab key reaches the buttons of this entry; it reaches those of one entry of the list
 * @property {boolean} grouped whether the entry is below the head of a group
 * @property {boolean} nested whether the entry is below the run that its run was forked from
 * @property {string[]} columns of the wide list, from left to right; empty in the narrow list
 * @property {boolean} dark whether the page has its dark theme
 * @property {number} same the number of the earliest run that shows the same training; the run's own number if there is no other
 */

/**
 * The entry of one run. Two lines are hidden while they are empty: `problem`, for a problem with the run, such as a refused name,
 * and `offer`, for the choice between two names; see renaming.js.
 * @typedef {object} Entry
 * @property {HTMLElement} element
 * @property {HTMLElement} name
 * @property {HTMLElement} problem
 * @property {HTMLElement} offer
 * @property {(run: Run, look: EntryLook) => void} update
 */

/**
 * What is called when a user acts on an entry, with the run's id.
 * @typedef {object} EntryActions
 * @property {(id: string, event: MouseEvent) => void} toggle show the run in the charts, or hide it
 * @property {(id: string, event: MouseEvent) => void} select
 * @property {(id: string) => void} star
 * @property {(id: string, name: string) => void} command `name`: `pause`, `resume`, `step`, `cancel` or `clone`
 * @property {(id: string) => void} rename
 * @property {(id: string) => void} doubleClick on the run's name
 * @property {(id: string) => void} remove
 * @property {(id: string, swatch: HTMLElement) => void} recolor choose another colour, beside this element
 */

/**
 * @param {{id: string}} run
 * @param {Pick<FlatConfigs, "get" | "size">} configs
 * @param {EntryActions} on
 * @returns {Entry}
 */
export function makeEntry({ id }, configs, on) {
  const swatch = h("button", { type: "button", className: "swatch", title: t("runs.swatch") });
  swatch.addEventListener("click", (event) => on.toggle(id, event));
  swatch.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    on.recolor(id, swatch);
  });
  const star = h("button", { type: "button", className: "star" });
  star.append(icon("star"));
  star.addEventListener("click", () => on.star(id));
  const name = h("button", { type: "button", className: "run-name" });
  name.addEventListener("dblclick", () => on.doubleClick(id));
  const tags = h("span", { className: "tags" });
  const sparkline = new Sparkline();
  const score = h("span", { className: "score", title: t("chart.test") });
  const [stateWord, stateRest] = [h("span"), h("span", { className: "rest" })];
  const state = h("span", { className: "state" }, stateWord, stateRest);
  // to another run: the same training, or a fork
  const relation = h("span", { className: "run-number" });
  const progress = h("progress", { max: 1 });
  /** Column → its cell. @type {Record<string, HTMLElement>} */
  let cells = {};
  /**
   * @param {string} iconName
   * @param {string} label the key of a text
   * @param {string} name of the command
   */
  const command = (iconName, label, name) => iconButton(iconName, t(label), () => on.command(id, name));
  const buttons = {
    pause: command("pause", "runs.pause", "pause"),
    resume: command("play", "runs.resume", "resume"),
    step: command("step", "runs.step", "step"),
    cancel: command("stop", "runs.cancel", "cancel"),
    clone: command("clone", "runs.clone", "clone"),
    rename: iconButton("rename", t("runs.rename"), () => on.rename(id)),
    remove: iconButton("delete", t("runs.delete"), () => on.remove(id)),
  };
  buttons.step.classList.add("step");
  for (const button of [buttons.resume, buttons.step, buttons.clone]) button.dataset.launches = "";
  const problem = h("p", { className: "run-problem", role: "status", hidden: true });
  const offer = h("p", { className: "run-offer", role: "status", hidden: true });
  const element = h(
    "li",
    { className: "run", "data-run": id },
    swatch,
    h("span", { className: "run-title" }, name, relation),
    star,
    sparkline.element,
    score,
    h(
      "div",
      { className: "run-foot" },
      state,
      tags,
      progress,
      h("span", { className: "actions" }, buttons.resume, buttons.pause, buttons.step, buttons.cancel),
      h("span", { className: "actions more" }, buttons.clone, buttons.rename, buttons.remove),
    ),
    problem,
    offer,
  );
  element.addEventListener("click", (event) => {
    // a click beside the buttons selects the run, like a click on the name
    if (!closest(event, "button:not(.run-name), input, a")) on.select(id, event);
  });
  element.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.preventDefault(); // Shift-click selects runs and not text
  });
  // what the entry shows now; `wasCurrent` is null before the first update
  let drawnEvaluations = -1;
  let drawnState = "";
  /** @type {boolean | null} */
  let wasCurrent = null;
  /**
   * @param {Run} run
   * @param {EntryLook} look
   */
  const update = (run, { shown, selected, current, grouped, nested, columns, dark, same }) => {
    if (current !== wasCurrent) {
      wasCurrent = current;
      for (const button of element.querySelectorAll("button")) button.tabIndex = current ? 0 : -1;
    }
    const iteration = reachedIteration(run);
    const { status, starred, archived } = run;
    const { test: accuracy, validation } = lastAccuracies(run, shown);
    // all that is read below: this function is called for all runs when one has changed, and most are drawn already
    const newState = [
      run.revision,
      run.hue,
      iteration,
      accuracy,
      run.evaluation.length,
      shown,
      selected,
      grouped,
      nested,
      columns,
      configs.size,
      titlesVersion(),
      dark,
      same,
    ].join();
    if (newState === drawnState) return;
    drawnState = newState;
    element.style.setProperty("--run", color(run.hue, dark));
    element.dataset.status = status;
    element.classList.toggle("off", !shown);
    element.classList.toggle("selected", selected);
    element.classList.toggle("grouped", grouped);
    element.classList.toggle("nested", nested);
    element.classList.toggle("archived", archived);
    swatch.setAttribute("aria-pressed", String(shown));
    swatch.setAttribute("aria-label", t("runs.toggle_named", { name: run.name }));
    star.setAttribute("aria-pressed", String(starred));
    star.setAttribute("aria-label", t("runs.star_named", { name: run.name }));
    star.title = t("runs.star");
    showName(name, run.name);
    name.setAttribute("aria-pressed", String(selected));
    const isClosed = run.summary.test_size === 0; // no test images are measured
    setText(score, percent(isClosed ? validation : accuracy));
    score.title = t(isClosed ? "chart.validation" : "chart.test");
    setText(stateWord, t(`status.${status}`));
    setText(stateRest, stateRestText(run, iteration));
    const isSame = same < run.number;
    setText(relation, isSame ? `=${same}` : forkText(run, nested));
    relation.title = isSame || !run.origin ? t("chart.same_as", { n: same }) : originText(run.origin);
    relation.classList.toggle("from", !isSame && Boolean(run.origin));
    name.title = `${run.name}\n${describeRun(run)}\n${state.textContent}`;
    state.title = reasonText(run.why, run.reason ?? "") || placeText(run) || state.textContent;
    if (tags.title !== run.tags.join(", ")) {
      tags.title = run.tags.join(", ");
      tags.replaceChildren(...run.tags.map((tag) => h("span", { className: "tag" }, tag)));
    }
    const active = ACTIVE.has(status);
    progress.hidden = !active;
    progress.value = iteration / run.iterations;
    progress.setAttribute("aria-label", t("runs.progress", { name: run.name }));
    buttons.pause.hidden = status !== "running";
    buttons.resume.hidden = status !== "paused";
    buttons.step.hidden = status !== "paused";
    buttons.cancel.hidden = !active;
    buttons.clone.hidden = active;
    if (Object.keys(cells).join() !== columns.join()) {
      for (const cell of Object.values(cells)) cell.remove();
      cells = Object.fromEntries(
        columns.map((column) => [column, h("span", { className: `cell ${column}` })]),
      );
      score.after(...Object.values(cells));
    }
    for (const [column, cell] of Object.entries(cells)) {
      setText(cell, cellText(run, column, { test: accuracy, validation }, configs));
      cell.title = cell.textContent ?? "";
    }
    if (run.evaluation.length !== drawnEvaluations) {
      drawnEvaluations = run.evaluation.length;
      const { evaluation } = run;
      sparkline.draw(evaluation.column("test_accuracy") ?? evaluation.column("validation_accuracy"));
    }
  };
  return { element, update, name, problem, offer };
}

/**
 * @param {Run} run
 * @param {string} column a field of a run, or of its config
 * @param {{test: Accuracy, validation: Accuracy}} accuracies
 * @param {Pick<FlatConfigs, "get">} configs
 */
function cellText(run, column, { test, validation }, configs) {
  const { summary, latest, seconds } = run;
  switch (column) {
    case "dataset.name":
      return [valueLabelOf(column, summary.dataset), summary.train_size && number(summary.train_size)]
        .filter(Boolean)
        .join(" ");
    case "loss":
      return lossText(latest.loss);
    case "train":
      return percent(latest.train_accuracy);
    case "validation":
      return percent(validation);
    case "test":
      return percent(test);
    case "gap":
      return pointsText(fieldValue(run, column));
    case "origin":
      return run.origin ? `${run.origin.number} @${number(run.origin.iteration)}` : "";
    case "seconds":
      return secondsText(seconds);
    default:
      return valueLabelOf(column, fieldValue(run, column, configs));
  }
}

/**
 * Where a run was forked: "from run 3, iteration 200"; only "@200" below the run that it was forked from. "" if it is no fork.
 * @param {Pick<Run, "origin">} run
 * @param {boolean} nested
 */
function forkText({ origin }, nested) {
  if (!origin) return "";
  const iteration = number(origin.iteration);
  return nested ? `@${iteration}` : t("fork.from", { n: origin.number, iteration });
}

/** A loss with three digits or fewer, which fit in a cell. @param {number | null | undefined} loss */
function lossText(loss) {
  if (loss === null || loss === undefined) return "–";
  return loss !== 0 && loss < 1e-3 ? loss.toExponential(1) : loss.toPrecision(3);
}

/**
 * The text after the word for the run's status.
 * @param {Run} run
 * @param {number} iteration
 */
function stateRestText(run, iteration) {
  switch (run.status) {
    case "running":
    case "paused":
      return ` · ${number(iteration)} / ${number(run.iterations)}`;
    case "completed":
      return ` · ${t("time.seconds", { n: secondsText(run.seconds) })}`;
    case "queued":
      return shortPlace(run);
    default:
      return ` · ${number(iteration)}`;
  }
}

/** A waiting run's place in the queue, and how long it may wait: " · no. 3 · 40 s". @param {Run} run */
function shortPlace({ place }) {
  if (!place) return "";
  const time = place.seconds === null ? "" : ` · ${duration(place.seconds)}`;
  return ` · ${t("waiting.number", { place: number(place.ahead + 1) })}${time}`;
}
