/**
 * Only the answer to the newest request is used. Answers arrive in any order, and the draft may have changed meanwhile.
 *
 *     const ask = newestOnly();
 *     const isNewest = ask();
 *     const answer = await api.summary(...);
 *     if (!isNewest()) return; // a newer request was sent meanwhile
 *
 * @returns {() => () => boolean} a function to call before each request. It returns a function that says whether this is
 *   still the newest request.
 */
export function newestOnly() {
  let asked = 0;
  return () => {
    const mine = ++asked;
    return () => mine === asked;
  };
}
