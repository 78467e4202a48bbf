/**
 * The card "Why": what the lab finds of the runs that one looks at, the most decisive first, each with its numbers, where to see
 * it, and what may help. It is loaded when the first rows have come.
 */

import { foundMoments } from "../moment/found-moments.js";
import { h, setText } from "../page/dom.js";
import { loadStyle } from "../page/style.js";
import { ApiError, request } from "../server/api.js";
import { urlState } from "../state/address.js";
import { newestOf, readMoment } from "../state/moment.js";
import { hasEnded } from "../state/run-status.js";
import { number, onLanguage, t } from "../words/i18n.js";
import { explainAll } from "../words/reasons.js";
import { findingText, remedyText, sampleText, triedText } from "./finding-text.js";
import { FindingsOfRuns } from "./findings.js";
import { swatchOf } from "./view-card.js";

/**
 * @import { Selection } from "../runs/selection.js"
 * @import { Store } from "../state/store.js"
 * @import { Toast } from "../page/toast.js"
 * @import { Run, RunView } from "../types.js"
 * @import { Asked, Finding, Findings, Remedy } from "./findings.js"
 */

await loadStyle("views");

/** At most this many runs are asked about, and at most this many findings are shown. */
const MAX_RUNS = 4;
const MAX_FINDINGS = 3;

/**
 * What the card uses of the page: `show` opens a card of the board and pins a moment; `launched` takes a new run.
 * @typedef {{show: (card: string, run: Run, iteration: number) => void, launched: (runs: RunView[]) => void, toast: Toast}} OnWhy
 */
/** A finding of a run. @typedef {{run: Run, finding: Finding}} Shown */

/**
 * Where evidence is seen that has no card of its own: wrong labels, among the worst mistakes of the training images.
 * @type {Record<string, string>}
 */
const CARDS = { mistakes: "view.confusion:part=train:cell=worst" };

export class Why {
  #store;
  #selection;
  #on;
  #found = new FindingsOfRuns();
  #at = h("span", { className: "why-at" });
  #list = h("ul");
  #element = h("article", { className: "card note why", id: "why", hidden: true });
  /** Which finding is open: run and code; "" at first: the most decisive one. */
  #open = "";
  #drawn = "";
  #planned = false;
  #statuses = "";

  /**
   * @param {HTMLElement} place the card comes at the end of this element
   * @param {Store} store
   * @param {Selection} selection
   * @param {OnWhy} on
   */
  constructor(place, store, selection, on) {
    this.#store = store;
    this.#selection = selection;
    this.#on = on;
    place.append(this.#element);
    for (const topic of ["runs", "rows"]) store.on(topic, () => this.#plan());
    selection.on("change", () => this.#plan());
    urlState.on("moment", () => this.#plan());
    this.#found.on("found", () => this.#plan());
    onLanguage(() => {
      this.#drawn = "";
      this.#plan();
    });
    this.#plan();
  }

  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      this.#draw();
    });
  }

  /** The runs that one looks at, and what is asked of each. @returns {{run: Run, asked: Asked}[]} */
  #looked() {
    const shown = this.#store.shown().filter(({ train }) => train.length);
    const selected = shown.filter(({ id }) => this.#selection.has(id));
    const moment = readMoment(urlState.get("moment"));
    return (selected.length ? selected : shown).slice(-MAX_RUNS).map((run) => {
      const newest = newestOf(run);
      const pinned =
        moment && moment.iteration !== null && moment.iteration < newest ? moment.iteration : null;
      return { run, asked: { id: run.id, iteration: pinned, ended: pinned !== null || hasEnded(run) } };
    });
  }

  #draw() {
    const looked = this.#looked();
    const statuses = this.#store
      .shown()
      .map(({ id, status }) => id + status)
      .join();
    if (statuses !== this.#statuses) this.#found.renew(); // a run that tries a remedy may have ended
    this.#statuses = statuses;
    // the track of the moment shows what is found later as well
    const pinned = looked.filter(({ asked }) => asked.iteration !== null);
    const newest = pinned.map(({ run }) => ({ id: run.id, iteration: null, ended: hasEnded(run) }));
    this.#found.ask([...looked.map(({ asked }) => asked), ...newest]);
    for (const { run } of looked) foundMoments.set(run.id, this.#found.all(run.id));
    const answers = looked.flatMap(({ run, asked }) => {
      const answer = this.#found.get(asked);
      return answer ? [{ run, answer }] : [];
    });
    this.#element.hidden = !answers.length;
    if (!answers.length) return;
    // the most decisive of each run first
    const shown = Array.from({ length: MAX_FINDINGS }, (_, place) =>
      answers.flatMap(({ run, answer }) => {
        const finding = answer.findings[place];
        return finding ? [{ run, finding }] : [];
      }),
    )
      .flat()
      .slice(0, MAX_FINDINGS);
    const few = answers
      .map(({ answer }) => answer)
      .find((answer) => answer.evaluations < answer.evaluations_needed);
    const drawn = JSON.stringify([
      few?.evaluations,
      shown.map(({ run, finding }) => [run.id, run.name, run.hue, finding]),
      this.#open,
    ]);
    const iterations = [...new Set(answers.map(({ answer }) => answer.iteration))];
    setText(this.#at, iterations.length === 1 ? t("moment.at", { n: number(iterations[0]) }) : "");
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const open = shown.some((finding) => keyOf(finding) === this.#open) ? this.#open : keyOf(shown[0]);
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.focus : undefined;
    this.#list.replaceChildren(...shown.map((finding) => this.#item(finding, keyOf(finding) === open)));
    const head = h("header", { className: "card-head" }, h("h2", {}, t("findings.title")), this.#at);
    const none = shown.length ? [] : [h("p", { className: "quiet" }, t("findings.none"))];
    if (few) none.push(h("p", { className: "quiet why-few" }, fewText(few)));
    this.#element.replaceChildren(head, this.#list, ...none);
    const again = [...this.#list.querySelectorAll("button")].find(({ dataset }) => dataset.focus === focused);
    if (focused) again?.focus();
  }

  /**
   * @param {Shown} shown
   * @param {boolean} isOpen
   */
  #item(shown, isOpen) {
    const { run, finding } = shown;
    const key = keyOf(shown);
    const text = h("button", {
      type: "button",
      className: "why-text",
      "aria-expanded": String(isOpen),
      "data-focus": key,
      title: `${t("runs.number", { n: run.number })}: ${run.name}`,
    });
    text.append(swatchOf(run), h("span", {}, findingText(finding)));
    text.addEventListener("click", () => {
      this.#open = isOpen ? "closed" : key;
      this.#plan();
    });
    return h("li", { className: isOpen ? "open" : "" }, text, ...(isOpen ? this.#details(shown) : []));
  }

  /** @param {Shown} shown */
  #details({ run, finding }) {
    const { evidence } = finding;
    const see = h(
      "button",
      { type: "button", className: "why-link", "data-focus": `${run.id} see` },
      t("findings.evidence"),
    );
    see.addEventListener("click", () =>
      this.#on.show(CARDS[evidence.card] ?? evidence.card, run, evidence.iteration),
    );
    const since = t("findings.since", { iteration: number(finding.iteration) });
    const context = t("findings.context", { run: run.name, since, sample: sampleText(finding) });
    return [
      h("p", { className: "quiet" }, context, " ", see),
      ...finding.remedies.map((remedy) => this.#remedy(run, remedy)),
    ];
  }

  /**
   * @param {Run} run
   * @param {Remedy} remedy
   */
  #remedy(run, remedy) {
    const button = h(
      "button",
      {
        type: "button",
        className: "toggle",
        "data-launches": "",
        "data-focus": `${run.id} ${remedy.code}`,
        title: remedy.kind === "fork" ? t("findings.fork_hint") : t("findings.launch_hint"),
      },
      t(remedy.kind === "fork" ? "findings.fork_with" : "findings.try", { remedy: remedyText(remedy) }),
    );
    button.addEventListener("click", () => this.#try(remedy, button));
    const results = remedy.runs.map(({ number: place, name, helped }) =>
      h(
        "span",
        { className: "why-result" },
        `${t("runs.number", { n: place })} ${name}: ${t(helped === null ? "findings.helping" : helped ? "findings.helped" : "findings.not_helped")}`,
      ),
    );
    return h(
      "p",
      { className: "why-remedy" },
      button,
      h("span", { className: "quiet" }, triedText(remedy)),
      ...results,
    );
  }

  /**
   * @param {Remedy} remedy
   * @param {HTMLButtonElement} button
   */
  async #try(remedy, button) {
    button.disabled = true;
    try {
      const name = [...`${remedy.body.name}, ${remedyText(remedy)}`].slice(0, 200).join("");
      const run = await request("POST", remedy.path, { ...remedy.body, name });
      this.#on.launched([run]);
      this.#found.renew();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#on.toast.show(explainAll(error));
    }
    button.disabled = false;
  }
}

/** Why some rules say nothing. @param {Findings} answer */
function fewText({ evaluations, evaluations_needed: needed }) {
  return t("findings.few_evaluations", { n: number(evaluations), needed: number(needed) });
}

/** @param {Shown | undefined} shown */
function keyOf(shown) {
  return shown ? `${shown.run.id} ${shown.finding.code}` : "";
}
