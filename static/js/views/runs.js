/**
 * The run list: colour, name, state, progress, accuracy, and what can be done with each run.
 *
 * An entry is made once and changed in place: nothing moves or loses its focus while numbers change.
 */

import { ApiError, api } from "../api.js";
import { h, iconButton, sparkline } from "../dom.js";
import { number, onLanguage, percent, t } from "../i18n.js";
import { color } from "../palette.js";

const SPARK = { width: 44, height: 16, points: 22 };
const ACTIVE = new Set(["queued", "running", "paused"]);

export class RunList {
  #store;
  #list;
  #empty;
  #isDark;
  #entries = new Map();
  #onClone;

  constructor(list, empty, store, isDark, onClone) {
    this.#list = list;
    this.#empty = empty;
    this.#store = store;
    this.#isDark = isDark;
    this.#onClone = onClone;
    store.on("runs", () => this.draw());
    onLanguage(() => {
      this.#entries.clear();
      this.#list.replaceChildren();
      this.draw();
    });
  }

  /** Bring the entries up to date with the store; called for changes of runs, and for rows once a frame. */
  draw() {
    const runs = this.#store.list();
    this.#empty.hidden = runs.length > 0;
    const there = new Set(runs.map((run) => run.id));
    for (const [id, entry] of this.#entries) {
      if (there.has(id)) continue;
      entry.element.remove();
      this.#entries.delete(id);
    }
    const shown = new Set(this.#store.shown().map((run) => run.id));
    runs.forEach((run, i) => {
      let entry = this.#entries.get(run.id);
      if (!entry) {
        entry = this.#make(run);
        this.#entries.set(run.id, entry);
      }
      if (this.#list.children[i] !== entry.element) this.#list.insertBefore(entry.element, this.#list.children[i] ?? null);
      entry.update(run, shown.has(run.id));
    });
  }

  #make(run) {
    const { id } = run;
    const swatch = h("button", { type: "button", className: "swatch", title: t("runs.toggle") });
    swatch.addEventListener("click", () => this.#store.show([id], !this.#store.isShown(id)));
    const name = h("span", { className: "run-name" });
    name.addEventListener("dblclick", () => this.#rename(id));
    const spark = sparkline(SPARK.width, SPARK.height);
    const score = h("span", { className: "score", title: t("chart.test") });
    const state = h("span", { className: "state" });
    const progress = h("progress", { max: 1 });
    const buttons = {
      pause: iconButton("pause", t("runs.pause"), () => this.#command(id, "pause")),
      resume: iconButton("play", t("runs.resume"), () => this.#command(id, "resume")),
      step: iconButton("step", t("runs.step"), () => this.#command(id, "step")),
      cancel: iconButton("stop", t("runs.cancel"), () => this.#command(id, "cancel")),
      clone: iconButton("clone", t("runs.clone"), () => this.#command(id, "clone")),
      rename: iconButton("rename", t("runs.rename"), () => this.#rename(id)),
      remove: iconButton("delete", t("runs.delete"), () => this.#remove(id)),
    };
    const problem = h("p", { className: "run-problem", role: "status", hidden: true });
    const element = h(
      "li",
      { className: "run", "data-run": id },
      swatch,
      name,
      spark.svg,
      score,
      h(
        "div",
        { className: "run-foot" },
        state,
        progress,
        h("span", { className: "actions" }, buttons.resume, buttons.pause, buttons.step, buttons.cancel),
        h("span", { className: "actions more" }, buttons.clone, buttons.rename, buttons.remove),
      ),
      problem,
    );
    element.addEventListener("keydown", (event) => {
      if (event.key === "F2") this.#rename(id);
    });
    let drawn = -1;
    const update = (now, isShown) => {
      const tint = color(now.color, this.#isDark());
      element.style.setProperty("--run", tint);
      element.dataset.status = now.status;
      element.classList.toggle("off", !isShown);
      swatch.setAttribute("aria-pressed", String(isShown));
      swatch.setAttribute("aria-label", t("runs.toggle_named", { name: now.name }));
      put(name, now.name);
      name.title = describe(now);
      const iteration = Math.max(now.iteration, now.train.length ? now.train.last("iteration") : 0);
      const accuracy = now.evaluation.length ? now.evaluation.last("test_accuracy") : now.latest.test_accuracy;
      put(score, percent(accuracy));
      put(state, stateText(now, iteration));
      state.title = now.reason ?? "";
      const active = ACTIVE.has(now.status);
      progress.hidden = !active;
      progress.value = iteration / now.iterations;
      progress.setAttribute("aria-label", t("runs.progress", { name: now.name }));
      buttons.pause.hidden = now.status !== "running";
      buttons.resume.hidden = now.status !== "paused";
      buttons.step.hidden = now.status !== "paused";
      buttons.cancel.hidden = !active;
      buttons.clone.hidden = active;
      if (now.evaluation.length !== drawn) {
        drawn = now.evaluation.length;
        spark.draw(sparkPath(now.evaluation.column("test_accuracy")));
      }
    };
    return { element, update, name, problem };
  }

  async #command(id, command) {
    await this.#try(id, async () => {
      const run = await api.command(id, command);
      if (command === "clone") this.#onClone([run]); // what the others do comes through the socket
    });
  }

  async #remove(id) {
    const run = this.#store.runs.get(id);
    if (ACTIVE.has(run.status) && !confirm(t("runs.delete_active", { name: run.name }))) return;
    await this.#try(id, async () => {
      await api.remove(id);
      this.#store.removeRuns([id]);
    });
  }

  /** Put a box in the name's place until Enter, Escape or a click elsewhere. */
  #rename(id) {
    const { name } = this.#entries.get(id);
    if (!name.isConnected) return;
    const input = h("input", { type: "text", className: "rename", value: this.#store.runs.get(id).name, maxLength: 200, "aria-label": t("runs.rename") });
    let done = false;
    const finish = async (keep) => {
      if (done) return;
      done = true;
      input.replaceWith(name);
      const wanted = input.value.trim();
      if (!keep || !wanted || wanted === this.#store.runs.get(id)?.name) return;
      await this.#try(id, () => api.rename(id, wanted));
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    input.addEventListener("blur", () => finish(true));
    name.replaceWith(input);
    input.select();
  }

  /** Do something with a run; what the server says against it stands at the run. */
  async #try(id, action) {
    const problem = () => this.#entries.get(id)?.problem;
    if (problem()) problem().hidden = true;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!problem()) return;
      problem().textContent = error.message || t(`error.${error.code}`);
      problem().hidden = false;
    }
  }
}

function stateText(run, iteration) {
  const status = t(`status.${run.status}`);
  switch (run.status) {
    case "running":
    case "paused":
      return `${status} · ${number(iteration)} / ${number(run.iterations)}`;
    case "completed":
      return `${status} · ${t("time.seconds", { n: run.seconds.toFixed(run.seconds < 10 ? 2 : 0) })}`;
    case "queued":
      return status;
    default:
      return `${status} · ${number(iteration)}`;
  }
}

/** A config in a line: what tells runs apart. */
function describe(run) {
  const { dataset, train_size, units, activations, initializer, optimizer, learning_rate, l1, l2, seed } = run.summary;
  const parts = [
    train_size ? `${dataset} (${train_size})` : dataset,
    units.join("-"),
    activations.join(" "),
    initializer,
    `${optimizer} ${learning_rate}`,
  ];
  if (l1) parts.push(`L1 ${l1}`);
  if (l2) parts.push(`L2 ${l2}`);
  parts.push(`seed ${seed}`);
  return parts.join(" · ");
}

function sparkPath(values) {
  if (!values || values.length < 2) return "";
  const step = Math.max(1, Math.floor(values.length / SPARK.points));
  const points = [];
  for (let i = 0; i < values.length; i += step) {
    const x = (SPARK.width * i) / (values.length - 1);
    const y = 1 + (SPARK.height - 2) * (1 - values[i]);
    if (Number.isFinite(y)) points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return points.length > 1 ? `M${points.join("L")}` : "";
}

/** Change a text only where it differs: an unchanged one keeps its selection. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
