/** The page on which one joins a class: by its code and a nickname, by a recovery phrase, or by a link of the teacher. */

import { find } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { wireTheme } from "../page/theme.js";
import { ApiError, api } from "../server/api.js";
import { classApi } from "../server/class-api.js";
import { newestOnly } from "../state/newest.js";
import { hasText, onLanguage, t } from "../words/i18n.js";
import { setLanguage } from "../words/language.js";
import { explain } from "../words/reasons.js";
import { CODE_DIGITS, readFragment } from "./code.js";
import { CodeField } from "./code-field.js";

/** @import { ClassView } from "./types.js" */

/** The fields, by the names that errors have for them; "general" is beside the button. @typedef {"code" | "nickname" | "phrase" | "general"} Field */
/** What is said beside a field: "help", something "right", or something "wrong". @typedef {"help" | "right" | "wrong"} Kind */

/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);
const root = document.documentElement;
const form = find(document, "#join", HTMLFormElement);
const nickname = find(document, "#nickname", HTMLInputElement);
const phrase = find(document, "#phrase", HTMLInputElement);
const submit = find(document, "#submit", HTMLButtonElement);

/** Field → what is said beside it: its kind, and a function that writes the text. @type {Map<Field, [Kind, () => string]>} */
const said = new Map();
/** Whether one comes back with a recovery phrase, instead of joining as a new person. */
let returning = false;
/** The code that was typed last, and whether the server has accepted it. */
let checked = { code: "", isRight: false };
/** The fragment of the lab's page, if the person opened that page first and was sent here. */
let state = "";
const dropOlder = newestOnly();

/**
 * @param {Field} field
 * @param {Kind} kind
 * @param {() => string} text
 */
function say(field, kind, text) {
  said.set(field, [kind, text]);
  draw(field);
}

/** @param {Field} field */
function draw(field) {
  const [kind, text] = said.get(field) ?? ["help", () => ""];
  const line = byId(`${field}-said`);
  if (line.textContent !== text()) line.textContent = text();
  const parent = line.parentElement;
  parent?.classList.toggle("wrong", kind === "wrong");
  parent?.classList.toggle("right", kind === "right");
  parent?.querySelector("input")?.setAttribute("aria-invalid", String(kind === "wrong"));
}

/** Say the usual help beside a field. @param {Field} field */
function help(field) {
  say(field, "help", () => (field === "general" ? "" : t(`class.join.${field}_help`)));
}

/** What is said if the lab does not answer. The document has it too, as the page's texts may be what did not come. */
function noAnswer() {
  const key = "class.join.no_answer";
  return hasText(key) ? t(key) : String(form.dataset.noAnswer);
}

/** Say beside the field of an error what is wrong. @param {unknown} error */
function complain(error) {
  if (!(error instanceof ApiError)) throw error;
  const field = /** @type {Field} */ (
    ["code", "nickname", "phrase"].find((name) => name === error.field) ?? "general"
  );
  say(field, "wrong", () => explain(error) || noAnswer());
  return field;
}

/** The same, and go to that field. @param {unknown} error */
function refuse(error) {
  const field = complain(error);
  if (field !== "general") byId(field).focus();
}

/** Ask whether a class has the typed code, as soon as it is complete. @param {string} code */
async function check(code) {
  const isNewest = dropOlder();
  help("code");
  help("general");
  checked = { code, isRight: false };
  if (code.length < CODE_DIGITS) return;
  try {
    const { name } = await classApi.check(code);
    if (!isNewest()) return;
    checked.isRight = true;
    say("code", "right", () => t("class.join.class", { name }));
    if (document.activeElement === codeField.input || document.activeElement === document.body)
      (returning ? phrase : nickname).focus();
  } catch (error) {
    if (!isNewest()) return;
    complain(error); // one may be typing the nickname already
    const { seconds } = error instanceof ApiError ? error.bounds : {};
    if (seconds) setTimeout(() => isNewest() && check(code), 1000 * seconds); // after too many wrong codes
  }
}

/** Send the form, or say what is missing. */
async function send() {
  const { code } = codeField;
  const name = nickname.value.trim();
  const words = phrase.value.trim();
  help("general");
  /** @type {[Field, boolean, string][]} */
  const needed = [
    ["code", code.length === CODE_DIGITS, "class.join.code_short"],
    returning
      ? ["phrase", words !== "", "class.join.phrase_missing"]
      : ["nickname", name !== "", "class.join.nickname_missing"],
  ];
  const missing = needed.filter(([, isThere]) => !isThere);
  for (const [field, , text] of missing) say(field, "wrong", () => t(text));
  if (missing.length) return byId(missing[0][0]).focus();
  if (checked.code === code && !checked.isRight && said.get("code")?.[0] === "wrong")
    return codeField.input.focus();
  submit.setAttribute("aria-busy", "true");
  try {
    await (returning ? classApi.comeBack(code, words) : classApi.join(code, name));
    await goOnAsKnown((text) => say("general", "wrong", text));
  } catch (error) {
    refuse(error);
  } finally {
    submit.removeAttribute("aria-busy");
  }
}

/** Leave for the page of a person's role. @param {Pick<ClassView, "role">} view */
function goOn({ role }) {
  location.replace(role === "student" ? `./${state}` : "wall");
}

/**
 * Go on as the person that this browser has just become, unless it keeps no cookies: then it would be sent back here.
 * @param {(text: () => string) => void} complain
 */
async function goOnAsKnown(complain) {
  const view = await classApi.look();
  if (view.role) goOn(view);
  else complain(() => t("class.join.no_cookies"));
}

/** Show a text above the fields, such as why one is here. @param {() => string} text @param {boolean} [withLink] */
function notify(text, withLink = false) {
  const notice = byId("notice");
  const write = () => {
    const line = document.createElement("p");
    line.textContent = text();
    const link = document.createElement("a");
    link.href = "./";
    link.textContent = t("class.join.to_lab");
    notice.replaceChildren(line, ...(withLink ? [link] : []));
    notice.hidden = false;
  };
  onLanguage(write);
  write();
}

/** Take what the address says, and remove it from there: codes and secrets must not stay in the browser's history. */
async function takeFragment() {
  const fragment = readFragment(location.hash);
  if (!fragment) state = location.hash;
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (fragment?.kind === "secret") return enter(fragment.value);
  if (fragment?.kind === "code") codeField.enter(fragment.value);
  try {
    const view = await classApi.look();
    const reason = fragment?.kind === "reason" ? fragment.value : null;
    const over = view.ended ? "class_ended" : view.removed ? "removed" : reason;
    if (!view.role) {
      if (over) notify(() => t(`class.over.${over}`));
    } else if (reason)
      notify(() => t("class.join.still_in"), true); // going on at once would send the browser to and fro between two pages
    else goOn(view);
  } catch (error) {
    if (error instanceof ApiError && error.code === "no_class") location.replace("./");
    else refuse(error);
  }
}

/** @param {string} secret of a link */
async function enter(secret) {
  try {
    await classApi.enter(secret);
    await goOnAsKnown(notify);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notify(() => explain(error) || noAnswer());
  }
}

/** Let the form ask for a nickname, or for a recovery phrase. */
function drawWay() {
  byId("nickname-field").hidden = returning;
  byId("phrase-field").hidden = !returning;
  /** @type {[id: string, text: string][]} */
  const texts = [
    ["title", returning ? "return_title" : "title"],
    ["submit", returning ? "return" : "join"],
    ["other-way", returning ? "new" : "before"],
  ];
  for (const [id, text] of texts) byId(id).textContent = t(`class.join.${text}`);
}

const codeField = new CodeField(find(document, ".code", HTMLElement), check);

async function start() {
  wireTheme(byId("theme"));
  const buttons = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-language]"))];
  const load = (/** @type {string} */ language) => api.messages(`class.${language}`);
  for (const button of buttons)
    button.addEventListener("click", () =>
      setLanguage(String(button.dataset.language), load).catch(sayTrouble),
    );
  onLanguage(() => {
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(button.dataset.language === root.lang));
    drawWay();
    for (const field of said.keys()) draw(field);
  });
  await setLanguage(root.lang, load);
  for (const [field, input] of /** @type {[Field, HTMLInputElement][]} */ ([
    ["nickname", nickname],
    ["phrase", phrase],
  ])) {
    help(field);
    onInput(input, () => help(field));
  }
  byId("other-way").addEventListener("click", () => {
    returning = !returning;
    drawWay();
    (returning ? phrase : nickname).focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!submit.hasAttribute("aria-busy")) void send();
  });
  addEventListener("hashchange", takeFragment);
  await takeFragment();
  // whoever has begun to type elsewhere goes on there
  if (!codeField.code && document.activeElement === document.body) codeField.input.focus();
  root.dataset.ready = "true";
}

/** @param {unknown} error */
function sayTrouble(error) {
  say("general", "wrong", () => (error instanceof ApiError ? explain(error) : "") || noAnswer());
  if (!(error instanceof ApiError)) throw error;
}

start().catch(sayTrouble);
