/** The names of the maps of a network: of its input, and of the outputs of its layers. */

import { t } from "../words/i18n.js";

/** @import { View } from "./view.js" */

/** The channels of an image in colour. */
const COLORS = ["red", "green", "blue"];

/**
 * @param {Pick<View, "arrays">} view
 * @param {number} layer 0: the input
 * @param {number} channel
 */
export function mapName({ arrays }, layer, channel) {
  const isColor = layer === 0 && arrays.input.shape.length === 3 && arrays.input.shape[0] === COLORS.length;
  return isColor ? t(`views.maps.${COLORS[channel]}`) : t("views.maps.map", { n: channel + 1 });
}
