/** Dialogs of the wall for a challenge: start one, open its test set, end it. */

import { openDialog } from "../page/dialog.js";
import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError } from "../server/api.js";
import { t } from "../words/i18n.js";
import { registerDatasets, titleOf } from "../words/labels.js";
import { explain } from "../words/reasons.js";
import { wallApi } from "./wall-api.js";
import { actionButton } from "./wall-dialogs.js";

await loadStyle("challenge");

/** A new challenge keeps back one in this many training examples. */
const ONE_IN = 5;
/** The bounds of a challenge, with what a new one proposes. */
const BOUNDS = { parameters: "50000", seconds: "", iterations: "" };

/** Describe a new challenge. @throws ApiError if the data sets cannot be asked for */
export async function openStart() {
  const { datasets } = await wallApi.datasets();
  registerDatasets(datasets);
  const available = datasets.filter(({ available }) => available);
  const error = h("p", { className: "error", role: "alert" });
  const name = h("input", { type: "text", maxLength: 60, required: true, autocomplete: "off" });
  name.value = t("class.challenge");
  const dataset = h(
    "select",
    {},
    ...available.map((dataset) => h("option", { value: dataset.name }, titleOf(dataset))),
  );
  const images = h("input", { type: "text", inputMode: "numeric", required: true, autocomplete: "off" });
  const propose = () => {
    const chosen = available.find(({ name }) => name === dataset.value);
    images.value = String(Math.round((chosen?.train_size ?? 0) / ONE_IN));
  };
  dataset.addEventListener("change", propose);
  propose();
  const bounds = Object.fromEntries(
    Object.entries(BOUNDS).map(([key, value]) => [
      key,
      h("input", { type: "text", inputMode: "decimal", autocomplete: "off", value }),
    ]),
  );
  const label = (/** @type {string} */ key, /** @type {HTMLElement} */ control) =>
    h("label", {}, t(`class.challenge.field.${key}`), control);
  const form = h(
    "form",
    { className: "challenge-form" },
    h("p", {}, t("class.challenge.start.about")),
    label("name", name),
    h("div", { className: "challenge-pair" }, label("dataset", dataset), label("images", images)),
    h("p", { className: "quiet" }, t("class.challenge.field.bounds")),
    h(
      "div",
      { className: "challenge-pair" },
      ...Object.entries(bounds).map(([key, control]) => label(key, control)),
    ),
    error,
    h("button", { className: "toggle main" }, t("class.challenge.start.go")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    setText(error, "");
    try {
      await wallApi.startChallenge({
        name: name.value,
        dataset: dataset.value,
        validation_size: numberOf(images.value),
        ...Object.fromEntries(
          Object.entries(bounds).map(([key, control]) => [`max_${key}`, numberOf(control.value)]),
        ),
      });
      dialog.close();
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      setText(error, explain(refusal));
    }
  });
  const dialog = openDialog({ title: t("class.challenge.start.title"), body: [form] });
  name.select();
}

/** What is typed as a number: empty is none, and what is no number goes to the server as it is. @param {string} text */
function numberOf(text) {
  const digits = text.normalize("NFKC").replace(/[\s,]/g, "");
  if (!digits) return null;
  return Number.isFinite(Number(digits)) ? Number(digits) : text;
}

/** Ask, and open the test set. */
export function openTestSet() {
  ask("open", wallApi.openTestSet);
}

/** Ask, and take the challenge from all screens. */
export function openEndOfChallenge() {
  ask("end", wallApi.endChallenge);
}

/**
 * @param {"open" | "end"} what
 * @param {() => Promise<unknown>} act
 */
function ask(what, act) {
  const error = h("p", { className: "error", role: "alert" });
  const go = actionButton(
    t(`class.challenge.${what}.go`),
    async () => {
      await act();
      dialog.close();
    },
    error,
    { className: what === "end" ? "toggle danger" : "toggle main" },
  );
  const dialog = openDialog({
    title: t(`class.challenge.${what}.question`),
    body: [
      h("p", {}, t(`class.challenge.${what}.help`)),
      h("div", { className: "person-actions" }, go),
      error,
    ],
  });
}
