/** The errors of the present draft. They stay beside their fields when the form is drawn again. */

import { isIn, showError } from "./errors.js";
import { LAYER, layerAt, pathOfLayer } from "./layer-moves.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Layer } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

export class Complaint {
  #form;
  #draft;
  /** The error, and the layer that it is about. @type {{error: ApiError, layer: Layer | undefined} | null} */
  #wrong = null;

  /**
   * @param {HTMLElement} form
   * @param {Draft} draft
   */
  constructor(form, draft) {
    this.#form = form;
    this.#draft = draft;
  }

  /**
   * Say what is wrong in its place, or that nothing is.
   * @param {ApiError | null} error
   * @returns the control that it is about
   */
  show(error) {
    this.#wrong = error && { error, layer: layerAt(this.#draft.layers, error.field) };
    return showError(this.#form, error);
  }

  /** The same in a form that was drawn again, until the server has seen what has changed: at its layer, wherever that is now. */
  again() {
    if (!this.#wrong) return;
    const { error, layer } = this.#wrong;
    if (!layer) return isIn(this.#form, error.field) && showError(this.#form, error);
    const path = pathOfLayer(this.#draft.layers, layer);
    if (path)
      showError(this.#form, {
        ...error,
        message: error.message,
        field: path + error.field.replace(LAYER, ""),
      });
  }
}
