/**
 * One call at a time. However often it is asked for while it is under way, it is done once more afterwards.
 *
 *     const ask = oneAtATime(async () => this.#take(await api.results(id)));
 *     ask();
 *     ask(); // asks the server again, when the first answer is there
 *
 * @param {() => Promise<unknown>} act
 * @returns {() => Promise<void>} the first caller waits until nothing more is asked for; all others do not wait
 */
export function oneAtATime(act) {
  let isUnderWay = false;
  let again = false;
  return async () => {
    again = true;
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      while (again) {
        again = false;
        await act();
      }
    } finally {
      isUnderWay = false;
    }
  };
}
