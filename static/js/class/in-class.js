/**
 * What the lab's page has in a class: the person's number with a menu, the hand, banners, the teacher's view, and marks in the
 * list of runs. Loaded only in a class.
 */

import { find, h, label, setText } from "../page/dom.js";
import { lazy, retried } from "../page/lazy.js";
import { loadStyle } from "../page/style.js";
import { onLanguage, t } from "../words/i18n.js";
import { datasetCalled } from "../words/labels.js";
import { Banner } from "./banner.js";
import { Hand } from "./hand.js";
import { classIcon } from "./icons.js";
import { LaunchLock } from "./launch-lock.js";
import { LessonFollow } from "./lesson-follow.js";
import { goToJoin, leaveIfRefused } from "./over.js";
import { PersonMenu } from "./person-menu.js";
import { ShareButton } from "./share-button.js";
import { SharedList } from "./shared-list.js";
import { ShowButton } from "./show-button.js";
import { ShownView } from "./shown-view.js";
import { ownerPhrase, ownerText } from "./wording.js";

/**
 * @import { Form } from "../form/form.js"
 * @import { Toast } from "../page/toast.js"
 * @import { RunActions } from "../runs/run-actions.js"
 * @import { Store } from "../state/store.js"
 * @import { Dataset, Run } from "../types.js"
 */

await loadStyle("class");

export class InClass {
  #store;
  /** The state that an entry shows, as JSON. @type {WeakMap<HTMLElement, string>} */
  #drawn = new WeakMap();
  /** What the teacher showed to all when the list was last drawn, as JSON: the list marks these runs. */
  #shown = "";
  /** Whether the page is being loaded again. */
  #reloading = false;

  /**
   * @param {Store} store
   * @param {Form} form
   * @param {Toast} toast
   */
  constructor(store, form, toast) {
    this.#store = store;
    const { role } = store.person ?? {};
    const tools = find(document, ".tools", HTMLElement);
    const view = role === "student" ? new ShownView(store) : null;
    new Banner(store, view);
    new PersonMenu(tools, store);
    if (role === "teacher") new ShowButton(tools, store, toast);
    if (role === "student") {
      new Hand(tools, find(document, ".parts", HTMLElement), store, toast);
      new ShareButton(tools, store, toast);
      this.#followCloud();
      this.#followVotes();
    }
    if (view) new LessonFollow(view);
    new SharedList(store, toast);
    this.#waitForChallenge(form);
    const measure = () =>
      document.documentElement.style.setProperty("--tools", `${Math.ceil(tools.offsetWidth)}px`);
    new ResizeObserver(measure).observe(tools);
    const buttons = new LaunchLock(toast);
    const lock = () => {
      form.lock(this.#whyLocked());
      buttons.set(this.#whyLocked());
    };
    store.on("class", lock);
    onLanguage(lock);
    lock();
    store.on("dataset_gone", ({ name }) => {
      const dataset = datasetCalled(name);
      if (dataset?.own)
        store.putDataset({
          .../** @type {Dataset} */ (dataset),
          available: false,
          deleted: true,
          unshared: true,
        });
    });
    store.on("connection", () => this.#leaveIfOver());
    store.on("person", () => this.#leaveIfOver());
    store.on("class", () => this.#drawShown());
    this.#leaveIfOver();
  }

  /** The card of the class's cloud, loaded when the teacher first lets students see it. */
  #followCloud() {
    const card = lazy(async () => new (await import("./cloud-card.js")).CloudCard(this.#store));
    const follow = () => this.#store.messages.cloud?.groups && retried(card);
    this.#store.on("cloud", follow);
    follow();
  }

  /** The card of a vote of the class, loaded with the first one. */
  #followVotes() {
    const card = lazy(async () => new (await import("./vote-card.js")).VoteCard(this.#store));
    const follow = () => this.#store.messages.class?.vote && retried(card);
    this.#store.on("class", follow);
    follow();
  }

  /** What shows a challenge, loaded with the first one. @param {Form} form */
  #waitForChallenge(form) {
    const bar = lazy(async () => new (await import("./challenge-bar.js")).ChallengeBar(this.#store, form));
    const follow = () => this.#store.messages.challenge?.challenge && retried(bar);
    this.#store.on("challenge", follow);
    follow();
  }

  /** Why this person cannot launch now; empty: they can. */
  #whyLocked() {
    const { person, messages } = this.#store;
    if (person?.role === "projector") return t("class.only_looks");
    return person?.role === "student" && messages.class?.held ? t("class.launch_held") : "";
  }

  /**
   * If this browser is not known in the class any more, go to where one joins, and say why. If another student has joined in
   * it, this page becomes theirs.
   */
  #leaveIfOver() {
    const { messages, person } = this.#store;
    const changed = messages.person?.person;
    if (changed && person?.role === "student" && changed.id !== person.id) {
      if (!this.#reloading) location.reload();
      this.#reloading = true;
    } else if (changed?.removed && changed.id === person?.id) goToJoin("removed");
    else leaveIfRefused(this.#store);
  }

  /** If the teacher now shows other runs to all, draw the list again: it marks them. */
  #drawShown() {
    const shown = JSON.stringify(this.#store.messages.class?.shown ?? null);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#store.emit("draw");
  }

  /**
   * Mark in an entry of the list whose run it is, and take away what one cannot do with the run of another person.
   * @param {HTMLElement} entry
   * @param {Run} run
   * @param {Pick<RunActions, "change">} actions
   */
  drawEntry(entry, run, actions) {
    const state = JSON.stringify([run.owner, run.shared, this.#isShown(run), this.#store.mayChange(run)]);
    if (this.#drawn.get(entry) === state) return;
    this.#drawn.set(entry, state);
    entry.classList.toggle("foreign", !this.#store.mayChange(run));
    entry.querySelector(".owner")?.remove();
    const mark = this.#mark(run);
    if (mark) find(entry, ".run-title", HTMLElement).append(mark);
    this.#drawShare(entry, run, actions);
  }

  /** Whether the teacher shows the run to all now. @param {Run} run */
  #isShown({ id }) {
    const { shown } = this.#store.messages.class ?? {};
    return Boolean(shown?.runs?.includes(id));
  }

  /** Whose run it is, if not one's own; and that it is shared, or shown to all now. @param {Run} run */
  #mark(run) {
    const isOwn = this.#store.isOwn(run);
    const isShown = this.#isShown(run);
    const labels = [this.#ownership(run), isShown ? t("class.shown_to_all") : ""].filter(Boolean);
    if (!labels.length) return null;
    const text = labels.join(" · ");
    const mark = h("span", { className: "owner", title: text });
    if (isShown) mark.append(classIcon("shown"));
    if (run.shared) mark.append(classIcon("share"));
    mark.append(h("span", { className: "hidden" }, text));
    if (!isOwn) mark.append(h("span", { "aria-hidden": "true" }, ownerText(run)));
    return mark;
  }

  /** Who has launched or shares a run, in words. @param {Run} run */
  #ownership(run) {
    const owner = this.#store.isOwn(run) ? "" : ownerPhrase(run);
    // it is one's own, or was launched before the class began and has no owner
    if (!owner) return run.shared ? t("class.shared_by_you") : "";
    return t(run.shared ? "class.shared_by" : "class.run_of", { owner });
  }

  /**
   * The button that shares a run; it stays the same, and keeps the focus.
   * @param {HTMLElement} entry
   * @param {Run} run
   * @param {Pick<RunActions, "change">} actions
   */
  #drawShare(entry, { id, shared, owner }, actions) {
    /** @type {HTMLButtonElement | null} */
    let button = entry.querySelector(".share");
    if (!this.#store.mayChange({ owner })) return button?.remove();
    if (!button) {
      button = h("button", { type: "button", className: "icon-button share" }, classIcon("share"));
      find(entry, ".actions.more", HTMLElement).append(button);
    }
    button.onclick = () => actions.change([id], { shared: !shared });
    button.classList.toggle("on", Boolean(shared));
    label(button, t(shared ? "class.unshare" : "class.share"));
  }

  /**
   * What a run's card has in a class: whose run it is, and a button that shares it.
   * @param {Run} run
   * @param {Pick<RunActions, "change" | "run">} actions
   */
  cardParts(run, actions) {
    const owner = h("p", { className: "run-owner" });
    const share = h("button", { type: "button", className: "toggle" });
    share.addEventListener("click", () => actions.change([run.id], { shared: !actions.run(run.id)?.shared }));
    share.hidden = !this.#store.mayChange(run);
    /** @param {Run} now */
    const update = (now) => {
      setText(owner, this.#ownership(now));
      setText(share, t(now.shared ? "class.unshare" : "class.share"));
    };
    return { owner, share, update };
  }
}
