/**
 * Only the answer to the newest request is used. Answers arrive in any order, and the draft may have changed meanwhile.
 *
 *     const ask = newestOnly();
 *     const isNewest = ask();
 *     const answer = await api.summary(...);
 *     if (!isNewest()) return; // something else has been asked since
 *
 * @returns {() => () => boolean} call it when asking; what it returns says whether nothing has been asked since
 */
export function newestOnly() {
  let asked = 0;
  return () => {
    const mine = ++asked;
    return () => mine === asked;
  };
}
