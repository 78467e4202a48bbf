/** Imports files that a user dropped on the page or chose in a dialog: exported runs, or an experiment for the form. */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";

/**
 * @import { Experiment, RunView } from "../types.js"
 * @import { Toast } from "../page/toast.js"
 */

/** An exported file has the key `lossroom` in its first bytes; this many are searched. */
const HEAD = 4096;
const EXPORTED = /"lossroom"\s*:/;

export class Import {
  #toast;
  #onRuns;
  #onExperiment;

  /**
   * @param {Toast} toast
   * @param {(runs: RunView[]) => void} onRuns called with the imported runs
   * @param {(experiment: Experiment) => void} onExperiment called if a file is an experiment without rows
   */
  constructor(toast, onRuns, onExperiment) {
    this.#toast = toast;
    this.#onRuns = onRuns;
    this.#onExperiment = onExperiment;
  }

  /** Let the viewer choose files. */
  choose() {
    const input = h("input", { type: "file", accept: ".json,application/json", multiple: true });
    input.addEventListener("change", () => this.importFiles([...(input.files ?? [])]));
    input.click();
  }

  /** @param {File[]} files */
  async importFiles(files) {
    for (const file of files) {
      try {
        await this.#takeOne(file);
      } catch (error) {
        this.#toast.show(`${file.name}: ${whyNot(error)}`, { wrong: true, time: 12_000 });
      }
    }
  }

  /**
   * Import one file. An exported file may be long, so the page does not parse it: the lab checks it.
   * @param {File} file
   */
  async #takeOne(file) {
    if (!EXPORTED.test(await file.slice(0, HEAD).text())) {
      const document = JSON.parse(await file.text());
      const isObject = Object(document) === document && !Array.isArray(document);
      if (isObject && !("lossroom" in document)) return this.#takeExperiment(document);
    }
    const { limits } = await api.options();
    const [sent, megabytes] = [file.size, limits.import_bytes].map((bytes) =>
      Number((bytes / 1e6).toFixed(2)),
    );
    const why = { code: "request_too_long", values: { sent, megabytes } };
    if (file.size > limits.import_bytes)
      throw new ApiError({ code: "too_large", message: "", bounds: { why } }, 413);
    const { runs } = await api.importRuns(file);
    this.#toast.show(t("import.done", { n: runs.length }));
    this.#onRuns(runs);
  }

  /** The form has no place for what was trained before a fork. @param {Experiment & {stretches?: any}} document */
  #takeExperiment({ stretches, ...experiment }) {
    if (stretches?.length) this.#toast.show(t("import.fork"), { time: 12_000 });
    return this.#onExperiment(experiment);
  }
}

/**
 * Why a file was not imported, in words.
 * @param {unknown} error
 * @throws {unknown} an error of the page itself
 */
function whyNot(error) {
  if (error instanceof ApiError) return explainAll(error);
  if (error instanceof SyntaxError) return t("import.no_json");
  if (error instanceof DOMException) return t("import.unreadable"); // it was moved or changed, or may not be read
  throw error;
}
