/** The error of the present draft, which stays beside its field when the form is drawn again. */

import { isIn, showError } from "./errors.js";
import { LAYER, layerAt, pathOfLayer } from "./layer-places.js";

/**
 * @import { ApiError } from "../server/api.js"
 * @import { Layer } from "../types.js"
 * @import { Draft } from "./draft.js"
 */

export class Complaint {
  #form;
  #draft;
  /** The error, and the wrong layer if there is one. @type {{error: ApiError, layer: Layer | undefined} | null} */
  #shown = null;

  /**
   * @param {HTMLElement} form
   * @param {Draft} draft
   */
  constructor(form, draft) {
    this.#form = form;
    this.#draft = draft;
  }

  /**
   * Show an error beside its field; null removes the last error.
   * @param {ApiError | null} error
   * @returns the wrong control
   */
  show(error) {
    this.#shown = error && { error, layer: layerAt(this.#draft.layers, error.field) };
    return showError(this.#form, error);
  }

  /** Show the last error again after the form was drawn again. If a layer is wrong, the error follows the layer. */
  again() {
    if (!this.#shown) return;
    const { error, layer } = this.#shown;
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
