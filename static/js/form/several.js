/**
 * A field for one choice, or for several to compare: a drop-down list, and beside it a button that opens check boxes. If several
 * are chosen, the list names all of them, and choosing from the list leaves only one. The check boxes float above the form, so
 * that the form does not grow; Escape or a click outside closes them.
 */

import { find, h, iconButton, moveTo } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { t } from "../words/i18n.js";
import { select } from "./fields.js";

const ALL = "several";
/** The smallest width of the check boxes in pixels, for two columns of names. */
const NARROWEST = 216;
/**
 * The path of the field whose check boxes are open, to open them again when the form is drawn again.
 * @type {string | null}
 */
let opened = null;

/**
 * The controls of the field, to be placed side by side.
 * @param {string} path
 * @param {string} key
 * @param {string[]} choices
 * @param {string[]} chosen if none, the list is empty
 * @param {(choice: string) => string} name the text of a choice
 * @param {(chosen: string[], focus: string) => void} choose also gets the place of the control that should have the focus
 * @param {{ single?: HTMLElement[], alone?: string[], note?: string, short?: (choice: string) => string }} more `single`: the
 *   control for one choice, in place of the list; `alone`: further choices that cannot be one of several; `note`: a text below
 *   the check boxes; `short`: a shorter text of a choice
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
    if (chosen.length > 1) element.title = named(ALL); // because the list may cut it off
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
      else box.checked = true; // the last one cannot be removed: an experiment needs at least one
    });
    return h("label", {}, box, h("span", {}, name(choice)));
  };
  onKey(panel, (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return; // Ctrl+Enter launches, from any control
    event.preventDefault(); // so that Enter closes the boxes and does not launch
    panel.hidePopover();
  });
  const follow = () => (panel.isConnected ? place(panel) : changeListeners(removeEventListener));
  /** @param {typeof addEventListener | typeof removeEventListener} change */
  const changeListeners = (change) => {
    change("scroll", follow, { capture: true, passive: true });
    change("resize", follow);
  };
  // When the form is drawn again, the panel is removed without this event. `opened` keeps its path, and `reopen` opens the new
  // panel. From the keyboard, another field's panel opens before this one closes.
  panel.addEventListener("beforetoggle", ({ newState }) => {
    const opens = newState === "open";
    if (opens) opened = path;
    else if (opened === path) opened = null;
    changeListeners(opens ? addEventListener : removeEventListener);
    if (opens) panel.replaceChildren(...choices.map(labelled), ...(note ? [h("p", {}, note)] : []));
  });
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    place(panel);
    if (!panel.contains(document.activeElement)) panel.querySelector("input")?.focus();
  });
  return panel;
}

/**
 * Place the check boxes below their field, or above it if there is no room below.
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

/** Open the check boxes again that were open before the form was drawn again. @param {HTMLElement} form */
export function reopen(form) {
  const panel = opened && form.querySelector(`[data-several="${CSS.escape(opened)}"]`);
  if (!(panel instanceof HTMLElement)) opened = null;
  else {
    find(form, `[name="${CSS.escape(`${opened}.${ALL}`)}"]`, HTMLElement).focus(); // after Escape, the focus returns to this button
    panel.showPopover();
    place(panel);
  }
}
