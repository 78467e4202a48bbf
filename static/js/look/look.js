/** Dialogs that show what an experiment trains: the images of a data set, the layers of a network, or both for a lesson. */

import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { api } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { titleOf } from "../words/labels.js";
import { textsOf } from "../words/part-texts.js";

/**
 * @import { Dataset, Experiment, ExperimentSummary, Lesson } from "../types.js"
 * @import { Store } from "../state/store.js"
 * @import { DatasetView } from "./dataset-view.js"
 */

await Promise.all([loadStyle("look"), textsOf("look")]);

export class Look {
  #datasets;
  #isDark;
  /**
   * The data set in the open dialog; it is updated during a download.
   * @type {DatasetView | null}
   */
  #view = null;
  #dropOlder = newestOnly();

  /**
   * @param {Store} store
   * @param {Dataset[]} datasets all data sets of the lab; other code keeps this list up to date
   * @param {() => boolean} isDark
   */
  constructor(store, datasets, isDark) {
    this.#datasets = datasets;
    this.#isDark = isDark;
    store.on("datasets", (dataset) => this.#view?.update(dataset));
  }

  /** Open a dialog with the images or points of a data set. @param {string} name */
  async data(name) {
    const isNewest = this.#dropOlder();
    const { DatasetView } = await import("./dataset-view.js");
    if (!isNewest()) return;
    const dataset = this.#dataset(name);
    const isWide = dataset.shape.length === 3 && dataset.available;
    this.#open({ title: titleOf(dataset), className: isWide ? "look wide" : "look" }, [
      this.#keepView(new DatasetView(dataset, this.#isDark)),
    ]);
  }

  /** Open a dialog with the layers of a network. @param {ExperimentSummary} summary */
  async network(summary) {
    const isNewest = this.#dropOlder();
    const { networkTable } = await import("./network-table.js");
    if (!isNewest()) return;
    this.#open({ title: t("look.network"), className: "look" }, networkTable(summary));
  }

  /**
   * Open a dialog with a lesson's data set and network, and its question.
   * @param {{slug: string, section: string, title: string, question: string}} lesson in the reader's language
   */
  async lesson({ slug, section, title, question }) {
    const isNewest = this.#dropOlder();
    const lesson = await api.lesson(slug);
    const experiment = /** @type {Experiment} */ (lesson.experiment); // every lesson that offers “look” has one
    const { experiments, first } = await api.summaryTogether([experiment]);
    const [{ networkTable }, { DatasetView }] = await Promise.all([
      import("./network-table.js"),
      import("./dataset-view.js"),
    ]);
    if (!isNewest()) return;
    const dataset = this.#dataset(experiment.dataset.name);
    const data = h(
      "section",
      {},
      h("h3", {}, titleOf(dataset)),
      this.#keepView(new DatasetView(dataset, this.#isDark)),
    );
    const network = h(
      "section",
      {},
      h("h3", {}, t("look.network")),
      ...networkTable({ ...experiments[0], first }),
    );
    this.#open({ title: `${section} · ${title}`, className: "look wide" }, [
      h("p", { className: "quiet" }, question),
      h("div", { className: "look-both" }, data, network),
    ]);
  }

  /** @param {string} name */
  #dataset(name) {
    return /** @type {Dataset} */ (this.#datasets.find((other) => other.name === name)); // the list has all data sets
  }

  /** Remember the view, so that a download updates it. Returns its element. @param {DatasetView} view */
  #keepView(view) {
    this.#view = view;
    return view.element;
  }

  /**
   * @param {{title: string, className: string}} parts
   * @param {HTMLElement[]} body
   */
  #open(parts, body) {
    openDialog({ ...parts, body, onClose: () => (this.#view = null) });
  }
}
