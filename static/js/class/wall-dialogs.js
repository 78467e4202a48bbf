/** Dialogs of the wall: joining in the whole window, one student, the end of the class. */

import { openDialog } from "../page/dialog.js";
import { h, icon, setText } from "../page/dom.js";
import { ApiError, api } from "../server/api.js";
import { language, number, percent, t } from "../words/i18n.js";
import { explain } from "../words/reasons.js";
import { plain, qrOf, spaced } from "./join-card.js";
import { isOver } from "./tile.js";
import { wordOf } from "./tiles-view.js";
import { classApi } from "./wall-api.js";

/**
 * @import { Tile } from "./tile.js"
 * @import { WallStore } from "./wall-store.js"
 */

/**
 * Address, code and QR code, as large as the window allows.
 * @param {{code: string, address: string, addresses: string[]}} joining
 * @param {(address: string) => void} onAddress called when another one of the lab's addresses is chosen
 * @param {(() => Promise<unknown>) | null} renew makes a new code; null: who looks at it may not
 */
export function openJoin({ code, address, addresses }, onAddress, renew) {
  const error = h("p", { className: "error", role: "alert" });
  const picture = h("img", { className: "join-qr", alt: "", hidden: !address });
  if (address) picture.src = qrOf(code, address);
  const choice = h(
    "select",
    { "aria-label": t("class.wall.join_at"), value: address, hidden: addresses.length < 2 },
    ...addresses.map((one) => h("option", { value: one, selected: one === address }, plain(one))),
  );
  choice.addEventListener("change", () => {
    dialog.close();
    onAddress(choice.value);
  });
  const dialog = openDialog({
    title: t("class.wall.join_at"),
    className: "join-large",
    body: [
      picture,
      h(
        "div",
        {},
        h("p", { className: "join-address" }, plain(address)),
        h("p", { className: "join-code" }, spaced(code)),
        error,
      ),
    ],
    tools: renew
      ? [
          choice,
          actionButton(
            t("class.wall.code.renew"),
            async () => {
              await renew();
              dialog.close();
            },
            error,
            { title: t("class.wall.code.renew.help") },
          ),
        ]
      : [],
  });
}

/**
 * Call an action that a button stands for; while it is under way the button is disabled, and a refusal is worded in `error`.
 * @param {string} label
 * @param {() => Promise<unknown>} action
 * @param {HTMLElement} error
 * @param {{className?: string, title?: string}} options
 */
function actionButton(label, action, error, { className = "toggle", title = "" } = {}) {
  const button = h("button", { type: "button", className, title }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    setText(error, "");
    try {
      await action();
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      setText(error, explain(refusal));
    } finally {
      button.disabled = false;
    }
  });
  return button;
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
    maxLength: 40,
    value: first.nickname ?? "",
    autocomplete: "off",
  });
  const phrase = h("output", { className: "phrase" });
  const tile = () => store.tiles.get(person);
  const running = () => (tile()?.curves ?? []).filter((curve) => !isOver(curve));

  const show = actionButton("", () => showRuns(!isShown()), error);
  const isShown = () => store.classroom.shown?.person === person;
  const stop = actionButton(
    t("class.wall.person.stop"),
    async () => {
      const trainings = new Set(running().map(({ training }) => training));
      for (const run of tile()?.runs ?? [])
        if (trainings.has(run.training)) await api.command(run.id, "cancel");
    },
    error,
  );
  const lab = h("a", { className: "toggle", target: "_blank" }, t("class.wall.person.lab"));
  const hand = actionButton(
    t("class.wall.person.hand"),
    () => classApi.changePerson(person, { hand: false }),
    error,
  );
  const rename = h(
    "form",
    { className: "person-name" },
    h("label", {}, t("class.wall.person.nickname"), nickname),
    h("button", { className: "toggle" }, t("class.wall.person.rename")),
  );
  rename.addEventListener("submit", async (event) => {
    event.preventDefault();
    setText(error, "");
    try {
      await classApi.changePerson(person, { nickname: nickname.value });
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      setText(error, explain(refusal));
    }
  });
  const newPhrase = actionButton(
    t("class.wall.person.phrase"),
    async () => setText(phrase, (await classApi.phrase(person, language())).phrase),
    error,
  );
  const remove = actionButton(
    t("class.wall.person.remove"),
    async () => {
      await classApi.changePerson(person, { removed: true });
      dialog.close();
    },
    error,
    { className: "toggle danger" },
  );

  const draw = () => {
    const now = tile();
    if (!now) return dialog.close();
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
    title: [first.number, first.nickname].filter(Boolean).join(" · "),
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
export function openEnd() {
  const error = h("p", { className: "error", role: "alert" });
  const end = actionButton(
    t("class.wall.end"),
    async () => {
      await classApi.end();
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

/** The address that opens the wall on a projector. @param {string} address */
export function openLink(address) {
  const box = h("input", { type: "text", readOnly: true, value: address });
  openDialog({
    title: t("class.wall.projector"),
    body: [h("p", {}, t("class.wall.projector.help")), box],
  });
  box.select();
}

/**
 * The students who were removed from the class, who can be let in again.
 * @param {WallStore} store
 */
export function openRemoved(store) {
  const error = h("p", { className: "error", role: "alert" });
  const list = h("ul", { className: "person-runs" });
  const draw = () => {
    const removed = store.removed();
    if (!removed.length) return dialog.close();
    list.replaceChildren(
      ...removed.map(({ person, number: place, nickname }) =>
        h(
          "li",
          {},
          h("span", {}, h("b", {}, String(place ?? "")), nickname ? ` ${nickname}` : ""),
          actionButton(
            t("class.wall.person.readmit"),
            () => classApi.changePerson(person, { removed: false }),
            error,
          ),
        ),
      ),
    );
  };
  const stop = store.on("change", draw);
  const dialog = openDialog({
    title: t("class.wall.removed", { n: number(store.removed().length) }),
    body: [list, error],
    onClose: stop,
  });
  draw();
}
