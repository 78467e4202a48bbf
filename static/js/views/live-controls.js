/** What may be changed while a run goes on: learning rate, λ of L1 and L2, dropout; by slider or typed. */

import { api, ApiError } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { explain } from "../reasons.js";

/** A slider's place ↔ a value. λ can be 0: the slider's left end. */
const decades = (low, high, zero) => ({
  min: zero ? low - 0.5 : low,
  max: high,
  step: 0.05,
  value: (place) => (zero && place < low ? 0 : Number((10 ** place).toPrecision(2))),
  place: (value) => (value > 0 ? Math.max(low, Math.min(high, Math.log10(value))) : low - 0.5),
});
const linear = (high, step) => ({ min: 0, max: high, step, value: (place) => Number(place.toFixed(3)), place: (value) => value });

const SCALES = {
  learning_rate: decades(-5, 1, false),
  l1: decades(-6, 0, true),
  l2: decades(-6, 0, true),
  dropout: linear(0.95, 0.05),
};

/**
 * @param {object} run
 * @param {(values: object) => Promise} change
 * @returns {{element: HTMLElement, update: (run: object) => void}}
 */
export function liveControls(run, change) {
  const controls = new Map();
  const element = h("div", { className: "live", role: "group", "aria-label": t("live.title") });
  const add = (name, value) => {
    controls.set(name, control(name, value, change));
    element.append(controls.get(name).element);
  };
  const { learning_rate, l1, l2 } = run.summary;
  add("learning_rate", learning_rate);
  add("l1", l1);
  add("l2", l2);
  if (run.summary.layers.some((type) => type === "dropout" || type === "residual")) {
    api.run(run.id).then(({ config }) => {
      const rate = dropoutRate(config.network.layers);
      if (rate === null) return;
      add("dropout", rate);
      controls.get("dropout").set(changed(run.annotations, "dropout") ?? rate);
    }, () => {});
  }
  const update = (now) => {
    for (const [name, { set }] of controls) {
      const value = changed(now.annotations, name) ?? (name === "dropout" ? undefined : now.summary[name]);
      if (value !== undefined) set(value);
    }
  };
  return { element, update };
}

/** The value that the last change by hand has left. */
function changed(annotations, name) {
  return annotations.findLast((annotation) => annotation.kind === "live" && name in annotation.changes)?.changes[name][1];
}

function dropoutRate(layers) {
  for (const layer of layers) {
    const rate = layer.type === "dropout" ? layer.rate : layer.layers ? dropoutRate(layer.layers) : null;
    if (rate !== null) return rate;
  }
  return null;
}

function control(name, first, change) {
  const scale = SCALES[name];
  const label = t(`live.${name}`);
  const text = h("input", { type: "text", inputMode: "decimal", name: `live.${name}`, "aria-label": label });
  const slider = h("input", { type: "range", min: scale.min, max: scale.max, step: scale.step, "aria-label": t("live.slider", { name: label }) });
  const problem = h("span", { className: "error", role: "alert" });
  let current = first;
  const show = (value) => {
    text.value = String(value);
    slider.value = String(scale.place(value));
    slider.setAttribute("aria-valuetext", String(value));
  };
  const send = async (value) => {
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
    if (value === current) return show(current);
    const before = current;
    current = value;
    try {
      await change({ [name]: value });
      if (current === value) show(value); // slider and box say the same again
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      current = before;
      problem.textContent = explain(error);
      text.setAttribute("aria-invalid", "true");
    }
  };
  slider.addEventListener("input", () => (text.value = String(scale.value(Number(slider.value)))));
  slider.addEventListener("change", () => send(scale.value(Number(slider.value))));
  text.addEventListener("change", () => {
    const plain = text.value.normalize("NFKC").trim(); // a Japanese keyboard's wide digits are digits
    const value = Number(plain.replace(",", "."));
    send(plain === "" || Number.isNaN(value) ? text.value : value);
  });
  show(first);
  return {
    element: h("label", { className: "live-control" }, h("span", { className: "label" }, label), slider, text, problem),
    set: (value) => {
      if (value === current && text.value !== "") return;
      current = value;
      if (document.activeElement !== text && document.activeElement !== slider) show(value);
    },
  };
}
