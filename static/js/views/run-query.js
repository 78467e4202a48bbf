/**
 * Which runs the list shows, and in which order: search, state, archive, sort, group. Pure functions of run objects.
 *
 * A search is words that must all be found (name, tags, notes, summary), and terms on fields:
 * `optimizer:adam  lr>0.01  test>=90  tag:"first try"  is:starred  -status:failed`.
 */

const percent = (value) => (value === null || value === undefined ? undefined : 100 * value);
const known = (value) => value ?? undefined;

/** Fields of a run object: name → value (number, text, or list of texts; undefined where there is none). */
export const FIELDS = {
  name: (run) => run.name,
  number: (run) => run.number,
  status: (run) => run.status,
  tag: (run) => run.tags,
  notes: (run) => run.notes,
  lesson: (run) => known(run.lesson),
  launch: (run) => known(run.group_id),
  dataset: (run) => run.summary.dataset,
  train_size: (run) => known(run.summary.train_size),
  units: (run) => run.summary.units.join("-"),
  activation: (run) => run.summary.activations,
  initializer: (run) => run.summary.initializer,
  optimizer: (run) => run.summary.optimizer,
  learning_rate: (run) => run.summary.learning_rate,
  l1: (run) => run.summary.l1,
  l2: (run) => run.summary.l2,
  seed: (run) => run.summary.seed,
  iteration: (run) => run.iteration,
  loss: (run) => known(run.latest.loss),
  train: (run) => percent(run.latest.train_accuracy),
  test: (run) => percent(run.latest.test_accuracy),
  seconds: (run) => known(run.seconds),
  is: (run) => [run.starred ? "starred" : "", run.archived ? "archived" : "", run.notes ? "noted" : ""].filter(Boolean),
};
const ALIASES = { lr: "learning_rate", state: "status", tags: "tag", data: "dataset", acc: "test" };

export const ACTIVE = new Set(["queued", "running", "paused"]);
const is = (status) => (run) => run.status === status;

/** What the list can be narrowed down to. */
export const STATES = {
  active: (run) => ACTIVE.has(run.status),
  completed: is("completed"),
  diverged: is("diverged"),
  cancelled: is("cancelled"),
  failed: is("failed"),
  starred: (run) => run.starred,
};

/** What the list can be sorted by; the first is the usual order. */
export const SORTS = ["number", "name", "status", "optimizer", "learning_rate", "dataset", "loss", "train", "test", "seconds"];
/** What has the largest first. */
export const DESCENDING = new Set(["number", "train", "test"]);
/** What it can be grouped by, beside all fields of the configs. */
export const GROUPS = ["lesson", "launch", "status", "dataset", "optimizer", "activation", "learning_rate", "l1", "l2", "seed"];

export const USUAL = { text: "", state: "", archived: false, sort: "number", descending: true, group: "" };

/** What of a query differs from the usual: short enough for an address. */
export function unusual(query) {
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== USUAL[name]));
}

/** The query that an address says, as far as there is such a one. */
export function readQuery(said) {
  const query = { ...USUAL };
  for (const [name, value] of Object.entries(Object(said))) if (typeof value === typeof USUAL[name]) query[name] = value;
  if (!SORTS.includes(query.sort)) query.sort = USUAL.sort;
  if (!Object.hasOwn(STATES, query.state)) query.state = "";
  return query;
}

/** A field of a run: of `FIELDS`, or a dotted one of its config where that is here. */
export function valueOf(run, name, configs) {
  const field = FIELDS[ALIASES[name] ?? name];
  return field ? field(run) : known(configs?.get(run.id)?.[name]);
}

/**
 * Groups of runs, in order; one without a label where nothing is grouped.
 * @param {object[]} runs newest first
 * @param {{get: (id: string) => object | undefined}} configs flat configs by run id
 * @returns {{label: string | null, runs: object[]}[]}
 */
export function arrange(runs, query, configs) {
  const wanted = parse(query.text);
  const found = runs.filter((run) => matches(run, query, wanted, configs));
  const sign = query.descending ? -1 : 1;
  const sorted = found.toSorted((a, b) => sign * compare(valueOf(a, query.sort, configs), valueOf(b, query.sort, configs), sign));
  if (!query.group) return [{ label: null, runs: sorted }];
  const groups = new Map();
  for (const run of sorted) {
    const value = valueOf(run, query.group, configs);
    const label = value === undefined || value === "" ? "–" : String(Array.isArray(value) ? value.join(" ") : value);
    if (!groups.has(label)) groups.set(label, []);
    groups.get(label).push(run);
  }
  return [...groups].map(([label, members]) => ({ label, runs: members })).toSorted((a, b) => (a.label === "–") - (b.label === "–") || compareTexts(a.label, b.label));
}

function matches(run, { state, archived }, wanted, configs) {
  if (run.archived && !archived && !wanted.some((term) => term.field === "is")) return false;
  if (state && !STATES[state](run)) return false;
  return wanted.every((term) => term.negated !== holds(run, term, configs));
}

/** @returns {{field: string | null, operator: string, text: string, negated: boolean}[]} */
export function parse(text) {
  return (text.toLowerCase().match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((token) => {
    const negated = token.length > 1 && token.startsWith("-");
    const [, field, operator, value] = /^([a-z][\w.]*)(:|<=|>=|=|<|>)(.+)$/s.exec(negated ? token.slice(1) : token) ?? [];
    const plain = (part) => part.replaceAll('"', "");
    if (field) return { field: ALIASES[field] ?? field, operator, text: plain(value), negated };
    return { field: null, operator: ":", text: plain(negated ? token.slice(1) : token), negated };
  });
}

function holds(run, { field, operator, text }, configs) {
  if (field === null) return haystack(run).includes(text);
  const value = valueOf(run, field, configs);
  if (value === undefined) return false;
  const values = Array.isArray(value) ? value : [value];
  return values.some((one) => holdsValue(one, operator, text));
}

function holdsValue(value, operator, text) {
  const wanted = Number(text);
  if (typeof value !== "number" || Number.isNaN(wanted)) {
    const own = String(value).toLowerCase();
    return operator === "=" ? own === text : operator === ":" && own.includes(text);
  }
  switch (operator) {
    case "<":
      return value < wanted;
    case ">":
      return value > wanted;
    case "<=":
      return value <= wanted;
    case ">=":
      return value >= wanted;
    default:
      return value === wanted;
  }
}

function haystack(run) {
  const { dataset, units, activations, initializer, optimizer } = run.summary;
  return [run.name, `#${run.number}`, run.status, ...run.tags, run.notes, run.lesson, dataset, units.join("-"), ...activations, initializer, optimizer].join("\n").toLowerCase();
}

/** What is missing comes last, whichever way one sorts. */
function compare(a, b, sign) {
  if (a === undefined || b === undefined) return sign * ((a === undefined) - (b === undefined));
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareTexts(String(a), String(b));
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compareTexts(a, b) {
  return Number(a) - Number(b) || collator.compare(a, b); // 1e-5 before 0.01, and "run 2" before "run 10"
}
