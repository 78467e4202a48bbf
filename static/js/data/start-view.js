/** The first view of the dialog: bring a file, draw digits, and the data sets that there are. */

import { h } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { ownDataApi } from "../server/own-data-api.js";
import { number, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { chosenMembers, membersOf, zipped } from "./folder-zip.js";
import { OwnList } from "./own-list.js";
import { sizesText } from "./sentences.js";

/**
 * @import { Dropped } from "../page/files.js"
 * @import { Member } from "./folder-zip.js"
 * @import { DialogContext, View } from "./own-data.js"
 */

/** A file to send, with its name. @typedef {{name: string, file: Blob}} Parcel */

/** @implements {View} */
export class StartView {
  element;
  #context;
  #list;
  #choose = h("button", { type: "button", className: "toggle", id: "own-choose" }, t("own.choose"));
  #chooseFolder = h("button", { type: "button", className: "toggle" }, t("own.choose_folder"));
  #problem = h("p", { className: "own-problem", role: "alert" });
  #progress = h("progress", { max: 1 });
  #state = h("span", { role: "status" });
  #cancel = h("button", { type: "button", className: "toggle" }, t("own.cancel"));
  #sending = h("div", { className: "own-sending", hidden: true }, this.#progress, this.#state, this.#cancel);
  #zone = h("div", { className: "own-zone" });
  /** Ends what is being sent. */
  #stop = () => {};
  #isGone = false;

  /** @param {DialogContext} context */
  constructor(context) {
    this.#context = context;
    this.#list = new OwnList(context);
    this.#progress.setAttribute("aria-label", t("own.sending"));
    this.#choose.addEventListener("click", () => this.#pick(false));
    this.#chooseFolder.addEventListener("click", () => this.#pick(true));
    this.#cancel.addEventListener("click", () => this.#stop());
    const draw = h("button", { type: "button", className: "toggle", id: "own-draw" }, t("own.hand.open"));
    draw.addEventListener("click", () => context.showDrawing());
    this.#zone.append(
      h("p", { className: "own-lead" }, t("own.lead")),
      h("div", { className: "own-buttons" }, this.#choose, this.#chooseFolder),
      this.#sending,
      this.#problem,
      h("p", { className: "quiet" }, t("own.formats")),
    );
    this.element = h(
      "div",
      { className: "own-start" },
      h(
        "div",
        { className: "own-ways" },
        this.#zone,
        h(
          "section",
          { className: "own-way" },
          h("h3", {}, t("own.hand.title")),
          h("p", { className: "quiet" }, t("own.hand.lead")),
          draw,
        ),
      ),
      this.#list.element,
    );
  }

  focus() {
    this.#choose.focus();
  }

  remove() {
    this.#isGone = true;
    this.#stop();
    this.#list.remove();
  }

  /** @param {boolean} isFolder */
  #pick(isFolder) {
    const input = h("input", { type: "file", webkitdirectory: isFolder });
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      if (!files.length) return;
      const [folder] = (files[0].webkitRelativePath || "").split("/");
      if (isFolder) this.#send((isWanted) => this.#packed(folder, chosenMembers(files), isWanted));
      else this.#send(async () => oneFile(files));
    });
    input.click();
  }

  /** Send what was dropped: one file, or a folder. @param {Dropped} dropped */
  send({ files, entries }) {
    const folders = entries.filter(({ isDirectory }) => isDirectory);
    if (folders.length === 1 && entries.length === 1)
      this.#send(async (isWanted) => this.#packed(folders[0].name, await membersOf(folders[0]), isWanted));
    else this.#send(async () => oneFile(folders.length ? [] : files));
  }

  /**
   * @param {string} name
   * @param {Member[]} members
   * @param {() => boolean} isWanted
   * @returns {Promise<Parcel>}
   */
  async #packed(name, members, isWanted) {
    const demandWanted = () => {
      if (!isWanted()) throw new Unfit(""); // cancelled: nothing is said of it
    };
    demandWanted();
    this.#state.textContent = t("own.packing", { n: number(members.length) });
    const file = await zipped(members, (share) => {
      demandWanted();
      this.#progress.value = share;
    }).catch((error) => {
      if (error instanceof RangeError)
        throw new Unfit(t("own.too_many_files", { n: number(members.length) }));
      throw error;
    });
    return { name: `${name}.zip`, file };
  }

  /** @param {(isWanted: () => boolean) => Promise<Parcel>} made packs it while it is wanted */
  async #send(made) {
    this.#stop();
    let isWanted = true;
    this.#stop = () => {
      isWanted = false;
      this.#rest("");
    };
    this.#problem.textContent = "";
    this.#progress.value = 0;
    this.#sending.hidden = false;
    this.#cancel.focus();
    try {
      const { name, file } = await made(() => isWanted);
      const { limits } = await api.options();
      if (limits.data_bytes && file.size > limits.data_bytes)
        throw new Unfit(t("own.too_large", sizesText(file.size, limits.data_bytes)));
      if (!isWanted) return;
      const { upload, cancel } = ownDataApi.upload(file, name, (share) => {
        this.#progress.value = share;
        const values = { file: name, share: Math.round(100 * share) };
        this.#state.textContent = share < 1 ? t("own.sending_share", values) : t("own.reading", values);
        if (share === 1) this.#progress.removeAttribute("value"); // it is being read, and how long that takes is not known
      });
      const stop = this.#stop;
      this.#stop = () => {
        stop();
        cancel();
      };
      const sent = await upload;
      if (isWanted && !this.#isGone) this.#context.showPreview(sent);
      else ownDataApi.giveUp(sent.id);
    } catch (error) {
      if (isWanted) this.#rest(problemOf(error));
      if (!(error instanceof ApiError || error instanceof Unfit || error instanceof DOMException))
        throw error;
    }
  }

  /** Nothing is being sent any more; say why, if it failed. @param {string} problem */
  #rest(problem) {
    const focused = this.#sending.contains(document.activeElement);
    this.#sending.hidden = true;
    this.#state.textContent = "";
    this.#problem.textContent = problem;
    if (focused) this.#choose.focus();
  }
}

/** What was chosen cannot be sent; the message is for the reader. */
class Unfit extends Error {}

/** Why nothing was sent. @param {unknown} error */
function problemOf(error) {
  if (error instanceof ApiError) return explain(error);
  return error instanceof Unfit ? error.message : t("own.unreadable");
}

/** @param {File[]} files @returns {Parcel} */
function oneFile(files) {
  if (files.length !== 1) throw new Unfit(t("own.one_file"));
  return { name: files[0].name, file: files[0] };
}
