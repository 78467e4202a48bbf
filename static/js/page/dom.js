/** Functions that make and change elements. Data enters the document only as text, never as HTML. */

/**
 * An element with properties, attributes (`aria-…`, `data-…`, `role`, `for`) and children (elements or text).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} properties
 * @param {(Node | string | number | null | undefined)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  /** @type {Record<string, any> & HTMLElementTagNameMap[Tag]} */
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "for" || name === "list")
      element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(
    ...children
      .filter((child) => child !== null && child !== undefined)
      .map((child) => (typeof child === "number" ? String(child) : child)),
  );
  return element;
}

/**
 * Set the text of an element if it differs: an unchanged text keeps the user's selection in it.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The element for a selector. It must exist: it is in the page's template, or was made before.
 * @template {Element} Kind
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(parent, selector, kind) {
  const element = parent.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`there is no ${kind.name} for ${selector}`);
}

/**
 * The element of an event, or its nearest ancestor, that matches a selector.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest({ target }, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/**
 * Set the choices of a drop-down list. Options that it already has are kept, because the list may be open.
 * @param {HTMLSelectElement} select
 * @param {[value: string, text: string][]} choices
 * @param {string} chosen the value to select; by default the selected one stays
 */
export function setChoices(select, choices, chosen = select.value) {
  const old = new Map([...select.options].map((option) => [option.value, option]));
  choices.forEach(([value, text], i) => {
    const option = old.get(value) ?? h("option", { value });
    old.delete(value);
    if (option.textContent !== text) option.textContent = text;
    if (select.options[i] !== option) select.insertBefore(option, select.options[i] ?? null);
  });
  for (const option of old.values()) option.remove();
  if (select.value !== chosen) select.value = chosen;
}

/**
 * Set the children of a list. Elements that are already in their place are not moved, because an element that is moved loses
 * the focus.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} children
 */
export function setChildren(list, children) {
  const kept = new Set(children);
  for (const element of [...list.children])
    if (!(element instanceof HTMLElement && kept.has(element))) element.remove();
  children.forEach((element, i) => {
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
}

/**
 * Label a control without a text, for screen readers and as a tooltip.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function label(element, text) {
  element.setAttribute("aria-label", text);
  element.title = text;
}

/**
 * Move an element with a fixed position to a place in the window, also if the element is zoomed.
 * @param {HTMLElement & {currentCSSZoom?: number}} element
 * @param {number} left in pixels of the window, like `top`
 * @param {number} top
 */
export function moveTo(element, left, top) {
  const zoom = element.currentCSSZoom ?? 1;
  element.style.left = `${left / zoom}px`;
  element.style.top = `${top / zoom}px`;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * An SVG element with attributes and children.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const ICONS = new URL("../../icons.svg", import.meta.url).pathname;

/** The first icon of each name. Others are copies of it, which takes less time: a list has hundreds. @type {Map<string, SVGElement>} */
const icons = new Map();

/**
 * An icon from `static/icons.svg`.
 * @param {string} name
 */
export function icon(name) {
  const original =
    icons.get(name) ??
    svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `${ICONS}#${name}` }));
  icons.set(name, original);
  return /** @type {SVGElement} */ (original.cloneNode(true));
}

/**
 * A button that shows an icon; its label is for screen readers and the tooltip.
 * @param {string} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 */
export function iconButton(name, label, onclick) {
  const button = h("button", {
    type: "button",
    className: "icon-button",
    title: label,
    "aria-label": label,
    onclick,
  });
  button.append(icon(name));
  return button;
}
