/** A dialog: a title, a body, a button to close it. The browser keeps the focus inside and closes it at Escape. */

import { t } from "../words/i18n.js";
import { h, iconButton } from "./dom.js";
import { loadStyle } from "./style.js";

await loadStyle("dialog");

/**
 * Open a dialog. When it is closed it is removed, and the focus returns to the element that had it before.
 * @param {{title: string, className?: string, body: HTMLElement[], tools?: HTMLElement[], onClose?: () => void}} parts
 */
export function openDialog({ title, className = "", body, tools = [], onClose }) {
  const heading = h("h2", { id: "dialog-title" }, title);
  const dialog = h(
    "dialog",
    { className: `card dialog ${className}`, "aria-labelledby": "dialog-title" },
    h(
      "header",
      { className: "card-head" },
      heading,
      h(
        "div",
        { className: "controls" },
        ...tools,
        iconButton("delete", t("dialog.close"), () => dialog.close()),
      ),
    ),
    ...body,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  // a click outside of the dialog, on its backdrop
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
