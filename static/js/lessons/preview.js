/** The preview of a lesson loads itself again when a file of the lessons has changed, and stays where it was scrolled to. */

/** Milliseconds between two questions. */
const EVERY = 1000;
const shown = document.documentElement.dataset.version;

async function look() {
  try {
    const answer = await fetch("api/lesson-files");
    const { version } = await answer.json();
    if (answer.ok && String(version) !== shown) location.reload();
  } catch {
    // the lab is away, and may come back
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
