/** Parts that are not loaded with the page: each is loaded once, when it is first needed. */

/**
 * What makes a part when it is first asked for; where that fails, the next one who asks tries again.
 * @template Part
 * @param {() => Promise<Part>} make
 * @returns {() => Promise<Part>}
 */
export function later(make) {
  /** @type {Promise<Part> | null} */
  let made = null;
  return () => {
    made ??= make().catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
}
