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
 * What every view of the dialog is given: what it shows, and how it leads to the other views.
 * @typedef {object} DialogContext
 * @property {Store} store
 * @property {Dataset[]} datasets all data sets of the lab; other code keeps this list up to date
 * @property {Toast} toast
 * @property {() => void} showStart show the first view
 * @property {() => void} showDrawing show the canvas on which digits are drawn
 * @property {(upload: Upload) => void} showPreview show what was understood of a file
 * @property {(dataset: Dataset) => void} useInForm choose a data set in the form, and close the dialog
 */

/** A view in the dialog. @typedef {{element: HTMLElement, remove: () => void, focus: () => void}} View */

export class OwnData {
  #form;
  #context;
  /** @type {HTMLDialogElement | null} */
  #dialog = null;
  #body = h("div", { className: "own-data" });
  /** @type {View | null} */
  #view = null;
  #dropOlder = newestOnly();
  #store;

  /** @param {{store: Store, form: Form, toast: Toast, datasets: Dataset[]}} parts of the page */
  constructor({ store, form, toast, datasets }) {
    this.#form = form;
    this.#store = store;
    /** @type {DialogContext} */
    this.#context = {
      store,
      datasets,
      toast,
      showStart: () => this.#show(new StartView(this.#context)),
      showDrawing: () => this.#showDrawing(),
      showPreview: (upload) => this.#showPreview(upload),
      useInForm: (dataset) => this.#useInForm(dataset),
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
        this.#dropOlder(); // a view that is still loading is not shown any more
        this.#dialog = null;
        this.#view?.remove();
        this.#view = null;
      },
    });
    this.#context.showStart();
  }

  /** Open the dialog with files that were dropped. @param {Dropped} dropped */
  openWith(dropped) {
    this.open();
    const start = new StartView(this.#context);
    this.#show(start);
    start.send(dropped);
  }

  /** @param {View} view */
  #show(view) {
    this.#dropOlder();
    this.#view?.remove();
    this.#view = view;
    this.#body.replaceChildren(view.element);
    view.focus();
  }

  /** @param {Upload} upload */
  async #showPreview(upload) {
    const isNewest = this.#dropOlder();
    const { PreviewView } = await import("./preview-view.js");
    if (isNewest() && this.#dialog) this.#show(new PreviewView(this.#context, upload));
    else ownDataApi.giveUp(upload.id);
  }

  async #showDrawing() {
    const isNewest = this.#dropOlder();
    const { Handwriting } = await import("./handwriting.js");
    if (isNewest() && this.#dialog) this.#show(new Handwriting(this.#context));
  }

  /** @param {Dataset} dataset */
  #useInForm(dataset) {
    this.#store.putDataset(dataset); // the form can only choose what is in its list
    this.#dialog?.close();
    this.#form.edit((draft) => draft.chooseDatasets([dataset.name]));
  }
}
