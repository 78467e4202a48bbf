/** How people join, on the wall: asks for the code and the addresses, and shows them in a card and a dialog. */

import { ApiError } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { JoinCard } from "./join-card.js";
import { openJoin } from "./join-dialog.js";
import { classApi } from "./wall-api.js";

/**
 * @import { WallStore } from "./wall-store.js"
 * @import { Joining as HowToJoin } from "./join-dialog.js"
 */

/** The address that people are to open, of several, in the browser's storage. */
const ADDRESS = "wall-address";

export class Joining {
  #store;
  #card;
  #mayRenew;
  /** @type {HowToJoin} */
  #invitation = { code: "", address: "", addresses: [] };
  /** Draws how to join in the dialog that is open. @type {((how: HowToJoin) => void) | null} */
  #drawLarge = null;
  /** What of the class the last question was for, as JSON. */
  #asked = "";
  #dropOlder = newestOnly();

  /**
   * @param {HTMLElement} element of the card
   * @param {WallStore} store
   * @param {boolean} mayRenew whether one may make a new code here
   */
  constructor(element, store, mayRenew) {
    this.#store = store;
    this.#card = new JoinCard(element, () => this.#open());
    this.#mayRenew = mayRenew;
  }

  /** Show how to join, unless the class has ended. */
  draw() {
    const invitation = this.#store.classroom.ended ? { ...this.#invitation, code: "" } : this.#invitation;
    this.#card.draw(invitation.code, invitation.address);
    this.#drawLarge?.(invitation);
  }

  /** Ask for the code and the addresses again if there may be others; a message comes with each student who joins. */
  askIfNew() {
    const { code_made, people } = this.#store.classroom;
    // as long as no address is known, the next student may come by one
    const state = JSON.stringify([code_made, this.#invitation.address ? null : people]);
    if (state === this.#asked) return;
    this.#asked = state;
    void this.#ask();
  }

  /** Ask again with the next message: the lab may have been started again, at another address. */
  forget() {
    this.#asked = "";
  }

  /** What only some roles see, such as the code: it comes in an answer, not in a message to all. */
  async #ask() {
    const isNewest = this.#dropOlder();
    try {
      const { code = "", addresses = [] } = await classApi.get();
      if (!isNewest()) return;
      const kept = window.kept.get(ADDRESS) ?? "";
      const address = addresses.includes(kept) ? kept : (addresses[0] ?? "");
      this.#invitation = { code, address, addresses };
      this.draw();
    } catch (error) {
      this.#asked = "";
      if (!(error instanceof ApiError)) throw error; // the connection says it too
    }
  }

  #open() {
    this.#drawLarge = openJoin(this.#invitation, {
      onAddress: (address) => {
        window.kept.set(ADDRESS, address);
        this.#invitation = { ...this.#invitation, address };
        this.draw();
      },
      renew: this.#mayRenew ? () => this.#renew() : null,
      onClose: () => {
        this.#drawLarge = null;
      },
    });
  }

  async #renew() {
    await classApi.renewCode();
    await this.#ask();
  }
}
