/** The card of how to join: code, address and QR code; a click shows them in the whole window. */

import { h, setText } from "../page/dom.js";
import { t } from "../words/i18n.js";

/** "482913" → "482 913" @param {string} code */
export const spaced = (code) => code.replace(/^(\d{3})(\d{3})$/, "$1 $2");

/** An address as people type it. @param {string} address one of the lab's; "": the page's own */
export const plain = (address) => address.replace(/^http:\/\//, "") || location.host;

/**
 * The address of the QR code. The code is in it, so that no older picture is shown.
 * @param {string} code
 * @param {string} address one of the lab's
 */
const qrOf = (code, address) => `api/class/qr.svg?${new URLSearchParams({ code, address })}`;

/**
 * Let a picture show the QR code. If no address is known that other machines reach, the picture is hidden and not requested.
 * @param {HTMLImageElement} picture
 * @param {string} code
 * @param {string} address one of the lab's
 */
export function drawCode(picture, code, address) {
  picture.hidden = !code || !address;
  const source = qrOf(code, address);
  if (!picture.hidden && picture.getAttribute("src") !== source) picture.src = source;
}

export class JoinCard {
  #code = h("b", { className: "join-code" });
  #address = h("span", { className: "join-address" });
  #help = h("span", { className: "quiet" });
  #button = h("button", { type: "button", className: "join-button" });
  #picture = h("img", { className: "join-qr", alt: "", width: 66, height: 66 });

  /** @param {HTMLElement} card @param {() => void} onOpen */
  constructor(card, onOpen) {
    this.#button.append(
      this.#picture,
      h("span", { className: "join-words" }, this.#help, this.#address, this.#code),
    );
    this.#button.addEventListener("click", onOpen);
    card.replaceChildren(this.#button);
  }

  /**
   * @param {string} code "": there is none
   * @param {string} address
   */
  draw(code, address) {
    this.#button.hidden = !code;
    setText(this.#code, spaced(code));
    setText(this.#address, plain(address));
    setText(this.#help, t("class.wall.join_at"));
    this.#button.title = t("class.wall.join.large");
    drawCode(this.#picture, code, address);
  }
}
