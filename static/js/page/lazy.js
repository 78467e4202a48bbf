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

/** Milliseconds until a part that could not be loaded is loaded again. */
const RETRY = 2000;

/**
 * Load something without a click of the viewer. While the server cannot be reached, try again.
 * @template Part
 * @param {() => Promise<Part>} load
 * @returns {Promise<Part>}
 */
export function retried(load) {
  return load().catch(async (error) => {
    // a script that cannot be fetched is a TypeError; an answer that does not come, an ApiError without a status
    if (error.status !== 0 && !(error instanceof TypeError)) throw error;
    await new Promise((done) => setTimeout(done, RETRY));
    return retried(load);
  });
}
