/** The join code as people type and paste it, and what the fragment of the join page's address says. Pure functions. */

export const CODE_DIGITS = 6;

/**
 * The digits of a code in a typed or pasted text: in any width, with spaces, or at the end of the class's address.
 * @param {string} text
 * @returns {string} at most six digits
 */
export function codeIn(text) {
  const plain = text.normalize("NFKC");
  return plain
    .slice(plain.lastIndexOf("#") + 1) // an address has other digits before its code
    .replace(/[^0-9]/g, "")
    .slice(0, CODE_DIGITS);
}

/**
 * What the fragment of an address is for: a code to join with, a link of the teacher or the projector, or the code of the reason why
 * the page of the lab has led here.
 * @typedef {{kind: "code" | "secret" | "reason", value: string}} Fragment
 */

/**
 * @param {string} hash
 * @returns {Fragment | null}
 */
export function readFragment(hash) {
  const [, name, value] = /^#(?:(teacher|projector|reason)=)?([\w-]+)$/.exec(hash) ?? [];
  if (!value) return null;
  if (name) return { kind: name === "reason" ? "reason" : "secret", value };
  return codeIn(value).length === CODE_DIGITS ? { kind: "code", value: codeIn(value) } : null;
}
