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
  let promise = null;
  return () => {
    promise ??= make().catch((error) => {
      promise = null;
      throw error;
    });
    return promise;
  };
}

/** Milliseconds until a part that could not be loaded is loaded again. */
const RETRY = 2000;

/**
 * Whether an error says that the server could not be reached: its script or its answer did not come.
 * @param {any} error
 */
function isUnreached(error) {
  // Each browser has words of its own for a script that it could not fetch; all say "import".
  return error?.status === 0 || (error instanceof TypeError && /\bimport/i.test(error.message));
}

/**
 * Load something without a click of the viewer. While the server cannot be reached, try again.
 * @template Part
 * @param {() => Promise<Part>} load
 * @returns {Promise<Part>}
 */
export function retried(load) {
  return load().catch(async (error) => {
    if (!isUnreached(error)) throw error;
    await new Promise((done) => setTimeout(done, RETRY));
    return retried(load);
  });
}

/**
 * Call `show` when something that the viewer has asked for could not be loaded, and nothing else reports it.
 * @param {() => void} show
 */
export function onUnreached(show) {
  addEventListener("unhandledrejection", (event) => {
    if (!isUnreached(event.reason)) return;
    event.preventDefault();
    show();
  });
}
