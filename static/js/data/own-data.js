/** Own data sets: the dialog in which a person brings a file, looks at what was understood, and keeps it. */

import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ownDataApi } from "../server/own-data-api.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { StartView } from "./start-view.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Dropped } from "../page/files.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Store } from "../state/store.js"
 * @import { Dataset } from "../types.js"
 * @import { Upload } from "./types.js"
 */

await loadStyle("own-data");

/**
 * What the views of the dialog can use.
 * @typedef {object} Place
 * @property {Store} store
 * @property {Dataset[]} datasets all data sets of the lab; other code keeps this list up to date
 * @property {Toast} toast
 * @property {() => void} start show the first view
 * @property {() => void} draw show the canvas on which digits are drawn
 * @property {(upload: Upload) => void} preview show what was understood of a file
 * @property {(dataset: Dataset) => void} use choose a data set in the form, and close the dialog
 */

/** A view in the dialog. @typedef {{element: HTMLElement, remove: () => void, focus: () => void}} View */

export class OwnData {
  #form;
  #place;
  /** @type {HTMLDialogElement | null} */
  #dialog = null;
  #body = h("div", { className: "own-data" });
  /** @type {View | null} */
  #view = null;
  #ask = newestOnly();
  #store;

  /** @param {{store: Store, form: Form, toast: Toast, datasets: Dataset[]}} parts of the page */
  constructor({ store, form, toast, datasets }) {
    this.#form = form;
    this.#store = store;
    /** @type {Place} */
    this.#place = {
      store,
      datasets,
      toast,
      start: () => this.#show(new StartView(this.#place)),
      draw: () => this.#draw(),
      preview: (upload) => this.#preview(upload),
      use: (dataset) => this.#use(dataset),
    };
  }

  /** Open the dialog at its start. */
  open() {
    if (this.#dialog) return;
    this.#dialog = openDialog({
      title: t("own.title"),
      className: "own wide",
      body: [this.#body],
      onClose: () => {
        this.#ask();
        this.#dialog = null;
        this.#view?.remove();
        this.#view = null;
      },
    });
    this.#place.start();
  }

  /** Open the dialog with files that were dropped. @param {Dropped} dropped */
  bring(dropped) {
    this.open();
    const start = new StartView(this.#place);
    this.#show(start);
    start.send(dropped);
  }

  /** @param {View} view */
  #show(view) {
    this.#ask();
    this.#view?.remove();
    this.#view = view;
    this.#body.replaceChildren(view.element);
    view.focus();
  }

  /** @param {Upload} upload */
  async #preview(upload) {
    const isNewest = this.#ask();
    const { PreviewView } = await import("./preview-view.js");
    if (isNewest() && this.#dialog) this.#show(new PreviewView(this.#place, upload));
    else ownDataApi.giveUp(upload.id);
  }

  async #draw() {
    const isNewest = this.#ask();
    const { Handwriting } = await import("./handwriting.js");
    if (isNewest() && this.#dialog) this.#show(new Handwriting(this.#place));
  }

  /** @param {Dataset} dataset */
  #use(dataset) {
    this.#store.putDataset(dataset); // the form has it in its list from now on
    this.#dialog?.close();
    this.#form.edit((draft) => draft.chooseDatasets([dataset.name]));
  }
}
