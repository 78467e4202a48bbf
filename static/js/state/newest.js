/**
 * Only the answer to the newest request is used. Answers arrive in any order, and the draft may have changed meanwhile.
 *
 *     const dropOlder = newestOnly();
 *     const isNewest = dropOlder();
 *     const answer = await api.summary(...);
 *     if (!isNewest()) return; // a newer request was sent meanwhile
 *
 * @returns {() => () => boolean} a function to call before each request, and when no answer is wanted any more. It returns
 *   a function that says whether it has not been called again since then.
 */
export function newestOnly() {
  let calls = 0;
  return () => {
    const own = ++calls;
    return () => own === calls;
  };
}
