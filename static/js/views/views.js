/** Views: what one can see inside of networks, in cards among the charts. It is loaded when a page has the first such card. */

import { loadStyle } from "../page/style.js";
import { ViewCard } from "./view-card.js";
import { Watching } from "./watching.js";

/**
 * @import { OnView, ViewSlot } from "../charts/view-slot.js"
 * @import { HoverEvents } from "../charts/hover.js"
 * @import { Selection } from "../runs/selection.js"
 * @import { Store } from "../state/store.js"
 * @import { CardContext, Content } from "./view-card.js"
 */

await loadStyle("views");

/**
 * The kinds of cards: what draws in them, loaded when it is first needed.
 * @type {Record<string, () => Promise<new (context: CardContext) => Content>>}
 */
const CONTENTS = {
  gradients: async () => (await import("./gradients.js")).Gradients,
  histograms: async () => (await import("./histograms.js")).Histograms,
  maps: async () => (await import("./maps.js")).Maps,
  units: async () => (await import("./units.js")).Units,
  confusion: async () => (await import("./confusion.js")).Confusion,
  weights: async () => (await import("./weights.js")).Weights,
  boundary: async () => (await import("./boundary.js")).Boundary,
  digit: async () => (await import("./digit.js")).Digit,
  landscape: async () => (await import("./landscape.js")).Landscape,
};

export class Views {
  #store;
  #selection;
  #isDark;
  #pin;
  #watching;

  /**
   * @param {Store} store
   * @param {Selection} selection
   * @param {() => boolean} isDark
   * @param {HoverEvents["pin"]} pin
   */
  constructor(store, selection, isDark, pin) {
    this.#store = store;
    this.#selection = selection;
    this.#isDark = isDark;
    this.#pin = pin;
    this.#watching = new Watching(store);
  }

  /**
   * Fill the slot of a card.
   * @param {ViewSlot} slot
   * @param {OnView} on
   */
  async fill(slot, on) {
    const kind = await CONTENTS[slot.card.spec.view]();
    return new ViewCard(slot, kind, on, {
      store: this.#store,
      selection: this.#selection,
      watching: this.#watching,
      isDark: this.#isDark,
      pin: this.#pin,
    });
  }
}
