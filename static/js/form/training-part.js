/** The training: optimizer, penalties, batch and length. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { PENALTIES } from "./draft.js";
import { block, box, logSlider, segments, select } from "./fields.js";

/** Powers of ten that the sliders go through. */
const RATES = [-5, 1];
const STRENGTHS = [-6, 0];
const LENGTHS = ["iterations", "epochs"];

/** @param {{options: object, draft: object, change: () => void, redraw: (focus?: string) => void}} form */
export function trainingPart(form) {
  return [drawOptimizer(form), drawOwn(form), drawRate(form), ...drawPenalties(form), drawLength(form)];
}

function drawOptimizer({ options, draft, redraw }) {
  const path = "optimizer.name";
  const choose = (name) => {
    draft.chooseOptimizer(name);
    redraw(path);
  };
  return block(path, path, null, select(path, path, Object.keys(options.optimizers), draft.document.optimizer.name, (name) => t(`optimizer.${name}`), choose));
}

/** The settings that only this optimizer has. */
function drawOwn({ options, draft, change }) {
  const { optimizer } = draft.document;
  const own = options.optimizers[optimizer.name].filter((field) => field.name !== "learning_rate");
  if (!own.length) return null;
  const blocks = own.map((field) => {
    const path = `optimizer.${field.name}`;
    const put = (value) => {
      optimizer[field.name] = value ?? "";
      change();
    };
    return block(path, path, field, box(path, path, field, optimizer[field.name], put));
  });
  return h("div", { className: "row" }, ...blocks);
}

function drawRate({ options, draft, change }) {
  const { optimizer } = draft.document;
  const path = "optimizer.learning_rate";
  const field = options.optimizers[optimizer.name].find(({ name }) => name === "learning_rate");
  const rate = logSlider(path, path, field, optimizer.learning_rate, RATES, (value) => {
    optimizer.learning_rate = value ?? "";
    change();
  });
  return withValue(block(path, path, field, rate.text, rate.slider));
}

/** Which penalties, and λ of each. */
function drawPenalties({ options, draft, change, redraw }) {
  const { regularization } = draft.document;
  const kinds = segments("regularization", "regularization.kind", Object.keys(PENALTIES), draft.penalty, (kind) => t(`regularization.${kind}`), (kind) => {
    draft.choosePenalty(kind);
    redraw(`regularization=${kind}`);
  });
  const strengths = PENALTIES[draft.penalty].map((name) => {
    const path = `regularization.${name}`;
    const field = options.regularization.find((other) => other.name === name);
    const strength = logSlider(path, `${path}.strength`, field, regularization[name], STRENGTHS, (value) => {
      regularization[name] = value ?? 0;
      change();
    });
    return withValue(block(path, `${path}.strength`, field, strength.text, strength.slider));
  });
  return [block("regularization", "regularization.kind", null, kinds), ...strengths];
}

function drawLength({ options, draft, change, redraw }) {
  const { training } = draft.document;
  const field = (name) => options.training.find((other) => other.name === name);
  const put = (name) => (value) => {
    training[name] = value ?? "";
    change();
  };
  const unit = "epochs" in training ? "epochs" : "iterations";
  const [batch, length] = ["training.batch_size", `training.${unit}`];
  const units = select("training.unit", "training.unit", LENGTHS, unit, (name) => t(`training.${name}`), (name) => {
    draft.chooseLength(name);
    redraw(`training.${name}`);
  });
  const both = h("div", { className: "pair" }, box(length, length, field(unit), training[unit], put(unit)), units);
  return h(
    "div",
    { className: "row length" },
    block(batch, batch, field("batch_size"), box(batch, batch, field("batch_size"), training.batch_size, put("batch_size"))),
    block(length, "training.length", field(unit), both),
  );
}

function withValue(element) {
  element.classList.add("with-value");
  return element;
}
