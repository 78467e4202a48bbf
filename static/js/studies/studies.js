/** Studies: the dialog with their list, a new one, or one of them. */

import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError } from "../server/api.js";
import { studyApi } from "../server/study-api.js";
import { urlState } from "../state/address.js";
import { newestOnly } from "../state/newest.js";
import { t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { explain, explainAll } from "../words/reasons.js";
import { ListView } from "./list-view.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Selection } from "../runs/selection.js"
 * @import { Store } from "../state/store.js"
 * @import { RunView } from "../types.js"
 * @import { Study } from "./types.js"
 */

await Promise.all([loadStyle("studies"), loadStyle("tables"), textsOf("tools")]);

/**
 * What the views of the dialog can use.
 * @typedef {object} StudyPlace
 * @property {Store} store
 * @property {Form} form
 * @property {Toast} toast
 * @property {Map<string, Study>} studies by id, as they were sent last
 * @property {(study: Study) => void} put take a study from an answer
 * @property {(study: string) => void} forget it was deleted
 * @property {() => void} list show the list
 * @property {() => void} begin show a new study
 * @property {(study: string) => void} open show a study
 * @property {(runs: RunView[]) => void} showRuns close the dialog, and show these in the charts
 * @property {() => void} close
 */

/** A view in the dialog; `update`: studies have changed. @typedef {{element: HTMLElement, remove: () => void, focus: () => void, update?: () => void}} View */

export class Studies {
  #place;
  #store;
  #selection;
  /** @type {HTMLDialogElement | null} */
  #dialog = null;
  #body = h("div", { className: "studies" });
  #problem = h("p", { className: "study-problem", role: "alert" });
  /** @type {View | null} */
  #view = null;
  /** The id of the study that is shown. */
  #shown = "";
  #dropOlder = newestOnly();
  #dropOlderView = newestOnly();
  /** A deleted study's id → its last revision. @type {Map<string, number>} */
  #gone = new Map();
  /** Whether the shown message says that loading the list failed. */
  #isListFailure = false;
  /** @type {() => void} */
  #stop = () => {};

  /** @param {{store: Store, form: Form, toast: Toast, selection: Selection}} parts of the page */
  constructor({ store, form, toast, selection }) {
    this.#store = store;
    this.#selection = selection;
    /** @type {StudyPlace} */
    this.#place = {
      store,
      form,
      toast,
      studies: new Map(),
      put: (study) => this.#put(study),
      forget: (id) => this.#drop(id),
      list: () => this.#show(new ListView(this.#place)),
      begin: () => this.#begin(),
      open: (id) => this.#openStudy(id),
      showRuns: (runs) => this.#showRuns(runs),
      close: () => this.#dialog?.close(),
    };
  }

  /** Open the dialog: the study in the address, or the list. */
  async open() {
    const id = urlState.get("study");
    // it is closed already, but its event has not come yet
    if (this.#dialog && !this.#dialog.open) this.#closed();
    if (!this.#dialog) {
      const dialog = openDialog({
        title: t("runs.studies"),
        className: "study",
        body: [this.#problem, this.#body],
        onClose: () => dialog === this.#dialog && this.#closed(),
      });
      this.#dialog = dialog;
      const listening = [
        this.#store.on("study", (message) => this.#hear(message)),
        this.#store.on("class", () => this.#view?.update?.()), // whether launching is held
        this.#store.on("connection", () => this.#store.connection === "live" && this.#fetch()),
      ];
      this.#stop = () => {
        for (const stop of listening) stop();
      };
    }
    if (id && id === this.#shown) return; // this dialog has put it there itself
    if (id) await this.#openStudy(id);
    else this.#place.list();
    await this.#fetch();
  }

  #closed() {
    this.#dropOlder();
    this.#dropOlderView();
    this.#stop();
    this.#dialog = null;
    this.#view?.remove();
    this.#view = null;
    this.#shown = "";
    urlState.set({ study: "" });
  }

  async #fetch() {
    const isNewest = this.#dropOlder();
    const before = [...this.#place.studies.keys()]; // one that is begun meanwhile is not in the answer
    try {
      const { studies } = await studyApi.list();
      if (!isNewest()) return;
      const present = new Set(studies.map(({ id }) => id));
      for (const id of before) if (!present.has(id)) this.#drop(id);
      for (const study of studies) this.#put(study);
      this.#view?.update?.();
      if (this.#isListFailure) this.#complain("");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isNewest()) this.#complain(explain(error), true);
    }
  }

  /** @param {string} text @param {boolean} [isListFailure] whether it says that loading the list failed; then it is removed when the list is loaded */
  #complain(text, isListFailure = false) {
    this.#problem.textContent = text;
    this.#isListFailure = isListFailure;
  }

  /** @param {{id: string, revision: number, study: Study | null}} message */
  #hear({ id, revision, study }) {
    if (study) this.#put(study);
    else {
      this.#gone.set(id, revision);
      this.#drop(id);
    }
  }

  /** @param {Study} study */
  #put(study) {
    if ((this.#gone.get(study.id) ?? -1) >= study.revision) return; // an answer from before it was deleted
    const stored = this.#place.studies.get(study.id);
    if (stored && stored.revision >= study.revision && !(study.document && !stored.document)) return;
    // the document never changes, and only some answers have it
    this.#place.studies.set(study.id, {
      ...(stored?.document ? { document: stored.document } : {}),
      ...study,
    });
    this.#view?.update?.();
  }

  /** @param {string} id */
  #drop(id) {
    this.#place.studies.delete(id);
    if (this.#shown === id || urlState.get("study") === id) this.#place.list();
    this.#view?.update?.();
  }

  /** @param {View} view @param {string} [study] its id, if it shows one */
  #show(view, study = "") {
    this.#dropOlderView();
    this.#view?.remove();
    this.#view = view;
    this.#body.replaceChildren(view.element);
    this.#shown = study;
    urlState.set({ study });
    this.#complain("");
    view.focus();
  }

  async #begin() {
    const isNewest = this.#dropOlderView();
    const { NewView } = await import("./new-view.js");
    if (!isNewest() || !this.#dialog) return;
    const { draft, options } = this.#place.form.context;
    try {
      this.#show(new NewView(this.#place, draft, options));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#complain(explainAll(error));
    }
  }

  /** @param {string} id */
  async #openStudy(id) {
    const isNewest = this.#dropOlderView();
    try {
      const [{ StudyView }, study] = await Promise.all([import("./study-view.js"), studyApi.study(id)]);
      this.#put(study);
      if (isNewest() && this.#dialog) this.#show(new StudyView(this.#place, id), id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isNewest()) return;
      this.#place.list();
      this.#complain(error.status === 404 ? t("study.gone") : explain(error));
    }
  }

  /** @param {RunView[]} runs */
  #showRuns(runs) {
    const ids = runs.map(({ id }) => id);
    this.#store.putRuns(runs);
    this.#dialog?.close();
    this.#store.whenComplete(() => {
      this.#store.show(ids, true);
      this.#selection.set(ids);
    });
  }
}
