/** Which blocks of the form are those of a field that a lesson locks. It uses no document. */

/** Fields with several blocks, or with a block of another name. @type {Record<string, string[]>} */
const BLOCKS = {
  "training.length": ["training.iterations", "training.epochs"],
  "dataset.name": ["dataset"],
  "network.preset": ["network"],
  "network.hidden": ["network"],
  "network.layers": ["network"],
};

/**
 * Whether a block of the form is that of a field, or of a setting of it.
 * @param {string} block its path
 * @param {string} field as a lesson names it
 */
export function isOf(block, field) {
  return (BLOCKS[field] ?? [field]).includes(block) || block.startsWith(`${field}.`);
}

/**
 * The lesson whose fields are locked now: the open one, until it is launched for the first time.
 * @template {{locked: string[], hidden: string[]}} Of
 * @param {{play: Of | null, newest: unknown}} session
 * @returns {Of | null} null: there is none, or it locks and hides nothing
 */
export function lockedIn({ play, newest }) {
  return play && !newest && (play.locked.length || play.hidden.length) ? play : null;
}
