/** Dialogs of the wall: one student, those who were removed, the projector's link, the end of the class. */

import { attempt } from "../page/attempt.js";
import { openDialog } from "../page/dialog.js";
import { find, h, icon, setText } from "../page/dom.js";
import { hasEnded } from "../state/run-status.js";
import { language, number, percent, t } from "../words/i18n.js";
import { lines } from "./student-lines.js";
import { wordOf } from "./tile-element.js";
import { wallApi } from "./wall-api.js";

/**
 * @import { Tile } from "./tile.js"
 * @import { WallStore } from "./wall-store.js"
 */

/** Write another title of a dialog. @param {HTMLElement} dialog @param {string} title */
const retitle = (dialog, title) => setText(find(dialog, "h2", HTMLElement), title);

/**
 * A button that calls `action`. It is busy until the action has ended, and is not disabled, so that it keeps the focus. If the
 * server refuses, `error` says why.
 * @param {string} label
 * @param {() => Promise<unknown>} action
 * @param {HTMLElement} error
 * @param {{className?: string, title?: string}} options
 */
export function actionButton(label, action, error, { className = "toggle", title = "" } = {}) {
  const button = h("button", { type: "button", className, title }, label);
  button.addEventListener("click", () => attemptBusy(button, action, error));
  return button;
}

/**
 * Call an action with its button busy; not while it is busy already.
 * @param {HTMLElement} button
 * @param {() => Promise<unknown>} action
 * @param {HTMLElement} error says why the server refused it
 */
async function attemptBusy(button, action, error) {
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    await attempt(error, action);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * One student: the newest runs, and everything that the teacher can do.
 * @param {WallStore} store
 * @param {string} person
 * @param {{showRuns: (shown: boolean) => Promise<unknown>}} actions
 */
export function openPerson(store, person, { showRuns }) {
  const first = store.tiles.get(person);
  if (!first) return;
  const error = h("p", { className: "error", role: "alert" });
  const state = h("p", { className: "quiet" });
  const runs = h("ul", { className: "person-runs" });
  const nickname = h("input", {
    type: "text",
    maxLength: 24, // as the server allows
    value: first.nickname ?? "",
    autocomplete: "off",
  });
  const phrase = h("output", { className: "phrase" });
  const tile = () => store.tiles.get(person);
  const running = () => (tile()?.curves ?? []).filter((curve) => !hasEnded(curve));

  const show = actionButton("", () => showRuns(!isShown()), error);
  const isShown = () => store.classroom.shown?.person === person;
  const stop = actionButton(
    t("class.wall.person.stop"),
    () => {
      const trainings = new Set(running().map(({ training }) => training));
      const runs = (tile()?.runs ?? []).filter(({ training }) => trainings.has(training));
      return wallApi.stop(runs.map(({ id }) => id));
    },
    error,
  );
  const lab = h("a", { className: "toggle", target: "_blank" }, t("class.wall.person.lab"));
  const hand = actionButton(
    t("class.wall.person.hand"),
    () => wallApi.changePerson(person, { hand: false }),
    error,
  );
  const renaming = h("button", { className: "toggle" }, t("class.wall.person.rename"));
  const rename = h(
    "form",
    { className: "person-name" },
    h("label", {}, t("class.wall.person.nickname"), nickname),
    renaming,
  );
  rename.addEventListener("submit", (event) => {
    event.preventDefault();
    attemptBusy(renaming, () => wallApi.changePerson(person, { nickname: nickname.value }), error);
  });
  const newPhrase = actionButton(
    t("class.wall.person.phrase"),
    async () => setText(phrase, (await wallApi.phrase(person, language())).phrase),
    error,
  );
  const remove = actionButton(
    t("class.wall.person.remove"),
    async () => {
      await wallApi.changePerson(person, { removed: true });
      dialog.close();
    },
    error,
    { className: "toggle danger" },
  );

  const draw = () => {
    const now = tile();
    if (!now) return dialog.close();
    retitle(dialog, [now.number, now.nickname].filter(Boolean).join(" · "));
    setText(state, [wordOf(now), now.best === null ? "" : percent(now.best)].filter(Boolean).join(" · "));
    runs.replaceChildren(
      ...now.runs.map((run) => {
        const curve = now.curves.find(({ training }) => training === run.training);
        const figures = curve
          ? [
              t(`status.${curve.status}`),
              `${number(curve.iteration)} / ${number(curve.iterations)}`,
              curve.best === null ? "" : percent(curve.best),
            ]
          : [];
        return h(
          "li",
          {},
          h("b", {}, run.name),
          h("span", { className: "quiet" }, figures.filter(Boolean).join(" · ")),
        );
      }),
    );
    lab.href = `./#runs=${now.runs.map((run) => run.number).join(",")}`;
    lab.hidden = show.hidden = !now.runs.length;
    stop.hidden = !running().length;
    hand.hidden = now.hand_at === null;
    setText(show, t(isShown() ? "class.wall.show.end" : "class.wall.person.show"));
  };
  const stops = [store.on("change", draw), store.on("classroom", draw)];
  const dialog = openDialog({
    title: "",
    className: "person-dialog",
    body: [
      state,
      runs,
      h("div", { className: "person-actions" }, show, lab, stop, hand),
      rename,
      h("div", { className: "person-actions" }, newPhrase, phrase, remove),
      error,
    ],
    onClose: () => {
      for (const stop of stops) stop();
    },
  });
  draw();
}

/** Take the class home as files, and end it. */
export function openEndOfClass() {
  const error = h("p", { className: "error", role: "alert" });
  const end = actionButton(
    t("class.wall.end"),
    async () => {
      await wallApi.end();
      location.reload();
    },
    error,
    { className: "toggle danger" },
  );
  openDialog({
    title: t("class.wall.end.question"),
    body: [
      h("p", {}, t("class.wall.end.help")),
      h("div", { className: "person-actions" }, ...exportLinks(), end),
      error,
    ],
  });
}

/** Links that download the class's runs. */
export function exportLinks() {
  return ["html", "csv"].map((format) =>
    h(
      "a",
      { className: "toggle", href: `api/class/export.${format}`, download: "" },
      icon("download"),
      t(`class.wall.export.${format}`),
    ),
  );
}

/** A dialog that makes a new link for the projector. It warns first that the old link stops working. */
export function openProjectorLink() {
  const error = h("p", { className: "error", role: "alert" });
  const box = h("input", { type: "text", readOnly: true, hidden: true });
  box.setAttribute("aria-label", t("class.wall.projector"));
  const make = actionButton(
    t("class.wall.projector.make"),
    async () => {
      const { secret } = await wallApi.projectorLink();
      box.value = new URL(`join#projector=${secret}`, document.baseURI).href;
      box.hidden = false;
      box.select();
      make.hidden = true;
    },
    error,
  );
  openDialog({
    title: t("class.wall.projector"),
    body: [
      h("p", {}, t("class.wall.projector.help")),
      h("div", { className: "person-actions" }, make),
      box,
      error,
    ],
  });
}

/**
 * The students who were removed from the class, who can be let in again.
 * @param {WallStore} store
 */
export function openRemoved(store) {
  const error = h("p", { className: "error", role: "alert" });
  const list = h("ul", { className: "person-runs" });
  const drawLines = lines(list);
  /** @param {Tile} tile */
  const line = ({ person, number, nickname }) =>
    h(
      "li",
      {},
      h("span", {}, h("b", {}, String(number ?? "")), nickname ? ` ${nickname}` : ""),
      actionButton(
        t("class.wall.person.readmit"),
        () => wallApi.changePerson(person, { removed: false }),
        error,
      ),
    );
  const draw = () => {
    const removed = store.removed();
    if (!removed.length) return dialog.close();
    retitle(dialog, t("class.wall.removed", { n: number(removed.length) }));
    const hadFocus = list.contains(document.activeElement);
    drawLines(
      removed.map((tile) => ({ key: tile.person, content: `${tile.nickname}`, make: () => line(tile) })),
    );
    if (hadFocus && !list.contains(document.activeElement)) list.querySelector("button")?.focus();
  };
  const stop = store.on("change", draw);
  const dialog = openDialog({
    title: "",
    body: [list, error],
    onClose: stop,
  });
  draw();
}
