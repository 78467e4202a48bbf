/** Making elements. Data enters the page as text only. */

/**
 * An element with properties, attributes (`aria-…`, `data-…`, `role`, `for`) and children (elements or text).
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "for" || name === "list")
      element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Let a drop-down list offer these choices. Options that it has already stay: one may be looking at the open list.
 * @param {[value: string, text: string][]} choices
 */
export function offer(select, choices, chosen = select.value) {
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

/** Put what is fixed to the window to a place in it, also where the page is enlarged. */
export function moveTo(element, left, top) {
  const zoom = element.currentCSSZoom ?? 1;
  element.style.left = `${left / zoom}px`;
  element.style.top = `${top / zoom}px`;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../icons.svg", import.meta.url).pathname;

/** A picture of `static/icons.svg`. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and is read by its label. */
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

/** A small curve as an SVG path, for lists. */
export function sparkline(width, height) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  svg.append(path);
  return { svg, draw: (d) => path.setAttribute("d", d) };
}
