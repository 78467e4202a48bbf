/** Imports files that a user dropped on the page or chose in a dialog: exported runs, or an experiment for the form. */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";

/**
 * @import { Experiment, RunView } from "../types.js"
 * @import { Toast } from "../page/toast.js"
 */

/** The mark of an exported file is in its first bytes, at most this many. */
const HEAD = 4096;

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
        if (!(error instanceof ApiError || error instanceof SyntaxError)) throw error;
        const reason = error instanceof SyntaxError ? t("import.no_json") : explainAll(error);
        this.#toast.show(`${file.name}: ${reason}`, { wrong: true, time: 12_000 });
      }
    }
  }

  /**
   * Import one file. An exported file may be long, so the page does not parse it: the lab checks it.
   * @param {File} file
   */
  async #takeOne(file) {
    if (!(await file.slice(0, HEAD).text()).includes('"lossroom"')) {
      const document = JSON.parse(await file.text());
      if (!("lossroom" in Object(document)) && "optimizer" in Object(document))
        return this.#takeExperiment(document);
    }
    const { limits } = await api.options();
    const megabytes = limits.import_bytes / 1e6;
    const why = { code: "request_too_long", values: { sent: file.size / 1e6, megabytes } };
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
