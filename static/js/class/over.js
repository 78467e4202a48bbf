/** The end of a person's time in the class: the page leads to where one joins, which says why. */

/** Codes of refusals after which a page is for people of the class again only when they have joined. */
const OVER = ["not_joined", "removed", "class_ended"];

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
 * If the lab refuses a page because its person is not known in the class any more, go to where one joins.
 * @param {{connection: string, refusal: {code: string} | null}} store
 */
export function leaveIfRefused({ connection, refusal }) {
  if (connection === "refused" && refusal && OVER.includes(refusal.code)) goToJoin(refusal.code);
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
