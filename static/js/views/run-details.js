/**
 * The selected run: what can be changed while it goes on, its tags and notes, what was changed when, and its files.
 */

import { h, iconButton } from "../dom.js";
import { number, onLanguage, t } from "../i18n.js";
import { HUES, cssColor, hueOf } from "../palette.js";
import { told } from "../reasons.js";
import { liveControls } from "./live-controls.js";
import { exportLinks } from "./run-bar.js";
import { putName } from "./run-name.js";
import { ACTIVE } from "./run-query.js";

const STEPS = [1, 10, 100];

export class RunDetails {
  #element;
  #store;
  #actions;
  #selection;
  #colors;
  #onClone;
  #drawn = "";
  #parts = null;

  constructor(element, { store, actions, selection, colors, onClone }) {
    this.#element = element;
    this.#store = store;
    this.#actions = actions;
    this.#selection = selection;
    this.#colors = colors;
    this.#onClone = onClone;
    store.on("runs", () => this.#draw());
    selection.on(() => this.#draw());
    onLanguage(() => {
      this.#drawn = "";
      this.#draw();
    });
  }

  #draw() {
    const [id] = this.#selection.list();
    const run = this.#selection.size === 1 ? this.#store.runs.get(id) : undefined;
    this.#element.hidden = !run;
    if (!run) {
      this.#drawn = "";
      return;
    }
    const active = ACTIVE.has(run.status);
    const drawn = `${id} ${active}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#make(run, active);
    }
    this.#parts.update(run);
  }

  #make(run, active) {
    const { id } = run;
    const title = h("h2", { className: "details-title" });
    const close = iconButton("delete", t("dialog.close"), () => this.#selection.clear());
    const swatch = h("button", { type: "button", className: "swatch", id: "details-color", "aria-haspopup": "menu", onclick: () => this.#colors.open(this.#actions.run(id), swatch) });
    const children = [h("header", { className: "card-head" }, swatch, title, h("div", { className: "controls" }, close))];
    const updates = [(now) => putName(title, now.name), (now) => this.#paint(swatch, now)];
    if (active) {
      const controls = this.#runControls(id);
      const live = liveControls(run, (values) => this.#actions.changeLive(id, values));
      children.push(controls.element, live.element);
      updates.push(controls.update, live.update);
    }
    const reason = h("p", { className: "run-reason" });
    const changes = h("ol", { className: "changes", "aria-label": t("live.changes") });
    const tags = this.#field("tags", h("input", { type: "text", maxLength: 400, placeholder: t("runs.tags_hint") }), (input) => ({ tags: splitTags(input.value) }), id);
    const notes = this.#field("notes", h("textarea", { rows: 2, maxLength: 10_000 }), (input) => ({ notes: input.value }), id);
    const archive = h("button", { type: "button", className: "toggle" });
    archive.addEventListener("click", () => this.#actions.archive([id], !this.#actions.run(id).archived));
    const clone = h("button", { type: "button", className: "toggle", onclick: () => this.#onClone(run) }, t("runs.clone_change"));
    children.push(reason, changes, tags.element, notes.element, h("div", { className: "details-foot" }, exportLinks([run]), clone, archive));
    updates.push(
      (now) => put(reason, told(now.why, now.reason ?? "")),
      (now) => tags.update(now.tags.join(", ")),
      (now) => notes.update(now.notes),
      (now) => put(archive, t(now.archived ? "runs.unarchive" : "runs.archive")),
      (now) => showChanges(changes, now.annotations),
    );
    this.#element.replaceChildren(...children);
    this.#parts = { update: (now) => updates.forEach((update) => update(now)) };
  }

  /** The colour, for the eye and in words. */
  #paint(swatch, { color: index }) {
    swatch.style.setProperty("--run", cssColor(index));
    swatch.title = `${t("color.choose")} (${t(`color.${HUES[hueOf(index)]}`)})`;
    swatch.setAttribute("aria-label", swatch.title);
  }

  /** Pause, resume, steps, cancel, in words. */
  #runControls(id) {
    const button = (label, action) => h("button", { type: "button", className: "toggle", onclick: action }, label);
    const pause = button("", () => this.#actions.pauseOrResume([id]));
    pause.id = "details-pause";
    const steps = STEPS.map((iterations) => button(`+${iterations}`, () => this.#actions.command(id, "step", { iterations })));
    steps.forEach((step, i) => step.setAttribute("aria-label", t("live.step", { n: STEPS[i] })));
    steps.forEach((step, i) => (step.title = t("live.step", { n: STEPS[i] })));
    const cancel = button(t("runs.cancel"), () => this.#actions.command(id, "cancel"));
    const element = h("div", { className: "run-controls", role: "group", "aria-label": t("live.title") }, pause, ...steps, cancel);
    const update = ({ status }) => {
      put(pause, t(status === "paused" ? "runs.resume" : "runs.pause"));
      pause.disabled = status === "queued";
      for (const step of steps) step.disabled = status !== "paused";
    };
    return { element, update };
  }

  /** A box that is stored when one leaves it, and that follows what others write while one is not in it. */
  #field(name, input, changes, id) {
    input.name = `runs.${name}`;
    const element = h("label", { className: "field" }, h("span", { className: "label" }, t(`runs.${name}`)), input);
    input.addEventListener("change", () => this.#actions.change([id], changes(input)));
    const update = (value) => {
      if (document.activeElement !== input && input.value !== value) input.value = value;
    };
    return { element, update };
  }
}

function splitTags(text) {
  const tags = text.split(/[,、，]/).map((tag) => tag.trim().slice(0, 40));
  return [...new Set(tags.filter(Boolean))].slice(0, 20);
}

function showChanges(list, annotations) {
  const live = annotations.filter((annotation) => annotation.kind === "live");
  list.hidden = !live.length;
  if (list.children.length === live.length) return;
  list.replaceChildren(
    ...live.map(({ iteration, changes }) => {
      const parts = Object.entries(changes).map(([name, [before, after]]) => `${t(`live.${name}`)} ${before} → ${after}`);
      return h("li", {}, h("span", {}, t("live.at", { iteration: number(iteration) })), ` ${parts.join(", ")}`);
    }),
  );
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
