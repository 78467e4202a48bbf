/** Sliders and boxes for the settings that can be changed while a run trains: learning rate, λ of L1 and L2, dropout. */

import { h } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { LOG, Scale } from "../scale.js";
import { ApiError } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { numberOf, plain, settle } from "../words/notation.js";
import { askWhich } from "../words/readings.js";
import { explain } from "../words/reasons.js";

/** @import { Run } from "../types.js" */

/**
 * The range of a slider, and how its positions (`place`) are converted to values.
 * @typedef {object} SliderScale
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {(place: number) => number} value
 * @property {(value: number) => number} place
 */

/**
 * The scale of a logarithmic slider, from 10^low to 10^high.
 * @param {number} low
 * @param {number} high
 * @param {boolean} zero whether the left end of the slider is 0, as for λ
 * @returns {SliderScale}
 */
const decades = (low, high, zero) => {
  const scale = new Scale([10 ** low, 10 ** high], [low, high], LOG);
  const none = low - 0.5;
  return {
    min: zero ? none : low,
    max: high,
    step: 0.05,
    value: (place) => (zero && place < low ? 0 : Number(scale.value(place).toPrecision(2))),
    place: (value) => (value > 0 ? Math.max(low, Math.min(high, scale.place(value))) : none),
  };
};
/**
 * @param {number} high
 * @param {number} step
 * @returns {SliderScale}
 */
const linear = (high, step) => ({
  min: 0,
  max: high,
  step,
  value: (place) => Number(place.toFixed(3)),
  place: (value) => value,
});

/** @type {Record<string, SliderScale>} */
const SLIDERS = {
  learning_rate: decades(-5, 1, false),
  l1: decades(-6, 0, true),
  l2: decades(-6, 0, true),
  dropout: linear(0.95, 0.05),
};

/**
 * @param {Run} run
 * @param {(values: Record<string, number>) => Promise<void>} change sends new values; afterwards `run.live` has them
 * @returns {{element: HTMLElement, update: (run: Run) => void}}
 */
export function liveControls(run, change) {
  let latest = run;
  const controls = Object.keys(SLIDERS)
    .filter((name) => name in run.live)
    .map((name) => control(name, () => latest.live[name], change));
  const element = h(
    "div",
    { className: "live", role: "group", "aria-label": t("live.title") },
    ...controls.map(({ element }) => element),
  );
  /** @param {Run} now */
  const update = (now) => {
    latest = now;
    for (const { follow } of controls) follow();
  };
  return { element, update };
}

/**
 * @param {string} name
 * @param {() => number} current the value that the run has now
 * @param {(values: Record<string, any>) => Promise<void>} change
 */
function control(name, current, change) {
  const scale = SLIDERS[name];
  const label = t(`live.${name}`);
  const text = h("input", { type: "text", inputMode: "decimal", name: `live.${name}`, "aria-label": label });
  const slider = h("input", {
    type: "range",
    min: scale.min,
    max: scale.max,
    step: scale.step,
    "aria-label": t("live.slider", { name: label }),
  });
  const problem = h("span", { className: "error", role: "alert" });
  /** The value in the slider and the box. */
  let shown = NaN;
  /** The value that was sent and not answered yet. @type {{value: number | string} | null} */
  let sent = null;
  const dropOlder = newestOnly();
  /** @param {number} value */
  const show = (value) => {
    shown = value;
    text.value = String(value);
    slider.value = String(scale.place(value));
    slider.setAttribute("aria-valuetext", String(value));
  };
  /** @param {number | string} value */
  const send = async (value) => {
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
    if (value === (sent ? sent.value : current())) return show(Number(value));
    sent = { value };
    const isNewest = dropOlder();
    const typed = text.value;
    try {
      await change({ [name]: value });
      if (!isNewest()) return;
      sent = null;
      if (text.value === typed) show(current()); // so that slider and box agree again
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isNewest()) return;
      sent = null;
      problem.textContent = explain(error);
      text.setAttribute("aria-invalid", "true");
    }
  };
  onInput(slider, () => (text.value = String(scale.value(Number(slider.value)))));
  slider.addEventListener("change", () => send(scale.value(Number(slider.value))));
  text.addEventListener("change", () => {
    const { settled, readings } = settle(plain(text.value));
    const single = readings.filter((reading) => numberOf(reading) !== undefined);
    if (settled !== null || !single.length) return send(numberOf(settled ?? "") ?? text.value);
    problem.replaceChildren(...askWhich(text.value, single, (reading) => send(numberOf(reading) ?? reading)));
    text.setAttribute("aria-invalid", "true");
  });
  /** Show the run's value, unless the user is typing one, or one was sent or refused. */
  const follow = () => {
    const isTyping = document.activeElement === text || document.activeElement === slider;
    if (current() !== shown && !sent && !isTyping && !problem.textContent) show(current());
  };
  for (const input of [text, slider]) input.addEventListener("blur", follow);
  show(current());
  return {
    element: h(
      "label",
      { className: "live-control" },
      h("span", { className: "label" }, label),
      slider,
      text,
      problem,
    ),
    follow,
  };
}
