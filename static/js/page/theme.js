/** The theme: light, dark, or as the system has it. kept.js sets it before the first paint. */

const root = document.documentElement;
const darkScheme = matchMedia("(prefers-color-scheme: dark)");

export const isDark = () =>
  root.dataset.theme === "auto" ? darkScheme.matches : root.dataset.theme === "dark";

/**
 * Let a button switch the theme.
 * @param {HTMLElement} button
 * @param {() => void} redraw called when the colours have changed
 */
export function wireTheme(button, redraw = () => {}) {
  darkScheme.addEventListener("change", redraw);
  button.addEventListener("click", () => {
    // three themes in a circle: the system's, the opposite of it, and then its own look even if the system changes
    /** @type {Record<string, string>} */
    const next = {
      auto: isDark() ? "light" : "dark",
      light: darkScheme.matches ? "auto" : "dark",
      dark: darkScheme.matches ? "light" : "auto",
    };
    const theme = next[root.dataset.theme ?? "auto"];
    root.dataset.theme = theme;
    window.kept.set("theme", theme);
    redraw();
  });
}
