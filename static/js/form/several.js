/**
 * One of many, or several of them to compare: a drop-down list, and beside it a button that opens check boxes. With
 * several, the list names them all, and choosing from it leaves one of them. The form does not grow: the boxes lie above
 * it, and Escape or a click elsewhere closes them.
 */

import { find, h, iconButton, moveTo } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { select } from "./fields.js";

const ALL = "several";
/** Pixels that two columns of names need. */
const NARROWEST = 216;
/**
 * The field whose boxes are open: a form that is drawn again opens them again.
 * @type {string | null}
 */
let opened = null;

/**
 * The controls, to stand side by side.
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string[]} chosen one at least
 * @param {(choice: string) => string} name what the reader sees
 * @param {(chosen: string[], focus: string) => void} choose with the name of the control that is to have the focus
 * @param {{ single?: HTMLElement[], alone?: string[], note?: string, short?: (choice: string) => string }} more what stands
 *   there for one choice instead of the list; what the list offers besides, and cannot be one of several; what is said below
 *   the boxes; a shorter name where there is less room
 */
export function several(path, key, choices, chosen, name, choose, more = {}) {
  const { single, alone = [], note, short = name } = more;
  const list = () => {
    const all = [...(chosen.length > 1 ? [ALL] : []), ...choices, ...alone];
    /** @param {string} choice */
    const named = (choice) => (choice === ALL ? chosen.map(short).join(", ") : name(choice));
    const element = select(
      path,
      key,
      all,
      chosen.length > 1 ? ALL : chosen[0],
      named,
      (choice) => choice !== ALL && choose([choice], path),
    );
    if (chosen.length > 1) element.title = named(ALL); // more than there may be room for
    return element;
  };
  const panel = boxes(path, key, choices, chosen, short, choose, note);
  const button = iconButton("several", t("form.several", { field: t(key) }), () => {});
  button.classList.add("several");
  button.name = `${path}.${ALL}`;
  button.dataset.help = t("form.several.help");
  button.popoverTargetElement = panel;
  button.classList.toggle("compares", chosen.length > 1);
  return [...(single && chosen.length === 1 ? single : [list()]), button, panel];
}

/**
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string[]} chosen
 * @param {(choice: string) => string} name
 * @param {(chosen: string[], focus: string) => void} choose
 * @param {string} [note]
 */
function boxes(path, key, choices, chosen, name, choose, note) {
  const panel = h("div", {
    className: "several-boxes",
    popover: "auto",
    role: "group",
    "aria-label": t("form.several", { field: t(key) }),
    "data-several": path,
    "data-help": t("form.several.help"),
  });
  /** @param {string} choice */
  const labelled = (choice) => {
    const box = h("input", {
      type: "checkbox",
      value: choice,
      checked: chosen.includes(choice),
      "data-field": `${path}.${ALL}`,
    });
    box.addEventListener("change", () => {
      const now = choices.filter((other) => (other === choice ? box.checked : chosen.includes(other)));
      if (now.length) choose(now, `${path}.${ALL}=${choice}`);
      else box.checked = true; // the last one stays: an experiment has one at least
    });
    return h("label", {}, box, h("span", {}, name(choice)));
  };
  onKey(panel, (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return; // those launch, from anywhere
    event.preventDefault(); // it would launch, too
    panel.hidePopover();
  });
  const follow = () => (panel.isConnected ? place(panel) : listen(removeEventListener));
  /** @param {typeof addEventListener | typeof removeEventListener} change */
  const listen = (change) => {
    change("scroll", follow, { capture: true, passive: true });
    change("resize", follow);
  };
  // This event does not come where the panel leaves with a form that is drawn again: then it is still wanted.
  panel.addEventListener("beforetoggle", ({ newState }) => {
    opened = newState === "open" ? path : null;
    listen(opened ? addEventListener : removeEventListener);
    if (opened) panel.replaceChildren(...choices.map(labelled), ...(note ? [h("p", {}, note)] : []));
  });
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    place(panel);
    if (!panel.contains(document.activeElement)) panel.querySelector("input")?.focus();
  });
  return panel;
}

/**
 * Below its field, or above it where there is no room.
 * @param {HTMLElement & {currentCSSZoom?: number}} panel
 */
function place(panel) {
  const field = /** @type {HTMLElement} */ (panel.parentElement);
  const { left, width, top, bottom } = field.getBoundingClientRect();
  panel.style.width = `${Math.max(width / (panel.currentCSSZoom ?? 1), NARROWEST)}px`;
  const { height } = panel.getBoundingClientRect();
  const below = bottom + height + 4 <= innerHeight || top < height + 4;
  moveTo(panel, left, below ? bottom + 2 : top - height - 2);
}

/** Open again what was open before the form was drawn again. @param {HTMLElement} form */
export function reopen(form) {
  const panel = opened && form.querySelector(`[data-several="${CSS.escape(opened)}"]`);
  if (!(panel instanceof HTMLElement)) opened = null;
  else {
    find(form, `[name="${CSS.escape(`${opened}.${ALL}`)}"]`, HTMLElement).focus(); // Escape leads back there
    panel.showPopover();
    place(panel);
  }
}
