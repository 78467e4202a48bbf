/**
 * What is typed into a field: nothing, a number, or several of them, which make several runs.
 *
 *     0.1              one
 *     0.01, 0.1        a list
 *     0.001..1         a range: each power of ten where the field counts in powers, else in whole steps or five
 *     16..256          each power of two, where the field counts in powers and both ends are some
 *     0.001..1:7       a range of seven
 */

/** Values of one field at most; the server takes no longer list of experiments either. */
const MOST = 100;
/** A comma that stands for thousands: 1,200 or 60,000, but 32,128 and 100,200 are two numbers each. */
const THOUSANDS = /^-?(\d{1,3}(,\d{3})*,000|\d,\d00)$/;
const RANGE = /^(.+?)\.{2,3}(.+?)(?::(\d+))?$/;
/** A range of whole numbers takes each of them up to that many, and five of them beyond. */
const EACH = 20;
const FEW = 5;

/**
 * The value of a typed text: a number where it is one, `{ sweep, values }` where it is several, null for nothing,
 * else the text as it is: the server judges it.
 *
 * @param {{kind?: string, scale?: string}} field as the server describes it
 */
export function typed(text, field = {}) {
  const plain = text.normalize("NFKC").trim(); // a Japanese keyboard's wide digits are digits
  if (plain === "") return null;
  const value = one(plain);
  if (typeof value === "number") return value;
  const values = [...new Set(items(plain).flatMap((item) => between(item, field) ?? [one(item)]))].slice(0, MOST + 1);
  if (values.length === 1) return values[0];
  return values.length ? { sweep: plain, values } : plain;
}

/** Is it several values? */
export function isSweep(value) {
  return Array.isArray(value?.values) && typeof value.sweep === "string";
}

/** What a part of the document may be: the one that it is, or each of several. */
export function ways(part) {
  return isSweep(part) ? part.values : [part];
}

/** One way or several, as the document holds them; `names` say which. */
export function together(several, names) {
  return several.length === 1 ? several[0] : { sweep: names.join(", "), values: several };
}

/** A value as it is typed. */
export function shown(value) {
  if (value === null || value === undefined) return "";
  if (isSweep(value)) return value.sweep;
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-4) return value.toExponential();
  return String(value);
}

function one(text) {
  const value = Number(THOUSANDS.test(text) ? text.replaceAll(",", "") : text);
  return Number.isFinite(value) && !/^0[xbo]/i.test(text) ? value : text;
}

/** A comma with a space behind it separates; one without, only where it does not stand for thousands. */
function items(text) {
  const apart = text.split(/[;、]|,\s+/);
  const parts = apart.length > 1 ? apart : text.split(",");
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** The values of a range, or null where the text is none. */
function between(text, { kind, scale }) {
  const [, from, to, asked] = RANGE.exec(text) ?? [];
  const [low, high] = [Number(from), Number(to)];
  if (!(low < high)) return null;
  const powers = scale === "log" && low > 0;
  const count = Math.min(asked ? Number(asked) : usual(low, high, powers), MOST + 1);
  if (count < 2) return null;
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    const value = powers ? low * (high / low) ** share : low + (high - low) * share;
    return kind === "integer" || kind === "integers" ? Math.round(value) : Number(value.toPrecision(3));
  });
}

function usual(low, high, powers) {
  if (powers) {
    const base = [low, high].every((end) => Number.isInteger(Math.log2(end)) && end >= 1) ? 2 : 10;
    return Math.max(2, Math.round(Math.log(high / low) / Math.log(base)) + 1);
  }
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return whole && high - low < EACH ? high - low + 1 : FEW;
}
