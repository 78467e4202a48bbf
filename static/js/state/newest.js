/**
 * Only the newest question's answer counts. Answers come in any order, and what they were asked of may have changed since.
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
