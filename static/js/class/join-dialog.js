/** The dialog of how one joins: address, code and QR code in the whole window. */

import { openDialog } from "../page/dialog.js";
import { h, setChoices, setText } from "../page/dom.js";
import { t } from "../words/i18n.js";
import { drawCode, plain, spaced } from "./join-card.js";
import { actionButton } from "./wall-dialogs.js";

/** How one joins: with a code, at one of the lab's addresses. @typedef {{code: string, address: string, addresses: string[]}} Joining */

/**
 * Address, code and QR code, as large as the window allows.
 * @param {Joining} joining
 * @param {object} actions
 * @param {(address: string) => void} actions.onAddress called when another one of the lab's addresses is chosen
 * @param {(() => Promise<unknown>) | null} actions.renew makes a new code; null: the person who looks at it may not
 * @param {() => void} actions.onClose
 * @returns {(joining: Joining) => void} draws another code or address; without a code, it closes the dialog
 */
export function openJoin(joining, { onAddress, renew, onClose }) {
  const error = h("p", { className: "error", role: "alert" });
  const picture = h("img", { className: "join-qr", alt: "" });
  const where = h("p", { className: "join-address" });
  const digits = h("p", { className: "join-code" });
  const choice = h("select", { "aria-label": t("class.wall.join_at") });
  choice.addEventListener("change", () => onAddress(choice.value));
  const dialog = openDialog({
    title: t("class.wall.join_at"),
    className: "join-large",
    body: [picture, h("div", {}, where, digits, error)],
    tools: renew
      ? [
          choice,
          actionButton(t("class.wall.code.renew"), renew, error, { title: t("class.wall.code.renew.help") }),
        ]
      : [],
    onClose,
  });
  /** @param {Joining} now */
  const draw = ({ code, address, addresses }) => {
    if (!code) return dialog.close();
    setText(where, plain(address));
    setText(digits, spaced(code));
    drawCode(picture, code, address);
    choice.hidden = addresses.length < 2;
    setChoices(
      choice,
      addresses.map((address) => [address, plain(address)]),
      address,
    );
  };
  draw(joining);
  return draw;
}
