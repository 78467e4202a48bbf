/** The settings of the chosen presets: settings that several of them share are shown together, below the presets' names. */

import { h } from "../page/dom.js";
import { presetName } from "./names.js";
import { settings } from "./settings.js";

/** @import { FormContext } from "./form.js" */

/**
 * The settings of an MLP that no other chosen preset has.
 * @param {Pick<FormContext, "options" | "draft">} form
 */
export function onlyOfMlp({ options, draft }) {
  /** @param {string} preset */
  const names = (preset) => options.presets[preset].map(({ name }) => name);
  const others = draft.presets.flatMap((preset) => (preset === "mlp" ? [] : names(preset)));
  return names("mlp").filter((name) => !others.includes(name));
}

/** A caption that names the presets whose settings follow. @param {string} names */
export function caption(names) {
  return h("span", { className: "caption" }, names);
}

/**
 * The settings of the presets, without those that only an MLP has. Settings of the same presets are together.
 * @param {FormContext} form
 */
export function presetSettings(form) {
  const { options } = form;
  const { networks, presets } = form.draft;
  const names = (/** @type {string} */ preset) => options.presets[preset].map(({ name }) => name);
  const except = presets.includes("mlp") ? onlyOfMlp(form) : [];
  const all = [...new Set(presets.flatMap(names))];
  /** @param {string} name */
  const ownersOf = (name) =>
    presets
      .filter((preset) => names(preset).includes(name))
      .map(presetName)
      .join(", ");
  const shown = all.filter((name) => !except.includes(name));
  return [...new Set(shown.map(ownersOf))].flatMap((owners) => {
    const others = all.filter((name) => except.includes(name) || ownersOf(name) !== owners);
    const blocks = settings(form, "network", "preset", networks, options.presets, others, "preset");
    return [
      ...(networks.length > 1 ? [caption(owners)] : []),
      h("div", { className: "row wrap" }, ...blocks),
    ];
  });
}
