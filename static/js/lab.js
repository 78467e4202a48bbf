/** The lab page: makes its parts and wires them together. */

import { ChartBoard } from "./charts/chart-board.js";
import { Form } from "./form/form.js";
import { Lessons } from "./lessons/lessons.js";
import { find } from "./page/dom.js";
import { wireFiles } from "./page/files.js";
import { isLaunch, onKey } from "./page/keys.js";
import { lazy, onUnreached, retried } from "./page/lazy.js";
import { showCurves, wireParts } from "./page/parts.js";
import { showStatus } from "./page/status.js";
import { isDark, wireTheme } from "./page/theme.js";
import { Toast } from "./page/toast.js";
import { FirstSteps } from "./runs/first-steps.js";
import { showLaunched } from "./runs/fresh-view.js";
import { RunTable } from "./runs/run-table.js";
import { Selection } from "./runs/selection.js";
import { ApiError, api } from "./server/api.js";
import { Connection } from "./server/connection.js";
import { urlState } from "./state/address.js";
import { Emphasis } from "./state/emphasis.js";
import { LabQueue } from "./state/lab-queue.js";
import { keepShown, keptChoices, keptHues } from "./state/shown-runs.js";
import { Store } from "./state/store.js";
import { onLanguage, t } from "./words/i18n.js";
import { allLessons, registerDatasets, registerLessons } from "./words/labels.js";
import { setLanguage } from "./words/language.js";
import { allTexts, beginWith, textsOf } from "./words/part-texts.js";
import { explain } from "./words/reasons.js";

/**
 * @import { Role } from "./class/types.js"
 * @import { RunView } from "./types.js"
 * @import { Part } from "./words/part-texts.js"
 */

/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);
const root = document.documentElement;
/** Milliseconds between two looks for the first rows. The card *Why* is loaded only when there are some: the curves come first. */
const WHY_PAUSE = 1500;

const store = new Store(keptChoices(), keptHues());
const { role, person } = root.dataset; // of a class
if (role) store.person = { id: `${person}`, role: /** @type {Role} */ (role) };

/** The language in the address, if the lab has it; otherwise the one that the server chose. */
function chosenLanguage() {
  const fromAddress = urlState.get("language");
  return document.querySelector(`[data-language="${CSS.escape(fromAddress)}"]`) ? fromAddress : root.lang;
}

/**
 * The texts in a language, those of the lessons among them.
 * @param {string} name
 */
async function loadTexts(name) {
  const [{ lessons }, texts] = await Promise.all([api.lessons(name), allTexts(name)]);
  registerLessons(lessons);
  return texts;
}

/**
 * A module, when the texts of its part of the page are there too.
 * @template Module
 * @param {Part} part
 * @param {Promise<Module>} module
 */
async function withTexts(part, module) {
  return (await Promise.all([module, textsOf(part)]))[0];
}

async function start() {
  // The page connects to the stream while it loads texts and options.
  new Connection(store);
  if (store.person) beginWith("class");
  const [options, classMode] = await Promise.all([
    api.options(),
    store.person && import("./class/in-class.js"),
    setLanguage(chosenLanguage(), loadTexts),
  ]);

  // data sets that have come through the socket are at least as new as the options
  options.datasets = options.datasets.map((dataset) => store.datasets.get(dataset.name) ?? dataset);
  registerDatasets(options.datasets);
  /** @param {RunView[]} runs */
  const ids = (runs) => runs.map((run) => run.id);
  /** @param {RunView[]} runs */
  const launched = (runs) => {
    store.putRuns(runs);
    store.whenComplete(() => store.show(ids(runs), true));
    showCurves();
  };
  showStatus(byId("status"), byId("status-text"), store);
  const look = lazy(async () => new (await import("./look/look.js")).Look(store, options.datasets, isDark));
  const queue = new LabQueue(store);
  const toast = new Toast();
  onUnreached(() => toast.show(t("page.unloaded"), { wrong: true }));
  /** @param {RunView[]} runs */
  const launchedByForm = (runs) => {
    store.putRuns(runs);
    store.whenComplete(() => {
      showLaunched(runs, store, toast);
      if (runs[0].origin) selection.set(ids(runs));
      list.launched(runs);
    });
    showCurves();
  };
  const ownData = lazy(async () => {
    const { OwnData } = await withTexts("data", import("./data/own-data.js"));
    return new OwnData({ store, form, toast, datasets: options.datasets });
  });
  const bring = async () => (await ownData()).open();
  const form = new Form(byId("form"), store, options, launchedByForm, look, queue, bring);
  const lessons = new Lessons(byId("lessons"), allLessons(), queue);
  const selection = new Selection();
  const emphasis = new Emphasis(selection);
  const inClass = classMode && new classMode.InClass(store, form, toast);
  const list = new RunTable(store, form, isDark, launched, toast, selection, emphasis, inClass);
  wireFiles(
    lazy(async () => {
      const { FileDrop } = await withTexts("data", import("./data/file-drop.js"));
      return new FileDrop((runs) => list.import(runs), ownData);
    }),
  );
  const views = lazy(async () => {
    const { Views } = await withTexts("views", import("./views/views.js"));
    return new Views(store, selection, isDark, async (rows) => (await playhead()).pin(rows));
  });
  const charts = new ChartBoard(byId("charts"), byId("chart-foot"), store, list.configs, isDark, emphasis, {
    frame: () => list.draw(),
    pick: (runs, event) => list.pick(runs, event),
    pin: async (rows) => (await playhead()).pin(rows),
    view: (slot, on) => retried(async () => (await views()).fill(slot, on)),
  });
  const playhead = lazy(async () => {
    const { Playhead } = await withTexts("views", import("./moment/playhead.js"));
    return new Playhead(store, charts, selection, {
      fork: (run, iteration) => list.fork(run, iteration),
      toast,
    });
  });
  const why = lazy(async () => {
    const { Why } = await withTexts("views", import("./views/why.js"));
    return new Why(find(document, ".chosen", HTMLElement), store, selection, {
      show: async (card, run, iteration) => {
        charts.open(card);
        (await playhead()).show(run, iteration);
      },
      launched,
      toast,
    });
  });
  const showWhy = () => (store.shown().some(({ train }) => train.length) ? retried(why) : wait());
  const wait = () => setTimeout(showWhy, WHY_PAUSE);
  wait();
  const showMoment = () => urlState.get("moment") && retried(playhead);
  urlState.on("moment", showMoment);
  showMoment();
  const player = lazy(async () => {
    const { Player } = await withTexts("lessons", import("./lessons/player.js"));
    return new Player({ store, charts, form, lessons, queue, toast, look, playhead, launched });
  });
  const showLesson = () => urlState.get("lesson") && retried(player);
  urlState.on("lesson", showLesson);
  showLesson();
  const studies = lazy(async () => {
    const { Studies } = await withTexts("studies", import("./studies/studies.js"));
    return new Studies({ store, form, toast, selection });
  });
  byId("studies").addEventListener("click", async () => (await studies()).open());
  const showStudy = async () => urlState.get("study") && (await retried(studies)).open();
  urlState.on("study", showStudy);
  showStudy();
  const waiting = lazy(async () => new (await import("./runs/waiting.js")).Waiting(byId("charts"), store));
  store.on("draw", () => store.shown().some(({ status }) => status === "queued") && retried(waiting));
  new FirstSteps(byId("charts"), byId("first-run"), store, form);
  wireControls(charts, list);
  wireParts();
  keepShown(store, (gone) => toast.show(t("runs.gone", { runs: gone.join(", ") })));

  const ready = () => {
    if (store.connection === "live" || store.connection === "polling") root.dataset.ready = "true";
  };
  store.on("connection", ready);
  ready();
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  await charts.begin();
}

/**
 * @param {ChartBoard} charts
 * @param {RunTable} list
 */
function wireControls(charts, list) {
  const redraw = () => {
    charts.redraw();
    list.draw();
  };
  wireTheme(byId("theme"), redraw);
  const projector = byId("projector");
  /** @param {boolean} on */
  const showProjector = async (on) => {
    projector.setAttribute("aria-pressed", String(on));
    window.kept.set("projector", on ? "1" : "0");
    if (on) await (await import("./page/style.js")).loadStyle("projector");
    root.toggleAttribute("data-projector", projector.ariaPressed === "true"); // it may be off again by now
    dispatchEvent(new Event("resize")); // the charts change their size
    redraw();
  };
  projector.addEventListener("click", () => showProjector(projector.ariaPressed !== "true"));
  if (window.kept.get("projector") === "1") showProjector(true);
  const showLanguage = () => setLanguage(chosenLanguage(), loadTexts);
  const languages = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-language]"));
  for (const button of languages) {
    button.addEventListener("click", () => {
      const language = button.dataset.language;
      if (urlState.get("language") === language) showLanguage(); // its texts did not come the last time
      urlState.set({ language });
    });
  }
  urlState.on("language", showLanguage);
  byId("show-all").addEventListener("click", () => store.show([...store.runs.keys()], true));
  byId("show-none").addEventListener("click", () => store.show([...store.runs.keys()], false));
  onKey(document, (event) => {
    // not where the button is hidden, as on a projector or beside a wide list
    if (isLaunch(event) && byId("launch").checkVisibility())
      find(document, "#form", HTMLFormElement).requestSubmit();
  });
  const markLanguage = () => {
    for (const button of languages) button.hidden = button.dataset.language === root.lang;
  };
  onLanguage(markLanguage);
  markLanguage();
}

start().catch((error) => {
  byId("status").dataset.connection = "broken";
  byId("status-text").textContent = error instanceof ApiError ? explain(error) : t("why.page_fault");
  throw error;
});
