/** A dialog: a title, a body, a button to close it. The browser keeps the focus inside and closes it at Escape. */

import { t } from "../words/i18n.js";
import { h, iconButton } from "./dom.js";

/**
 * Open a dialog; it removes itself when it is closed, and the focus goes back where it was.
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
  // a click on the ground around it
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
