/** The part of the form for training: optimizer, penalties, batch size and length. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { besideLabel, block, box, described, fieldNamed, inLine, logSlider, select } from "./fields.js";
import { PENALTIES } from "./penalties.js";
import { segmentField } from "./segment-field.js";
import { settings } from "./settings.js";
import { alternatives, isSweep } from "./values.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Value } from "./values.js"
 */

/**
 * The exponents of the lowest and the highest power of ten on the slider of the learning rate.
 * @type {[number, number]}
 */
const RATES = [-5, 1];
/** The same for λ. @type {[number, number]} */
const STRENGTHS = [-6, 0];
const LENGTHS = ["iterations", "epochs"];

/** @param {FormContext} form */
export function trainingPart(form) {
  return [
    drawOptimizer(form),
    drawOptimizerSettings(form),
    drawRate(form),
    ...drawPenalties(form),
    drawLength(form),
  ];
}

/** @param {FormContext} form */
function drawOptimizer({ options, draft, redraw }) {
  const path = "optimizer.name";
  /**
   * @param {string[]} names
   * @param {string} focus
   */
  const choose = (names, focus) => {
    draft.chooseOptimizers(names);
    redraw(focus);
  };
  const chosen = alternatives(draft.document.optimizer).map(({ name }) => name);
  /** @param {string} name */
  const called = (name) => t(`optimizer.${name}`);
  const names = Object.keys(options.optimizers);
  return segmentField(path, path, names, chosen, called, choose, t("optimizer.several"));
}

/** The settings of the optimizers without the learning rate. @param {FormContext} form */
function drawOptimizerSettings(form) {
  const { options, draft } = form;
  const blocks = settings(
    form,
    "optimizer",
    "optimizer",
    alternatives(draft.document.optimizer),
    options.optimizers,
    ["learning_rate"],
  );
  return blocks.length ? h("div", { className: "row own" }, ...blocks) : null;
}

/** @param {FormContext} form */
function drawRate(form) {
  const { options, draft, change } = form;
  const path = "optimizer.learning_rate";
  const [first] = draft.rated;
  const field = fieldNamed(options.optimizers[first.name], "learning_rate");
  const key = isSweep(draft.document.optimizer) ? "optimizer.one_rate" : path;
  const rate = logSlider(path, key, field, first.learning_rate, RATES, (value) => {
    for (const optimizer of draft.rated) optimizer.learning_rate = value ?? "";
    change();
  });
  const drawn = withValue(block(path, key, field, rate.text, rate.slider));
  // a fork begins with other weights than the finder does
  return draft.origin ? drawn : besideLabel(drawn, finder(form));
}

/** The button that finds a learning rate. @param {FormContext} form */
function finder(form) {
  const onclick = async () => (await import("./rate-finder.js")).findRate(form);
  const title = t("optimizer.find_hint");
  return h(
    "button",
    { type: "button", id: "find-rate", className: "toggle", title, "data-launches": "", onclick },
    t("optimizer.find"),
  );
}

/** The kind of penalty, and the λ of each penalty. @param {FormContext} form */
function drawPenalties({ options, draft, change, redraw }) {
  const path = "regularization";
  const key = "regularization.kind";
  /** @param {string} kind */
  const name = (kind) => t(`regularization.${kind}`);
  /**
   * @param {string[]} kinds
   * @param {string} focus
   */
  const choose = (kinds, focus) => {
    draft.choosePenalties(kinds);
    redraw(focus);
  };
  const regularizations = alternatives(draft.document.regularization);
  const strengths = PENALTIES.both.flatMap((penalty) => {
    const having = regularizations.filter((alternative) => penalty in alternative);
    return having.length ? drawStrength({ options, change }, penalty, having) : [];
  });
  const kinds = inLine(segmentField(path, key, Object.keys(PENALTIES), draft.penalties, name, choose));
  return [kinds, ...strengths];
}

/**
 * The λ of a penalty, for all alternatives that have it.
 * @param {Pick<FormContext, "options" | "change">} form
 * @param {string} penalty
 * @param {Record<string, any>[]} having
 */
function drawStrength({ options, change }, penalty, having) {
  const path = `regularization.${penalty}`;
  const field = fieldNamed(options.regularization, penalty);
  const strength = logSlider(path, `${path}.strength`, field, having[0][penalty], STRENGTHS, (value) => {
    for (const alternative of having) alternative[penalty] = value ?? 0;
    change();
  });
  return withValue(block(path, `${path}.strength`, field, strength.text, strength.slider));
}

/** @param {FormContext} form */
function drawLength({ options, draft, change, redraw }) {
  const { training } = draft.document;
  const field = (/** @type {string} */ name) => fieldNamed(options.training, name);
  /** @param {string} name */
  const put = (name) => (/** @type {Value} */ value) => {
    training[name] = value ?? "";
    change();
  };
  const unit = "epochs" in training ? "epochs" : "iterations";
  const [batch, length] = ["training.batch_size", `training.${unit}`];
  const units = select(
    "training.unit",
    "training.unit",
    LENGTHS,
    unit,
    (name) => t(`training.${name}`),
    (name) => {
      draft.chooseLength(name);
      redraw(`training.${name}`);
    },
  );
  const both = h(
    "div",
    { className: "pair" },
    box(length, length, field(unit), training[unit], put(unit)),
    units,
  );
  return h(
    "div",
    { className: "row length" },
    block(
      batch,
      batch,
      field("batch_size"),
      box(batch, batch, field("batch_size"), training.batch_size, put("batch_size")),
    ),
    described(block(length, "training.length", null, both), length, field(unit)),
  );
}

/** @param {HTMLElement} element */
function withValue(element) {
  element.classList.add("with-value");
  return element;
}
