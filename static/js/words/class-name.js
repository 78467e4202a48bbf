/** Names of the classes of data sets in the reader's language. */

import { hasText, t } from "./i18n.js";
import { textsOf } from "./part-texts.js";

await textsOf("categories");

/**
 * The name of a class: "T-shirt/top" has the key `category.t_shirt_top`. Digits and letters have no key.
 * @param {string} name
 */
export function className(name) {
  const key = `category.${name.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`;
  return hasText(key) ? t(key) : name;
}
