/** The help dialog: the guide, a glossary, and the keys of the page. It is loaded when it is first opened. */

import { segments } from "../form/fields.js";
import { openDialog } from "../page/dialog.js";
import { h } from "../page/dom.js";
import { OFF } from "../page/shortcuts.js";
import { loadStyle } from "../page/style.js";
import { ApiError, api } from "../server/api.js";
import { language, t } from "../words/i18n.js";
import { textsOf } from "../words/part-texts.js";
import { explain } from "../words/reasons.js";
import { glossary } from "./glossary.js";

await Promise.all([loadStyle("look"), textsOf("tools")]);

/** @typedef {"guide" | "glossary" | "keys"} Part */

/** Keys that are not in the table of page/shortcuts.js. @type {[key: string, text: string][]} */
const ELSEWHERE = [
  ["Ctrl Enter", "keys.launch"],
  ["Enter", "keys.pin"],
  ["← →", "keys.moment"],
  ["Shift ← →", "keys.evaluation"],
  ["Space", "keys.play"],
  ["L", "keys.live"],
  ["↑ ↓", "keys.move"],
  ["Enter", "keys.select"],
  ["Shift ↑ ↓", "keys.extend"],
  ["F2", "keys.rename"],
  ["Shift F10", "keys.color"],
  ["Delete", "keys.delete"],
  ["Ctrl Z", "keys.undo"],
  ["Shift Ctrl Z", "keys.redo"],
  ["Escape", "keys.escape"],
];

/** The part that was shown last. @type {Part} */
let shown = "guide";

/**
 * @param {Record<string, {text: string}>} keys the table of shortcuts: each key with the id of its text
 * @param {Part} [part] the part that is shown first
 */
export function openHelp(keys, part = shown) {
  const body = h("div", { className: "help-body", id: "help-body", tabIndex: 0 });
  /** @type {Record<Part, () => Promise<HTMLElement[]> | HTMLElement[]>} */
  const parts = {
    guide,
    glossary: async () => glossary(await api.glossary(), language()),
    keys: () => keyList(keys),
  };
  /** @param {string} name */
  const show = async (name) => {
    shown = /** @type {Part} */ (name);
    const loaded = shown;
    /** @type {HTMLElement[]} */
    let elements;
    try {
      elements = await parts[loaded]();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      elements = [h("p", { className: "error", role: "alert" }, explain(error))];
    }
    if (shown !== loaded) return; // another part was chosen meanwhile
    body.replaceChildren(...elements);
    body.scrollTop = 0;
  };
  const tabs = segments(
    "help.part",
    "help.title",
    Object.keys(parts),
    part,
    (name) => t(`help.${name}`),
    show,
  );
  show(part);
  openDialog({ title: t("help.title"), className: "help tall", body: [tabs, body] });
}

/** The sections of the guide, folded. */
async function guide() {
  const sections = await api.guide(language());
  return sections.map(({ title, html }) => {
    const section = h("details", { className: "guide" }, h("summary", {}, title));
    // This HTML is made from the project's own documents; and DOMParser does not run scripts.
    section.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    return section;
  });
}

/** @param {Record<string, {text: string}>} table */
function keyList(table) {
  const keys = Object.entries(table).map(([key, { text }]) => [key === " " ? "Space" : key, text]);
  const list = h(
    "dl",
    { className: "keys" },
    ...[...keys, ...ELSEWHERE].flatMap(([key, text]) => [
      h("dt", {}, ...key.split(" ").map((part) => h("kbd", {}, part))),
      h("dd", {}, t(text)),
    ]),
  );
  const off = h("input", { type: "checkbox", checked: window.kept.get(OFF) !== "1" });
  off.addEventListener("change", () => window.kept.set(OFF, off.checked ? "0" : "1"));
  return [list, h("label", { className: "check" }, off, t("keys.single"))];
}
