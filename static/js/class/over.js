/** The end of a person's time in the class: the page leads to where one joins, which says why. */

/** Whether this person is leaving: then that is the reason, whatever else the page hears. */
let leaving = false;

/** Whether the page is on its way: a second request would end the first. */
let going = false;

/** @param {string} reason a code; the texts are `class.over.…` */
export function goToJoin(reason) {
  if (going) return;
  going = true;
  location.replace(`join#reason=${leaving ? "left" : reason}`);
}

/**
 * Leave the class.
 * @param {() => Promise<unknown>} leave lets the server forget this browser
 */
export async function leaveBy(leave) {
  leaving = true;
  try {
    await leave();
    goToJoin("left");
  } catch (error) {
    leaving = false;
    throw error;
  }
}
