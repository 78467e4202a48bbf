/** How people join, on the wall: asks for the code and the addresses, and shows them in a card and a dialog. */

import { ApiError } from "../server/api.js";
import { newestOnly } from "../state/newest.js";
import { JoinCard } from "./join-card.js";
import { openJoin } from "./join-dialog.js";
import { wallApi } from "./wall-api.js";

/**
 * @import { WallStore } from "./wall-store.js"
 * @import { Joining as Invitation } from "./join-dialog.js"
 */

/** The key of the chosen address, of several that people can open, in the browser's storage. */
const ADDRESS_KEY = "wall-address";

export class Joining {
  #store;
  #card;
  #mayRenew;
  /** @type {Invitation} */
  #invitation = { code: "", address: "", addresses: [] };
  /** Draws the open dialog again; null while none is open. @type {((invitation: Invitation) => void) | null} */
  #drawDialog = null;
  /** The state of the class at the last request, as JSON; empty: ask again. */
  #askedFor = "";
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
    this.#drawDialog?.(invitation);
  }

  /** Ask for the code and the addresses if they may have changed. A message about the class comes with each student. */
  askIfNew() {
    const { code_made, people } = this.#store.classroom;
    // while no address is known, ask whenever a student joins: the one that they used may be known then
    const state = JSON.stringify([code_made, this.#invitation.address ? null : people]);
    if (state === this.#askedFor) return;
    this.#askedFor = state;
    void this.#ask();
  }

  /** Ask again with the next message: the lab may have been started again, at another address. */
  askAgain() {
    this.#askedFor = "";
  }

  /** Request the code and the addresses: only some roles may see them, so they are not in the messages to all. */
  async #ask() {
    const isNewest = this.#dropOlder();
    try {
      const { code = "", addresses = [] } = await wallApi.get();
      if (!isNewest()) return;
      const saved = window.kept.get(ADDRESS_KEY) ?? "";
      const address = addresses.includes(saved) ? saved : (addresses[0] ?? "");
      this.#invitation = { code, address, addresses };
      this.draw();
    } catch (error) {
      this.#askedFor = "";
      if (!(error instanceof ApiError)) throw error; // no message: the status of the connection shows it
    }
  }

  #open() {
    this.#drawDialog = openJoin(this.#invitation, {
      onAddress: (address) => {
        window.kept.set(ADDRESS_KEY, address);
        this.#invitation = { ...this.#invitation, address };
        this.draw();
      },
      renew: this.#mayRenew ? () => this.#renew() : null,
      onClose: () => {
        this.#drawDialog = null;
      },
    });
  }

  async #renew() {
    await wallApi.renewCode();
    await this.#ask();
  }
}
