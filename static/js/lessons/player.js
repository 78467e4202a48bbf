/**
 * The player of lessons: a lesson stands in the left column in place of the form, its cards in the middle. One predicts,
 * launches, looks at the result, and reads why. It is loaded with the first lesson that is opened.
 */

import { loadStyle } from "../page/style.js";
import { urlState } from "../state/address.js";
import { readMoment } from "../state/moment.js";
import { onLanguage } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { Exits } from "./exits.js";
import { FieldLocks } from "./field-locks.js";
import { LessonFrame } from "./frame.js";
import { Launches } from "./launches.js";
import { lockedIn } from "./locked-fields.js";
import { OnCharts } from "./on-charts.js";
import { partsOf } from "./player-parts.js";
import { RoomBeside } from "./room-beside.js";
import { RunWatch } from "./run-watch.js";
import { Session } from "./session.js";
import { Stage } from "./stage.js";
import { progressOf, runsOf } from "./steps.js";

/**
 * @import { ChartBoard } from "../charts/chart-board.js"
 * @import { Form } from "../form/form.js"
 * @import { Look } from "../look/look.js"
 * @import { Playhead } from "../moment/playhead.js"
 * @import { Toast } from "../page/toast.js"
 * @import { LabQueue } from "../state/lab-queue.js"
 * @import { Store } from "../state/store.js"
 * @import { RunView } from "../types.js"
 * @import { Item } from "./head.js"
 * @import { Lessons } from "./lessons.js"
 * @import { Step } from "./steps.js"
 * @import { Question, Try, Value } from "./types.js"
 */

await loadStyle("lessons");

/** What the player uses of the page. @typedef {{store: Store, charts: ChartBoard, form: Form, lessons: Lessons, queue: LabQueue, toast: Toast, look: () => Promise<Look>, playhead: () => Promise<Playhead>, launched: (runs: RunView[]) => void}} Page */

export class Player {
  #page;
  #frame = new LessonFrame({ leave: () => this.#leave(), draw: () => this.#draw() });
  #stage;
  #launches;
  #onCharts;
  #room;
  #locks;
  /** Whether the form has the lesson's experiment, which it gets before it is first shown with locked fields. */
  #isFormSet = false;
  /** @type {RunWatch | null} */
  #watch = null;
  /** The lesson that is open. @type {Session | null} */
  #session = null;
  /** The step that the reader has gone back to; null: the one that is reached. @type {Step | null} */
  #chosen = null;
  /** Whether the full size is chosen. */
  #full = false;
  /** What is chosen in questions with one try. @type {Record<string, any>} */
  #answers = {};
  #exits = new Exits();
  /** The step that was drawn last. @type {Step | null} */
  #drawn = null;
  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    const { store, charts, queue } = page;
    this.#stage = new Stage(store);
    this.#locks = new FieldLocks(() => page.form.fieldsFreed());
    this.#launches = new Launches(page, this.#stage);
    this.#room = new RoomBeside(store);
    this.#onCharts = new OnCharts(charts, store, page.playhead, (id, curves) => this.#change(id, curves));
    urlState.on("lesson", () => this.#read());
    urlState.on("moment", () => this.#draw());
    for (const topic of ["draw", "class"]) store.on(topic, () => this.#draw());
    queue.on("change", () => this.#draw());
    charts.on("drawn", () => this.#session && this.#onCharts.listen(this.#session, this.#runs));
    onLanguage(() => this.#session?.load());
    this.#read();
  }

  // -- opening and leaving ---------------------------------------------------------------------------

  #read() {
    const slug = urlState.get("lesson");
    if (slug === (this.#session?.slug ?? "")) return;
    if (this.#session) this.#close();
    if (slug) this.#open(slug);
  }

  /** @param {string} slug */
  #open(slug) {
    const { store } = this.#page;
    const session = new Session(slug, store.person?.id ?? "");
    this.#session = session;
    let isNew = true;
    session.on("change", () => {
      if (isNew && session.play) {
        isNew = false;
        this.#stage.begin(slug, session.play.cards);
        this.#stage.show(session.attempt?.runs ?? []);
      }
      this.#page.lessons.mark(slug, progressOf(session.newest));
      void this.#room.follow(session);
      this.#draw();
    });
    session.on("launched", (runs) => {
      this.#onCharts.seal(runs);
      this.#launches.show(runs);
    });
    this.#watch = new RunWatch(store, session);
    this.#frame.show("lesson");
    session.load();
  }

  #close() {
    const session = this.#session;
    session?.close();
    this.#session = null;
    this.#chosen = this.#drawn = null;
    this.#answers = {};
    this.#full = false;
    this.#watch?.stop();
    this.#launches.leave();
    this.#onCharts.clear();
    void this.#room.close();
    this.#locks.hold(null);
    this.#isFormSet = false;
    if (session?.play) this.#stage.end({ keepsRuns: Boolean(session.newest) });
    this.#frame.clear();
  }

  #leave() {
    const slug = urlState.get("lesson");
    urlState.set({ lesson: "" });
    this.#page.lessons.focus(slug);
  }

  // -- what people do --------------------------------------------------------------------------------

  /** @param {string} id @param {Value | undefined} value */
  #change(id, value) {
    const session = this.#session;
    if (!session || session.attempt) return;
    session.draft.set(id, value);
    if (session.refusal?.id === "seal") session.refusal = null;
    this.#draw();
  }

  /** Lead to a question that is not answered. @param {string} id */
  #lead(id) {
    const question = this.#session?.questions.find((question) => question.id === id);
    if (question?.kind !== "sketch") return this.#frame.column.focus(id);
    this.#onCharts.open(question.chart ?? "");
    this.#frame.column.element.querySelector(`[data-question="${CSS.escape(id)}"] button`)?.scrollIntoView();
    const pen = this.#frame.column.element.querySelector(
      `[data-question="${CSS.escape(id)}"] .pen:not(.complete)`,
    );
    if (pen instanceof HTMLElement) pen.focus();
  }

  async #launch() {
    const session = this.#session;
    if (!session?.play) return;
    const [missing] = session.draft.missing(session.questions);
    if (missing) return this.#lead(missing);
    await session.seal(this.#full);
  }

  /** @param {Item} item */
  async #choose(item) {
    const session = this.#session;
    if (!session?.play) return;
    if (item === "look") return (await this.#page.look()).lesson(session.play);
    if (item === "again") return this.#again();
    await this.#launches.unpredicted(
      session.slug,
      () => urlState.set({ lesson: "" }),
      () => !this.#session || this.#session === session,
    );
  }

  #again() {
    this.#chosen = null;
    this.#answers = {};
    this.#launches.forgetTries();
    this.#stage.show([]);
    urlState.set({ moment: "" });
    if (!this.#session) return;
    this.#exits.forget(this.#session);
    this.#session.again();
  }

  /** @param {Question} question */
  async #answer({ id, kind }) {
    const value = kind === "click" ? this.#pinned : this.#answers[id];
    if (value === undefined || value === null) return this.#frame.column.focus(id);
    const session = this.#session;
    const isTaken = await session?.answer(id, value);
    if (!isTaken || session !== this.#session) return;
    delete this.#answers[id];
    const { see, transfer } = session?.attempt ?? {};
    const answered = see?.question?.id === id ? see.answer : transfer?.answer;
    this.#frame.column.focus(see?.question?.id === id ? "explained" : `about ${id}`);
    if (answered?.card)
      await this.#onCharts.show(
        { card: answered.card, run: answered.run ?? "", moment: answered.at ?? null },
        this.#runs,
      );
  }

  /** @param {Try} wanted */
  async #try(wanted) {
    await this.#launches.launchTry(wanted);
    this.#draw();
  }

  /** @param {Try} wanted */
  async #load(wanted) {
    this.#frame.show("form");
    await this.#launches.loadTry(wanted, this.#runs);
  }

  /** The runs of the attempt, and whether they have ended; null: one predicts. */
  get #launched() {
    const attempt = this.#session?.attempt;
    return attempt ? runsOf(attempt, this.#page.store) : null;
  }

  /** The runs of the attempt that are there. */
  get #runs() {
    return this.#launched?.runs ?? [];
  }

  /** The iteration that is pinned; null: none. */
  get #pinned() {
    return readMoment(urlState.get("moment"))?.iteration ?? null;
  }

  /** Show the form; where the lesson locks fields of it, with the lesson's experiment, or not if the server does not give that. */
  async #showForm() {
    const session = this.#session;
    if (session && lockedIn(session) && !this.#isFormSet) {
      const isLoaded = await this.#launches.loadLesson(session.slug);
      if (!isLoaded || session !== this.#session) return;
      this.#isFormSet = true;
    }
    this.#frame.show("form");
  }

  // -- drawing ---------------------------------------------------------------------------------------

  /** Draw what has changed, and lead to the step that has come. */
  #draw() {
    const session = this.#session;
    if (!session) return;
    const { store, queue } = this.#page;
    const step = session.step;
    const stepHasChanged = session.play !== null && this.#drawn !== null && this.#drawn !== step;
    if (session.play) this.#drawn = step;
    if (stepHasChanged) this.#chosen = null;
    const shown = this.#chosen ?? step;
    this.#frame.mark(session.play ? shown : null);
    this.#onCharts.sketch(session, this.#runs, () => {
      this.#frame.column.forget("predict");
      this.#draw();
    });
    this.#locks.hold(lockedIn(session));
    this.#frame.column.show(
      partsOf({
        session,
        shown,
        isForm: this.#frame.isForm,
        full: this.#full,
        answers: this.#answers,
        pinned: this.#pinned,
        exit: this.#exits.of(session),
        complaint: this.#launches.tryRefusal ? explain(this.#launches.tryRefusal) : "",
        runs: this.#launched,
        times: session.play?.runs.length
          ? queue.now.launching(session.play.runs.map(({ seconds }) => seconds))
          : null,
        person: store.person,
        shownToAll: store.messages.class?.shown ?? null,
        pens: (id) => this.#onCharts.pens(id),
        on: {
          step: (chosen) => this.#goTo(chosen),
          form: () => this.#showForm(),
          back: () => this.#frame.show("lesson"),
          item: (item) => this.#choose(item),
          leave: () => this.#leave(),
          reload: () => session.load(),
          change: (id, value) => this.#change(id, value),
          launch: () => this.#launch(),
          lead: (id) => this.#lead(id),
          size: (full) => {
            this.#full = full;
            this.#draw();
          },
          again: () => this.#again(),
          choose: (id, value) => {
            this.#answers[id] = value;
          },
          answer: (question) => this.#answer(question),
          launchTry: (wanted) => this.#try(wanted),
          loadTry: (wanted) => this.#load(wanted),
          write: (text) => this.#exits.write(session, text),
          save: (text) => this.#exits.save(session, text),
          show: (place) => this.#onCharts.show(place, this.#runs),
          next: (slug) => urlState.set({ lesson: slug }),
        },
      }),
    );
    this.#onCharts.listen(session, this.#runs);
    if (stepHasChanged) this.#frame.lead(step);
  }

  /** @param {Step} step */
  #goTo(step) {
    this.#chosen = step;
    this.#draw();
    this.#frame.focus(step);
  }
}
