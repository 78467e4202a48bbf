/** Our handwriting: each person draws ten digits, and the drawings of all become a data set. */

import { h, setText } from "../page/dom.js";
import { onKey, undoOrRedo } from "../page/keys.js";
import { isDark } from "../page/theme.js";
import { ApiError } from "../server/api.js";
import { ownDataApi } from "../server/own-data-api.js";
import { newestOnly } from "../state/newest.js";
import { greys, inks, prepared } from "../views/canvas.js";
import { drawnPixels, toBase64 } from "../views/digit-pixels.js";
import { drawStrokes, onPen } from "../views/pen.js";
import { number, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { DIGITS, Rounds } from "./rounds.js";

/**
 * @import { DialogContext, View } from "./own-data.js"
 * @import { Drawings } from "./types.js"
 */

/** The sides of a drawing as it is stored, in pixels, and of the small pictures on the page. */
const STORED = 28;
const SMALL = 36;

/** @param {string} key @param {string} [className] */
const button = (key, className = "toggle") => h("button", { type: "button", className }, t(key));

/** @implements {View} */
export class Handwriting {
  element;
  #context;
  #rounds = new Rounds();
  #prompt = h("p", { className: "own-prompt", role: "status" });
  #pad = h("canvas", { className: "own-pad", role: "img", tabIndex: 0 });
  #undo = button("own.hand.undo");
  #clear = button("own.hand.clear");
  #next = button("own.hand.next", "primary");
  #more = button("own.hand.more");
  #strip = h("div", { className: "own-strip", role: "group" });
  /** @type {{element: HTMLButtonElement, canvas: HTMLCanvasElement}[]} */
  #small = [];
  #consent = h("input", { type: "checkbox", id: "own-consent" });
  #handIn = button("own.hand.hand_in", "primary");
  #takeBack = button("own.hand.take_back");
  #counts = h("p", { role: "status" });
  #bars = h("ul", { className: "own-digits" });
  #make = button("own.hand.make");
  #problem = h("p", { className: "own-problem", role: "alert" });
  #isGone = false;
  #dropOlder = newestOnly();
  /** The id of the animation frame that will draw the growing stroke; 0: none is requested. */
  #frame = 0;

  /** @param {DialogContext} context */
  constructor(context) {
    this.#context = context;
    this.#strip.setAttribute("aria-label", t("own.hand.digits"));
    for (let digit = 0; digit < DIGITS; digit++) this.#strip.append(this.#smallOf(digit));
    onPen(this.#pad, (at, isFirst) => {
      if (isFirst) this.#rounds.begin(at);
      else this.#rounds.extend(at);
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        this.#drawDigit();
        this.#drawSmall(this.#rounds.digit);
      });
    });
    onKey(this.#pad, (event) => this.#key(event));
    this.#undo.addEventListener("click", () => this.#do(() => this.#rounds.undo()));
    this.#clear.addEventListener("click", () => this.#do(() => this.#rounds.clear()));
    this.#next.addEventListener("click", () => this.#do(() => this.#rounds.goOn()));
    this.#more.addEventListener("click", () => this.#do(() => this.#rounds.addRound()));
    this.#consent.addEventListener("change", () => this.#draw());
    this.#handIn.id = "own-hand-in";
    this.#handIn.addEventListener("click", () => this.#send());
    this.#takeBack.addEventListener("click", () => this.#attempt(ownDataApi.takeBack, "own.hand.taken_back"));
    this.#make.id = "own-make";
    this.#make.addEventListener("click", () => this.#makeDataset());
    const back = button("own.back_to_start");
    back.addEventListener("click", () => context.showStart());
    const { person } = context.store;
    const mayMake = !person || person.role === "teacher";
    const stored = t(person ? "own.hand.stored_class" : "own.hand.stored");
    this.element = h(
      "div",
      { className: "own-hand" },
      h("div", { className: "own-top" }, h("p", { className: "own-lead" }, t("own.hand.how")), back),
      h(
        "div",
        { className: "own-drawing" },
        h(
          "div",
          { className: "own-easel" },
          this.#prompt,
          this.#pad,
          h("div", { className: "own-buttons" }, this.#undo, this.#clear, this.#next),
        ),
        h(
          "div",
          { className: "own-hand-side" },
          this.#strip,
          this.#more,
          h("label", { className: "own-check" }, this.#consent, h("span", {}, stored)),
          h("p", { className: "quiet" }, t("own.hand.copies")),
          h("div", { className: "own-buttons" }, this.#handIn, this.#takeBack),
          this.#problem,
          this.#counts,
          ...(mayMake ? [this.#bars, this.#make] : []),
        ),
      ),
    );
    this.#takeBack.hidden = true;
    this.#make.hidden = true;
  }

  focus() {
    this.#draw();
    this.#pad.focus({ preventScroll: true });
    this.#attempt(ownDataApi.drawings);
  }

  remove() {
    this.#isGone = true;
  }

  /** @param {number} digit */
  #smallOf(digit) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const element = h("button", { type: "button" }, canvas, h("span", {}, digit));
    element.dataset.digit = String(digit);
    element.addEventListener("click", () => {
      this.#do(() => this.#rounds.goTo(digit));
      this.#pad.focus({ preventScroll: true });
    });
    this.#small.push({ element, canvas });
    return element;
  }

  /** @param {() => void} step */
  #do(step) {
    step();
    this.#draw();
  }

  #draw() {
    this.#drawDigit();
    for (let digit = 0; digit < DIGITS; digit++) this.#drawSmall(digit);
  }

  /** Draw the digit that is being drawn, and what one can do now. */
  #drawDigit() {
    const rounds = this.#rounds;
    const side = Math.min(280, this.#pad.parentElement?.clientWidth || 280);
    const { ink } = inks(this.element);
    drawStrokes(prepared(this.#pad, side, side), rounds.strokes, side, ink);
    setText(this.#prompt, t("own.hand.prompt", { digit: rounds.digit }));
    this.#pad.setAttribute("aria-label", t("own.hand.pad", { digit: rounds.digit }));
    this.#undo.disabled = this.#clear.disabled = !rounds.strokes.length;
    this.#next.disabled = !rounds.strokes.length;
    this.#more.hidden = !rounds.canAddRound;
    this.#handIn.disabled = !rounds.isWhole || !this.#consent.checked;
    setText(this.#handIn, t("own.hand.hand_in", { n: rounds.count }));
  }

  /** @param {number} digit */
  #drawSmall(digit) {
    const { element, canvas } = this.#small[digit];
    const strokes = this.#rounds.strokesOf(digit);
    const context = prepared(canvas, SMALL, SMALL);
    if (strokes.length) {
      context.imageSmoothingEnabled = false;
      const pixels = drawnPixels(strokes, STORED, STORED);
      context.drawImage(greys(pixels, STORED, isDark()), 0, 0, SMALL, SMALL);
    }
    element.setAttribute("aria-pressed", String(digit === this.#rounds.digit));
    const name = t(strokes.length ? "own.hand.redo" : "own.hand.draw", { digit });
    element.title = name;
    element.setAttribute("aria-label", name);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const rounds = this.#rounds;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      if (rounds.strokes.length) rounds.goOn();
    } else if (/^\d$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey)
      rounds.goTo(Number(event.key));
    else if (event.key === "Delete" || event.key === "Backspace") rounds.clear();
    else if (undoOrRedo(event) === "undo") rounds.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#draw();
  }

  #send() {
    const drawings = this.#rounds.all().map(({ label, strokes }) => ({
      label,
      pixels: toBase64(drawnPixels(strokes, STORED, STORED)),
    }));
    return this.#attempt(() => ownDataApi.handIn(drawings), "own.hand.handed_in");
  }

  /**
   * Send a request, and show how many drawings there are then.
   * @param {() => Promise<Drawings>} send
   * @param {string} [done] key of a message
   */
  async #attempt(send, done) {
    const isNewest = this.#dropOlder();
    try {
      setText(this.#problem, "");
      const answer = await send();
      if (this.#isGone) return;
      if (isNewest()) this.#showCounts(answer);
      if (done) this.#context.toast.show(t(done));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(this.#problem, explain(error));
    }
  }

  /** @param {Drawings} drawings */
  #showCounts({ counts, people, mine }) {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const own = mine.reduce((sum, count) => sum + count, 0);
    const key = this.#context.store.person ? "own.hand.counts_class" : "own.hand.counts";
    setText(
      this.#counts,
      all ? t(key, { people: number(people), all: number(all), own: number(own) }) : t("own.hand.none"),
    );
    this.#takeBack.hidden = !own;
    this.#make.hidden = !all;
    const most = Math.max(1, ...counts);
    this.#bars.replaceChildren(
      ...counts.map((count, digit) => {
        const bar = h("span", { className: "own-digit-bar" });
        bar.style.height = `${(100 * count) / most}%`;
        const text = t("own.hand.count", { digit, n: number(count) });
        return h(
          "li",
          { title: text },
          h("span", { className: "hidden" }, text),
          h("span", { className: "own-digit-track", "aria-hidden": "true" }, bar),
          h("span", { "aria-hidden": "true" }, digit),
        );
      }),
    );
    this.#bars.hidden = !all;
  }

  async #makeDataset() {
    this.#make.disabled = true;
    try {
      const upload = await ownDataApi.fromDrawings();
      if (this.#isGone) ownDataApi.giveUp(upload.id);
      else this.#context.showPreview(upload);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(this.#problem, explain(error));
      this.#make.disabled = false;
    }
  }
}
