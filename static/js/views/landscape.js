/**
 * The loss landscape: the loss around the weights of runs, in two directions that are the same for all, with the paths of the
 * weights. It is measured when one asks for it.
 */

import { h, setChildren, setText } from "../page/dom.js";
import { isForBrowser, onKey } from "../page/keys.js";
import { ApiError } from "../server/api.js";
import { language, number, percent, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { ends, valueAt } from "./contours.js";
import { drawLandscape } from "./landscape-drawing.js";
import { twoDigits } from "./scales.js";
import { survey } from "./survey.js";
import { runLine } from "./view-card.js";

/**
 * @import { Run } from "../types.js"
 * @import { Sheet } from "./landscape-drawing.js"
 * @import { Landscape as Measured } from "./survey.js"
 * @import { CardContext, Content, Seen } from "./view-card.js"
 */

const DIRECTIONS = ["paths", "random"];
/** The steps of the arrow keys. @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
/** The room for what is below the picture, for the name of a run, and how wide that is, in pixels. */
const FOOT = 52;
const LINE = 20;
const COLUMN = 200;
/** The lowest picture. */
const MIN_HEIGHT = 150;

/** What is shown: the landscape, and the runs of its paths. @typedef {{landscape: Measured, runs: Run[]}} Shown */

/** @implements {Content} */
export class Landscape {
  runs = 4;
  view = null;
  #card;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {AbortController | null} */
  #measuring = null;
  #progress = h("progress", { max: 1 });
  #problem = "";
  /** Where the reader looks, in the units of the plane. @type {[number, number] | null} */
  #place = null;
  /** @type {Sheet | null} */
  #sheet = null;
  /** What the drawn picture depends on. */
  #drawn = "";
  /** What can be measured now. @type {Seen[]} */
  #seen = [];
  /** Pairs of runs that the lab does not compare: the ids of the first one and of the other. @type {Set<string>} */
  #others = new Set();
  #directions = h("select", { className: "landscape-directions" });
  #button = h("button", { type: "button", className: "toggle landscape-measure" });
  #canvas = h("canvas", { className: "landscape", role: "img", tabIndex: 0 });
  #lines = h("div", { className: "landscape-runs" });
  #description = h("p", { className: "landscape-says" });
  #at = h("span", { className: "landscape-at", role: "status" });
  #frame = h("div", { className: "landscape-frame" }, this.#canvas, this.#at);
  #state = h("p", { className: "landscape-state", role: "status" });

  /** @param {CardContext} card */
  constructor(card) {
    this.#card = card;
    this.#directions.setAttribute("aria-label", t("views.landscape.directions"));
    for (const name of DIRECTIONS)
      this.#directions.append(h("option", { value: name }, t(`views.landscape.${name}`)));
    const wish = card.option("directions", DIRECTIONS[0]);
    this.#directions.value = DIRECTIONS.includes(wish) ? wish : DIRECTIONS[0];
    this.#directions.addEventListener("change", () => {
      card.setOption("directions", this.#directions.value);
      if (this.#shown || this.#measuring) this.#measure();
    });
    this.#button.addEventListener("click", () => (this.#measuring ? this.#cancel() : this.#measure()));
    card.controls.append(this.#directions, this.#button);
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerleave", () => this.#look(null));
    onKey(this.#canvas, (event) => this.#key(event));
  }

  options() {
    return null;
  }

  picture() {
    return this.#shown ? this.#canvas : null;
  }

  remove() {
    this.#measuring?.abort();
    this.#measuring = null;
  }

  // -- measuring -------------------------------------------------------------------------------------

  async #measure() {
    this.#measuring?.abort();
    this.#measuring = null;
    const runs = this.#alike();
    if (!runs.length) return this.#card.redraw();
    const measuring = new AbortController();
    this.#measuring = measuring;
    this.#problem = "";
    this.#showProgress(0, 0);
    const asked = runs.map(({ run, iteration }) => ({ run: run.id, iteration }));
    try {
      const landscape = await survey(
        asked,
        { directions: this.#directions.value },
        (done, total) => measuring === this.#measuring && this.#showProgress(done, total),
        measuring.signal,
      );
      if (measuring !== this.#measuring) return;
      this.#shown = { landscape, runs: runs.map(({ run }) => run) };
      this.#look(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (measuring !== this.#measuring) return;
      if (error.code === "landscape_other") {
        this.#others.add(pairOf(runs[0], runs[Number(error.field.replace("runs.", ""))]));
        return void this.#measure();
      }
      this.#problem = explain(error);
    }
    this.#measuring = null;
    this.#card.redraw();
  }

  /** The runs with the network and the data of the first one; the lab compares only such runs. */
  #alike() {
    return this.#seen.filter(
      (seen, _, [first]) => looksLike(seen, first) && !this.#others.has(pairOf(first, seen)),
    );
  }

  #cancel() {
    this.#measuring?.abort();
    this.#measuring = null;
    this.#problem = t("views.landscape.cancelled");
    this.#card.redraw();
  }

  /**
   * Show how many losses are measured; total 0: the landscape waits for its turn.
   * @param {number} done
   * @param {number} total
   */
  #showProgress(done, total) {
    if (total) this.#progress.value = done / total;
    else this.#progress.removeAttribute("value");
    this.#progress.setAttribute(
      "aria-label",
      total
        ? t("views.landscape.progress", { done: number(done), total: number(total) })
        : t("views.landscape.waiting"),
    );
    this.#progress.title = this.#progress.ariaLabel ?? "";
    this.#card.redraw();
  }

  // -- drawing ---------------------------------------------------------------------------------------

  /** @param {Seen[]} seen */
  draw(seen) {
    this.#seen = seen;
    const others = seen.length - this.#alike().length;
    const verb = this.#measuring ? "cancel" : this.#shown ? "again" : "measure";
    setText(this.#button, t(`views.landscape.${verb}`));
    this.#button.classList.toggle("first", verb === "measure");
    const state = this.#measuring
      ? (this.#progress.ariaLabel ?? "")
      : [this.#problem, others ? t("views.landscape.others", { n: number(others) }) : ""]
          .filter(Boolean)
          .join(" ");
    setText(this.#state, state);
    this.#state.hidden = !state;
    this.#progress.hidden = !this.#measuring;
    const waiting = [this.#progress, this.#state];
    if (!this.#shown) {
      setText(this.#description, t("views.landscape.how"));
      setChildren(this.#card.body, [this.#description, ...waiting]);
      return this.#description.textContent ?? "";
    }
    const { landscape, runs } = this.#shown;
    const sentences = said(this.#shown);
    setText(this.#description, sentences[0]);
    setChildren(
      this.#lines,
      runs.map((run, i) => runLine(run, endOf(landscape.paths[i]))),
    );
    setChildren(this.#card.body, [...waiting, this.#frame, this.#lines, this.#description]);
    const label = `${t("views.landscape.picture")}. ${sentences.join(" ")}`;
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
    this.#drawPicture();
    return sentences.join(" ");
  }

  #drawPicture() {
    if (!this.#shown) return;
    const { landscape, runs } = this.#shown;
    const { body, isDark } = this.#card;
    const columns = Math.max(1, Math.floor(body.clientWidth / COLUMN));
    const below = FOOT + LINE * Math.ceil(runs.length / columns) + (this.#state.hidden ? 0 : 2 * LINE);
    const room = {
      width: Math.max(120, body.clientWidth),
      height: Math.max(MIN_HEIGHT, (body.parentElement?.clientHeight ?? 300) - below),
    };
    const hues = runs.map(({ hue }) => hue);
    const key = JSON.stringify([room, isDark(), hues, this.#place, landscape.directions]);
    if (key === this.#drawn && this.#sheet?.landscape === landscape) return;
    this.#drawn = key;
    this.#sheet = drawLandscape(this.#canvas, landscape, hues, room, isDark(), this.#place);
  }

  // -- reading ---------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  #point({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    this.#look(this.#sheet?.from(clientX - left, clientY - top) ?? null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = STEPS[event.key];
    const landscape = this.#shown?.landscape;
    if (!step || !landscape || isForBrowser(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const { a, b, paths } = landscape;
    const end = paths[0][paths[0].length - 1];
    const [x, y] = this.#place ?? [end.a, end.b];
    const far = event.shiftKey ? 5 : 1;
    this.#look([within(x + far * step[0] * (a[1] - a[0]), a), within(y + far * step[1] * (b[1] - b[0]), b)]);
  }

  /** @param {[number, number] | null} place */
  #look(place) {
    this.#place = place;
    const landscape = this.#shown?.landscape;
    if (!landscape) return;
    const { a, b, losses } = landscape;
    const loss = place && valueAt({ x: a, y: b, values: losses }, ...place);
    setText(
      this.#at,
      place
        ? t("views.landscape.at", {
            loss: twoDigits(loss ?? Infinity),
            a: twoDigits(place[0]),
            b: twoDigits(place[1]),
          })
        : "",
    );
    this.#card.redraw();
  }
}

/**
 * Whether two runs have the same network and data, as far as the page knows. Only the lab knows all settings of their layers.
 * @param {Seen} one
 * @param {Seen} other
 */
function looksLike(one, other) {
  const [network, first] = [one, other].map(({ run: { summary } }) =>
    JSON.stringify([summary.dataset, summary.units, summary.filters, summary.activations, summary.layers]),
  );
  return network === first;
}

/** @param {Seen} first @param {Seen} other */
function pairOf(first, other) {
  return `${first.run.id} ${other.run.id}`;
}

/** Where a path ends. @param {Measured["paths"][number]} path */
function endOf(path) {
  const { iteration, loss } = path[path.length - 1];
  return `@ ${number(iteration)} · ${t("views.landscape.loss")} ${twoDigits(loss ?? Infinity)}`;
}

/** What a landscape shows, in sentences: first what it is measured on, then where the paths are. @param {Shown} shown */
function said({ landscape, runs }) {
  const { losses, a, b, images, part, directions, inside, paths } = landscape;
  const range = ends({ x: a, y: b, values: losses });
  const measured = t("views.landscape.measured", {
    images: number(images),
    part: t(`views.landscape.part.${part}`),
    size: number(a.length),
  });
  const share = percent(inside, inside < 0.1 ? 1 : 0);
  const moves = paths.some((path) => path.length > 1);
  return [
    [
      measured,
      moves ? t(`views.landscape.inside.${directions}`, { share }) : "",
      range ? "" : t("views.landscape.infinite"),
    ]
      .filter(Boolean)
      .join(language() === "ja" ? "" : " "),
    ...(range
      ? [t("views.landscape.lowest", { lowest: twoDigits(range[0]), highest: twoDigits(range[1]) })]
      : []),
    ...runs.map((run, i) => {
      const [first, last] = [paths[i][0], paths[i][paths[i].length - 1]];
      return t("views.landscape.path", {
        name: run.name,
        from: number(first.iteration),
        to: number(last.iteration),
        begin: twoDigits(first.loss ?? Infinity),
        end: twoDigits(last.loss ?? Infinity),
      });
    }),
  ];
}

/**
 * @param {number} value
 * @param {number[]} places
 */
function within(value, places) {
  return Math.max(places[0], Math.min(places[places.length - 1], value));
}
