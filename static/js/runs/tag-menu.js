/** A menu that adds tags to several runs, or removes tags from them. */

import { find, h } from "../page/dom.js";
import { onKey } from "../page/keys.js";
import { wireMenu } from "../page/menu.js";
import { t } from "../words/i18n.js";
import { splitTags } from "./run-text.js";

/** @import { RunActions } from "./run-actions.js" */

/**
 * @param {string[]} ids
 * @param {RunActions} actions
 * @returns {{element: HTMLElement, update: () => void}} call `update` when the tags of the runs may have changed
 */
export function makeTagMenu(ids, actions) {
  const input = h("input", {
    type: "text",
    name: "runs.add_tags",
    maxLength: 400,
    placeholder: t("runs.tags_hint"),
    "aria-label": t("runs.add_tags"),
  });
  const add = () => {
    const tags = splitTags(input.value);
    input.value = "";
    if (tags.length) actions.change(ids, { add_tags: tags });
  };
  onKey(input, (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  const button = h("button", { type: "button", className: "toggle", onclick: add }, t("runs.add_tags"));
  const knownTags = h("div", { className: "known-tags" });
  const panel = h(
    "div",
    { className: "card panel" },
    h("div", { className: "pair" }, input, button),
    knownTags,
  );
  const summary = h("summary", { className: "toggle" }, t("runs.tags"));
  const element = h("details", { className: "menu up" }, summary, panel);
  wireMenu(element);
  element.addEventListener("toggle", () => element.open && input.focus());
  let drawn = "";
  const update = () => {
    const tags = countTags(ids.flatMap((id) => actions.run(id) ?? []));
    if (JSON.stringify(tags) === drawn) return;
    drawn = JSON.stringify(tags);
    const hadFocus = knownTags.contains(document.activeElement);
    knownTags.replaceChildren(...tags.map(([tag, count]) => knownTag(tag, count)));
    if (hadFocus && element.open)
      (knownTags.querySelector("button") ?? find(panel, "input", HTMLElement)).focus();
  };
  /**
   * @param {string} tag
   * @param {number} count how many of the runs have it
   */
  const knownTag = (tag, count) => {
    const label = t("runs.remove_tag", { tag });
    const onclick = () => actions.change(ids, { remove_tags: [tag] });
    return h(
      "button",
      { type: "button", className: "toggle", title: label, "aria-label": label, onclick },
      `${tag} ${count === ids.length ? "" : `${count}/${ids.length} `}×`,
    );
  };
  update();
  return { element, update };
}

/**
 * Each tag with the number of runs that have it, the most frequent first.
 * @param {{tags: string[]}[]} runs
 */
export function countTags(runs) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tag of runs.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
