/** The further settings, folded by default: in sections, only those that apply to the present choices. */

import { h } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { control, oneOrBoth } from "./control.js";
import { FOLDS } from "./experiments.js";
import { block, fieldNamed, select } from "./fields.js";
import { onlyOfMlp } from "./preset-settings.js";
import { settings } from "./settings.js";
import { several } from "./several.js";
import { stopsByTest } from "./validation.js";
import { alternatives } from "./values.js";

/**
 * @import { FormContext } from "./form.js"
 * @import { Field } from "../types.js"
 * @import { OneOrSeveral, Value } from "./values.js"
 */

/** Settings of an MLP that are shown here, and not beside its layer sizes. */
const SWITCHES = ["batch_norm", "dropout", "residual"];

/**
 * @param {FormContext} form
 * @param {boolean} open
 */
export function furtherPart(form, open) {
  const { draft } = form;
  const { dataset, training } = draft.document;
  const mlp = draft.networks.find(({ preset }) => preset === "mlp");
  const details = h("details", { className: "further", open }, h("summary", {}, t("form.further")));
  const group = (/** @type {string} */ key, /** @type {(HTMLElement | HTMLElement[])[]} */ ...blocks) =>
    details.append(h("h3", {}, t(key)), h("div", { className: "row wrap" }, ...blocks.flat()));
  if (mlp)
    group(
      "form.network",
      own(
        form,
        "network",
        mlp,
        form.options.presets.mlp,
        onlyOfMlp(form).filter((name) => SWITCHES.includes(name)),
      ),
    );
  group(
    "form.data",
    own(form, "dataset", dataset, form.options.dataset, [
      "train_size",
      "validation_size",
      "test_size",
      "label_noise",
    ]),
    drawFolds(form),
    draft.datasets.every(({ shape }) => shape.length === 3) ? drawAugmentation(form) : [],
  );
  group(
    "form.training",
    own(form, "training", training, form.options.training, [
      "sampling",
      "evaluate_every",
      "evaluate_train_size",
      "clip_norm",
      "clip_value",
    ]),
    drawSchedule(form),
    drawEarlyStopping(form),
  );
  group("form.general", own(form, "", draft.document, form.options.general, ["seed", "dtype", "name"]));
  return details;
}

/**
 * Blocks for some fields of a section.
 * @param {Pick<FormContext, "change" | "redraw">} form
 * @param {string} section
 * @param {Record<string, any>} values by the fields' names, changed in place
 * @param {Field[]} fields
 * @param {string[]} names
 * @param {string} key the beginning of the keys of the fields' texts
 */
function own(form, section, values, fields, names, key = section) {
  return names.map((name) => {
    const field = fieldNamed(fields, name);
    const path = section ? `${section}.${name}` : name;
    /** @param {Value} value */
    const put = (value) => {
      if (value === null) delete values[name];
      else values[name] = value;
      form.change();
    };
    return block(
      path,
      key ? `${key}.${name}` : name,
      field,
      control(form, path, key ? `${key}.${name}` : name, field, values[name] ?? field.default, put),
    );
  });
}

/** The choice that keeps the fold of a run that was loaded. */
const ONE_FOLD = 0;

/** @param {FormContext} form */
function drawFolds({ draft, change }) {
  const { fold } = draft.document.dataset; // of a run that was loaded: one part of a cross-validation
  const folds = select(
    "folds",
    "form.folds",
    fold ? [ONE_FOLD, ...FOLDS] : FOLDS,
    fold && draft.folds === 1 ? ONE_FOLD : draft.folds,
    (count) =>
      fold && count === ONE_FOLD
        ? t("form.fold", { number: fold.index + 1, folds: fold.folds })
        : count === 1
          ? t("form.no_folds")
          : t("form.n_folds", { count }),
    (count) => {
      if (Number(count) === ONE_FOLD) draft.document.dataset.fold = fold;
      else delete draft.document.dataset.fold;
      draft.folds = Number(count) || 1;
      change();
    },
  );
  return block("dataset.fold", "form.folds", null, folds);
}

/** Blocks for augmentation; if all its settings are off, the draft has no augmentation. @param {FormContext} form */
function drawAugmentation({ options, draft, change, redraw }) {
  const fields = options.augment.filter(
    (field) => field.name !== "flip" || draft.datasets.every(({ flippable }) => flippable),
  );
  const values = { ...draft.document.dataset.augment };
  const settle = () => {
    const any = Object.values(values).some(Boolean);
    draft.document.dataset.augment = any ? values : null;
    change();
  };
  return own(
    { change: settle, redraw },
    "dataset.augment",
    values,
    fields,
    fields.map((field) => field.name),
    "augment",
  );
}

/** @param {FormContext} form */
function drawSchedule(form) {
  const { options, draft } = form;
  const path = "training.schedule";
  const schedules = alternatives(draft.document.training.schedule ?? null);
  const names = ["none", ...Object.keys(options.schedules)];
  const chosen = schedules.map((schedule) => schedule?.name ?? "none");
  /**
   * @param {string[]} now
   * @param {string} focus
   */
  const choose = (now, focus) => {
    draft.chooseSchedules(now);
    form.redraw(focus);
  };
  const controls = several(
    `${path}.name`,
    "schedule.name",
    names,
    chosen,
    (name) => t(`schedule.${name}`),
    choose,
    { note: t("form.own_settings") },
  );
  return [
    block(`${path}.name`, "schedule.name", null, h("div", { className: "pair" }, ...controls)),
    ...settings(form, path, "schedule", schedules, options.schedules),
  ];
}

/** @param {FormContext} form */
function drawEarlyStopping(form) {
  const { options, draft } = form;
  const path = "training.early_stopping";
  const stops = alternatives(draft.document.training.early_stopping ?? null);
  const choose = oneOrBoth(
    path,
    "early_stopping.name",
    [false, true],
    stops.map(Boolean),
    (choice) => t(`boolean.${choice}`),
    (/** @type {OneOrSeveral<boolean>} */ wanted) => {
      draft.stopEarly(wanted);
      form.redraw(path);
    },
  );
  const chosen = stops.find(Boolean);
  const fields = chosen ? options.early_stopping : [];
  const blocks = own(
    form,
    path,
    chosen,
    fields,
    fields.map((field) => field.name),
    "early_stopping",
  );
  if (stopsByTest(draft)) blocks[0].append(h("p", { className: "by-test" }, t("early_stopping.by_test")));
  return [block(path, "early_stopping.name", null, choose), ...blocks];
}
