/** The bar of the moment: its run, its iteration, the values there, and what one can do there. */

import { h, icon, iconButton, label, setChildren, setText } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { cssColor } from "../page/palette.js";
import { lowerBound } from "../state/series.js";
import { findingText } from "../views/finding-text.js";
import { number, onLanguage, percent, t } from "../words/i18n.js";
import { foundMoments, markPositions } from "./found-moments.js";
import { short } from "./moment-marks.js";
import { Weights } from "./weights.js";

/**
 * @import { Toast } from "../page/toast.js"
 * @import { Run } from "../types.js"
 * @import { Playhead } from "./playhead.js"
 */

/** What the bar uses of the page. @typedef {{fork: (run: Run, iteration: number) => void, toast: Toast}} OnMoment */

/** The width of the slider's thumb, whose middle is at the iteration. */
const THUMB = 16;

export class MomentBar {
  #playhead;
  #swatch = h("span", { className: "moment-swatch" });
  #name = h("b", { className: "moment-run" });
  #at = h("span", { className: "moment-iteration" });
  #values = h("span", { className: "moment-here" });
  #play = iconButton("play", "", () => this.#playhead.playing.toggle());
  #track = h("input", { type: "range", className: "moment-track", min: "0", step: "1" });
  /** The iteration from which on a finding holds → its button, a ◆. @type {Map<number, HTMLButtonElement>} */
  #found = new Map();
  #foundPlace = h("span", { className: "moment-found" });
  #live = h("button", { type: "button", className: "toggle", id: "moment-live" });
  #fork = h("button", { type: "button", className: "toggle", id: "fork-here" });
  #weights;
  #close = iconButton("delete", "", () => this.#playhead.clear());
  #element = h("div", { className: "moment-bar", role: "group", hidden: true });

  /**
   * @param {Playhead} playhead
   * @param {OnMoment} on
   */
  constructor(playhead, on) {
    this.#playhead = playhead;
    this.#weights = new Weights(playhead, on.toast);
    const shown = [this.#swatch, this.#name, this.#at, this.#values];
    const text = h("span", { className: "moment-text", role: "status" }, ...shown);
    onInput(this.#track, () => playhead.moveTo(Number(this.#track.value)));
    this.#live.addEventListener("click", () => playhead.follow());
    const rail = h("span", { className: "moment-rail" }, this.#track, this.#foundPlace);
    const play = h("span", { className: "moment-play" }, this.#play, rail, this.#live);
    this.#element.append(text, play, this.#fork, this.#weights.element, this.#close);
    this.#fork.addEventListener("click", () => {
      if (playhead.run) on.fork(playhead.run, playhead.iteration);
    });
    document.body.append(this.#element);
    new ResizeObserver(() => this.#showFound()).observe(this.#track);
    playhead.on("change", () => this.#show());
    foundMoments.on("change", () => this.#showFound());
    onLanguage(() => this.#translate());
    this.#translate();
  }

  #translate() {
    this.#element.setAttribute("aria-label", t("moment.title"));
    setText(this.#fork, t("moment.fork"));
    this.#fork.title = t("moment.fork_hint");
    label(this.#close, t("moment.remove"));
    this.#track.setAttribute("aria-label", t("moment.iteration"));
    setText(this.#live, t("moment.follow"));
    this.#live.title = t("moment.follow_hint");
    this.#show();
  }

  #show() {
    const { run, iteration } = this.#playhead;
    this.#element.hidden = !run;
    this.#weights.show();
    if (!run) return;
    const { playing, newest, isLive } = this.#playhead;
    this.#play.replaceChildren(icon(playing.isOn ? "pause" : "play"));
    label(this.#play, t(playing.isOn ? "moment.stop" : "moment.play"));
    this.#track.max = String(newest);
    this.#track.value = String(iteration);
    this.#live.setAttribute("aria-pressed", String(isLive));
    this.#swatch.style.background = cssColor(run.hue);
    setText(this.#name, run.name);
    this.#name.title = `${t("runs.number", { n: run.number })}: ${run.name}`;
    const at = t("moment.at", { n: number(iteration) });
    setText(this.#at, isLive ? t("moment.live", { at }) : at);
    setText(this.#values, valuesText(run, iteration));
    this.#showFound();
  }

  /** Draw a ◆ on the track at each iteration from which on a finding holds. A click moves the moment there. */
  #showFound() {
    const { run, newest } = this.#playhead;
    const moments = run ? foundMoments.of(run.id).filter(({ iteration }) => iteration <= newest) : [];
    if (!moments.length && !this.#found.size) return;
    const width = Math.max(0, this.#track.clientWidth - THUMB);
    const places = markPositions(
      moments.map(({ iteration }) => iteration / Math.max(1, newest)),
      width,
    );
    const buttons = moments.map(({ iteration, findings }, i) => {
      const button = this.#found.get(iteration) ?? this.#foundButton(iteration);
      const since = t("findings.since", { iteration: number(iteration) });
      label(button, `${since}: ${findings.map(findingText).join(" ")}`);
      button.style.left = `${THUMB / 2 + places[i]}px`;
      button.style.setProperty("--run", run ? cssColor(run.hue) : "");
      return button;
    });
    this.#found = new Map(moments.map(({ iteration }, i) => [iteration, buttons[i]]));
    setChildren(this.#foundPlace, buttons);
  }

  /** @param {number} iteration */
  #foundButton(iteration) {
    // no stop for the Tab key: the slider's arrow keys and the card Why reach the same iterations
    const button = h("button", { type: "button", tabIndex: -1 }, h("span", { "aria-hidden": "true" }, "◆"));
    button.addEventListener("click", () => this.#playhead.moveTo(iteration));
    return button;
  }
}

/**
 * The loss of a run at an iteration, and the test accuracy of the last evaluation until then; the validation accuracy if the
 * run has no test images.
 * @param {Pick<Run, "train" | "evaluation">} run
 * @param {number} iteration
 */
function valuesText({ train, evaluation }, iteration) {
  const row = lowerBound(train.column("iteration") ?? [], iteration);
  const loss = train.column("iteration")?.[row] === iteration ? train.column("loss")?.[row] : undefined;
  const evaluated = evaluation.column("iteration") ?? [];
  const last = lowerBound(evaluated, iteration + 1) - 1;
  const part = evaluation.column("test_accuracy") ? "test" : "validation";
  const accuracy = evaluation.column(`${part}_accuracy`)?.[last];
  return [
    loss === undefined ? "" : `${t("chart.loss")} ${short(loss)}`,
    accuracy === undefined ? "" : `${t(`chart.${part}`)} ${percent(accuracy)}`,
    accuracy === undefined || evaluated[last] === iteration ? "" : `@ ${number(evaluated[last])}`,
  ]
    .filter(Boolean)
    .join(" · ")
    .replace(" · @", " @");
}
