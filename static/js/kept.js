/**
 * `window.kept`: values that the browser keeps for the next visit. Only this file uses the browser's storage.
 *
 * Every use of `localStorage` throws if a school's browser blocks cookies, and writing throws if the storage is full. Then
 * a value is kept as long as the page is open.
 *
 * This file is not a module, because modules run after the first paint: the page would flash in the wrong theme.
 */
window.kept = (() => {
  /** Values that the storage has refused; they are kept as long as the page is open. */
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
     * @returns {boolean} whether the value will be there at the next visit
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
     * Set a value that the browser sends to the server with every request, for a year.
     * @param {string} name
     * @param {string} value
     */
    setCookie(name, value) {
      const path = new URL(".", document.baseURI).pathname;
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs TLS, which a school's network does not have
      orNull(() => (document.cookie = `${name}=${value}; path=${path}; max-age=31536000; SameSite=Lax`));
    },
  };
})();

document.documentElement.dataset.theme = window.kept.get("theme") ?? "auto";
