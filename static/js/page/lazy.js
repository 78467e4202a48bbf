/** Lazy parts: they are not loaded with the page, but once, when they are first needed. */

/**
 * A function that makes a part when it is first called, and then always returns this part. If making it fails, the next call
 * tries again.
 * @template Part
 * @param {() => Promise<Part>} make
 * @returns {() => Promise<Part>}
 */
export function lazy(make) {
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
