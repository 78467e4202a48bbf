/** Pictures: a drawn figure as it is saved, with a legend of its own. */

/** A format of a picture. @typedef {"png" | "svg"} ImageFormat */

/** A picture's size, in pixels, and of its legend the most lines and the height of one; a long legend makes it higher. */
const PICTURE = { width: 960, height: 540, entries: 40, entry: 19 };
/** Letters of a name in a picture's legend: the curves need the room. */
const MAX_LETTERS = 30;

/**
 * A drawn figure for a picture of it, with its title and a legend, and what the picture is like.
 * @param {Record<string, any>[]} drawn the figure's data
 * @param {Record<string, any>} layout of the figure, as `pictureLayout` takes it
 * @param {ImageFormat} format
 */
export function pictureOf(drawn, layout, format) {
  const named = drawn.filter(({ meta }) => meta.named);
  const entries = named.slice(0, PICTURE.entries).map(legendEntry);
  if (named.length > entries.length)
    entries.push({
      ...legendEntry(named[0]),
      name: `+ ${named.length - entries.length}`,
      line: { color: "transparent" },
      mode: "lines",
    });
  const figure = {
    data: [...drawn.map((trace) => ({ ...trace, uid: undefined, showlegend: false })), ...entries],
    layout,
  };
  const height = Math.max(PICTURE.height, 110 + PICTURE.entry * entries.length);
  return { figure, options: { format, width: PICTURE.width, height, scale: format === "png" ? 2 : 1 } };
}

/** A long name without its middle: runs most often differ at an end of their names. @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > MAX_LETTERS
    ? `${letters.slice(0, MAX_LETTERS - 12).join("")}…${letters.slice(-11).join("")}`
    : name;
}

/**
 * A line of a picture's legend: a piece of the curve with its symbol, and whose it is.
 * @param {Record<string, any>} trace
 */
function legendEntry({ name, line, meta: { symbol, meaning } }) {
  const symbols = symbol
    ? { mode: "lines+markers", marker: { symbol, color: line.color, size: 8 } }
    : { mode: "lines" };
  return {
    type: "scatter",
    x: [null],
    y: [null],
    name: plain(meaning ? `${shortened(name)} (${shortened(meaning)})` : shortened(name)),
    line,
    ...symbols,
  };
}

/** Plotly reads a few tags in texts; a run's name is no markup. @param {string} name */
export function plain(name) {
  return name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
