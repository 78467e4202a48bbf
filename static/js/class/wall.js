/** The wall: the teacher's live page of a class, and the projector's. Makes its parts and connects them. */

import { find, h, setText } from "../page/dom.js";
import { lazy, onUnreached, retried } from "../page/lazy.js";
import { showStatus } from "../page/status.js";
import { wireTheme } from "../page/theme.js";
import { Toast } from "../page/toast.js";
import { api } from "../server/api.js";
import { Connection } from "../server/connection.js";
import { oneAtATime } from "../state/one-at-a-time.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { registerLessons } from "../words/labels.js";
import { setLanguage } from "../words/language.js";
import { allTexts, beginWith } from "../words/part-texts.js";
import { CloudView } from "./cloud-view.js";
import { CountsCard } from "./counts-card.js";
import { colorByName, GroupColors, groupsOf } from "./groups.js";
import { Joining } from "./joining.js";
import { NeedsCard } from "./needs-card.js";
import { leaveIfRefused } from "./over.js";
import { QueueCard } from "./queue-card.js";
import { heldText } from "./step-together.js";
import { countsOf, sorted } from "./tile.js";
import { TileOrder } from "./tile-order.js";
import { TilesView } from "./tiles-view.js";
import { ViewsCard } from "./views-card.js";
import { viewOf, WallCommands } from "./wall-commands.js";
import { openPerson, openRemoved } from "./wall-dialogs.js";
import { WallStore } from "./wall-store.js";

/**
 * @import { Tile } from "./tile.js"
 */

/** Milliseconds after which waiting times are worded again. */
const BEAT = 10_000;
/** Milliseconds after which a drawing goes on in the next picture of the screen. */
const STEP_TIME = 25;

/** The next picture of the screen. @returns {Promise<number>} when */
const nextPicture = () => new Promise((done) => requestAnimationFrame(() => done(performance.now())));

/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);
const isTeacher = document.body.dataset.role === "teacher";

/** The number of a student, and the nickname where names are shown. @param {Tile} tile */
const nameOf = ({ number: place, nickname }) => [place, nickname].filter(Boolean).join(" ");

class Wall {
  #store = new WallStore();
  #colors = new GroupColors();
  /** The student whose tile is pointed at. @type {string | null} */
  #pointedStudent = null;
  /** The training whose curve is pointed at in the chart. @type {string | null} */
  #pointedTraining = null;
  /** The one whose tile was opened last. @type {string | null} */
  #opened = null;
  #cloud;
  #order;
  #tiles;
  #needs;
  #views;
  #queue;
  #counts;
  #joining;
  /** What the class predicts, loaded with the first lesson that is shown to all. @type {import("./predictions-card.js").PredictionsCard | null} */
  #predictions = null;
  /** @type {import("./challenge-card.js").ChallengeCard | null} */
  #challenge = null;
  /** @type {Promise<typeof import("./challenge-card.js")> | null} */
  #loadChallenge = null;
  /** Draw what has changed in the next picture of the screen; while a drawing is under way, after it. */
  #drawSoon = oneAtATime(async () => {
    let begun = await nextPicture();
    for (const _ of this.#draw()) if (performance.now() - begun > STEP_TIME) begun = await nextPicture();
  });

  constructor() {
    const store = this.#store;
    const open = (/** @type {string} */ person) => this.#open(person);
    this.#cloud = new CloudView(
      byId("cloud"),
      (training) => this.#pointAtTraining(training),
      () => void this.#drawSoon(),
    );
    this.#tiles = new TilesView(byId("tiles"), !isTeacher, (person) => this.#pointAtStudent(person), open);
    this.#needs = new NeedsCard(byId("needs"), open);
    this.#views = new ViewsCard(byId("views"), isTeacher);
    this.#queue = new QueueCard(
      byId("queue"),
      isTeacher ? (training, behind) => this.#commands?.put(training, behind) : null,
    );
    this.#counts = new CountsCard(byId("counts"));
    this.#joining = new Joining(byId("joining"), store, isTeacher);
    this.#order = new TileOrder(byId("order"), () => void this.#drawSoon());
    byId("removed").addEventListener("click", () => openRemoved(store));
    const toast = new Toast();
    onUnreached(() => toast.show(t("page.unloaded"), { wrong: true }));
    this.#commands = isTeacher
      ? new WallCommands(byId("commands"), store, toast, () => this.#pointedStudent ?? this.#opened)
      : null;
    showStatus(byId("status"), byId("status-text"), store);
    wireTheme(byId("theme"));
    store.on("change", () => this.#drawSoon());
    const predictions = lazy(async () => {
      const { PredictionsCard } = await import("./predictions-card.js");
      this.#predictions = new PredictionsCard(byId("predictions"), store, isTeacher ? toast : null);
      void this.#drawSoon(); // `#draw` gives the new card the colours of the groups
    });
    store.on("classroom", () => {
      if (store.classroom.shown?.kind === "lesson" || store.classroom.vote) void retried(predictions);
      this.#drawBanner();
      this.#joining.draw();
      this.#joining.askIfNew();
    });
    store.on("connection", () => this.#connected());
    onLanguage(() => {
      this.#joining.draw();
      this.#drawBanner();
      void this.#drawSoon();
    });
    setInterval(() => this.#drawSoon(), BEAT);
    new Connection(store, "wall");
  }

  /** @type {WallCommands | null} */
  #commands;

  #connected() {
    const { connection } = this.#store;
    leaveIfRefused(this.#store);
    if (connection !== "live" && connection !== "polling") return;
    this.#joining.askAgain();
    document.documentElement.dataset.ready = "true"; // tests wait for it
  }

  /** The card of the challenge, loaded with the first one. */
  async #drawChallenge() {
    if (!this.#store.challenge && !this.#challenge) return;
    this.#loadChallenge ??= retried(() => import("./challenge-card.js"));
    const { ChallengeCard } = await this.#loadChallenge;
    this.#challenge ??= new ChallengeCard(byId("challenge"), isTeacher);
    this.#challenge.draw(this.#store);
  }

  *#draw() {
    const store = this.#store;
    void this.#drawChallenge();
    const students = store.students();
    const tiles = sorted(students, this.#order.chosen);
    const groups = groupsOf(students, this.#colors);
    const { joined, here, launched } = countsOf(students);
    // the number is bold: "|" marks its place in the sentence
    const [before, after] = t("class.wall.headline", { n: "|", of: number(joined) }).split("|");
    byId("headline").replaceChildren(before, h("b", {}, number(launched)), after);
    byId("headline-bar").style.width = `${(100 * launched) / Math.max(1, joined)}%`;
    const counts = [t("class.wall.here", { n: number(here) })];
    if (here < joined) counts.push(t("class.wall.away", { n: number(joined - here) }));
    setText(byId("students-count"), counts.join(" · "));
    this.#counts.draw(students);
    byId("no-students").hidden = students.length > 0;
    const removed = isTeacher ? store.removed().length : 0;
    byId("removed").hidden = !removed;
    setText(byId("removed"), t("class.wall.removed", { n: number(removed) }));
    yield;
    if (isTeacher) this.#needs.draw(students, store.now());
    this.#views.draw(store);
    this.#queue.draw(store);
    yield;
    yield* this.#tiles.draw(tiles, colorByName(groups));
    yield* this.#cloud.draw(groups);
    this.#predictions?.draw(groups, colorByName(groups));
    this.#drawEmphasis();
  }

  #drawBanner() {
    const { name, held, stepped, shown, ended } = this.#store.classroom;
    if (name) setText(byId("class-name"), name);
    const words = [
      ...(ended ? [t("class.wall.ended")] : []),
      ...(held ? [heldText({ held, stepped })] : []),
      ...(shown ? [t("class.wall.shown")] : []),
    ];
    setText(byId("banner"), words.join(" · "));
    byId("banner").hidden = !words.length;
    this.#drawEmphasis();
  }

  /** @param {string | null} person */
  #pointAtStudent(person) {
    if (person === this.#pointedStudent) return;
    this.#pointedStudent = person;
    this.#drawEmphasis();
  }

  /** A curve of the chart is pointed at: say whose it is. @param {string | null} training */
  #pointAtTraining(training) {
    if (training === this.#pointedTraining) return;
    this.#pointedTraining = training;
    this.#drawEmphasis();
  }

  /**
   * Draw above all others: the curve that is pointed at; or else the curves of the student whose tile is pointed at, or of
   * the first student with a run that is shown to all.
   */
  #drawEmphasis() {
    const curve = this.#pointedTraining ? this.#store.curves.get(this.#pointedTraining) : null;
    const owners = curve
      ? this.#store
          .students()
          .filter(({ curves }) => curves.some(({ training }) => training === curve.training))
      : [];
    this.#tiles.mark(new Set(owners.map(({ person }) => person)));
    if (curve) {
      const [first, ...others] = owners.map(nameOf);
      const more = others.length ? t("class.wall.more", { n: number(others.length) }) : "";
      return this.#cloud.pick([curve], [first, more].filter(Boolean).join(" "));
    }
    const shown = new Set(this.#store.classroom.shown?.runs);
    const tile = this.#pointedStudent
      ? this.#store.tiles.get(this.#pointedStudent)
      : this.#store.students().find(({ runs }) => runs.some(({ id }) => shown.has(id)));
    this.#cloud.pick(tile?.curves ?? [], tile ? nameOf(tile) : "");
  }

  /** @param {string} person */
  #open(person) {
    this.#opened = person;
    if (!this.#commands) return;
    const commands = this.#commands;
    openPerson(this.#store, person, { showRuns: (shown) => commands.show(shown ? viewOf(person) : null) });
  }
}

async function start() {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-language]"));
  const load = (/** @type {string} */ language) => loadTexts(language);
  for (const button of buttons)
    button.addEventListener("click", () => setLanguage(button.dataset.language ?? "en", load));
  onLanguage(() => {
    for (const button of buttons) button.hidden = button.dataset.language === document.documentElement.lang;
  });
  beginWith("class");
  await setLanguage(document.documentElement.lang, load);
  new Wall();
}

/** @param {string} language */
async function loadTexts(language) {
  const [texts, { lessons }] = await Promise.all([allTexts(language), api.lessons(language)]);
  registerLessons(lessons);
  return texts;
}

await start();
