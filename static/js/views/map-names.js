/** The names of the maps of a network: of its input, and of the outputs of its layers. */

import { t } from "../words/i18n.js";

/**
 * @import { Place } from "./maps-layout.js"
 * @import { View } from "./view.js"
 */

/** The channels of an image in colour. */
const COLORS = ["red", "green", "blue"];

/** Whether a layer is an image in colour. @param {Pick<View, "arrays">} view @param {number} layer 0: the input */
function isColored({ arrays }, layer) {
  return layer === 0 && arrays.input.shape.length === 3 && arrays.input.shape[0] === COLORS.length;
}

/**
 * @param {Pick<View, "arrays">} view
 * @param {number} layer 0: the input
 * @param {number} channel
 */
export function mapName(view, layer, channel) {
  return isColored(view, layer)
    ? t(`views.maps.${COLORS[channel]}`)
    : t("views.maps.map", { n: channel + 1 });
}

/** The channels that are seen at a place: all of an image in colour, which is one picture. @param {Pick<View, "arrays">} view @param {Place} place */
export function channelsAt(view, { layer, channel }) {
  return isColored(view, layer) ? [...COLORS.keys()] : [channel];
}
