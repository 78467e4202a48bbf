/**
 * What this browser keeps for the next visit: `window.kept`, the only part of the page that uses the browser's storage.
 *
 * A school's browser may refuse: every use of `localStorage` throws where cookies are blocked, and writing throws where
 * the storage is full. Then a choice is kept as long as the page is open.
 *
 * No module: the chosen theme must be there before the first paint, and a module would come later. The page would flash.
 */
window.kept = (() => {
  /** What the storage has not taken: kept as long as the page is open. */
  const refused = new Map();
  /** @param {() => string | null | undefined | void} use */
  const orNull = (use) => {
    try {
      return use() ?? null;
    } catch {
      return null;
    }
  };
  return {
    /**
     * @param {string} key
     * @returns {string | null}
     */
    get: (key) => refused.get(key) ?? orNull(() => localStorage.getItem(key)),
    /**
     * @param {string} key
     * @param {string} value
     * @returns {boolean} whether it is there at the next visit
     */
    set(key, value) {
      refused.set(key, value);
      orNull(() => {
        localStorage.setItem(key, value);
        refused.delete(key);
      });
      return !refused.has(key);
    },
    /**
     * A value that the server gets with every request, for a year.
     * @param {string} name
     * @param {string} value
     */
    setCookie(name, value) {
      const path = new URL(".", document.baseURI).pathname;
      // biome-ignore lint/suspicious/noDocumentCookie: a Cookie Store there is only under TLS, which a school's network has not
      orNull(() => (document.cookie = `${name}=${value}; path=${path}; max-age=31536000; SameSite=Lax`));
    },
  };
})();

document.documentElement.dataset.theme = window.kept.get("theme") ?? "auto";
