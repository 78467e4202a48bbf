/** The request for a loss landscape: the lab streams its progress, and at last the landscape. */

import { ApiError, offline, refusalIn, send } from "../server/api.js";

/**
 * A network of a run in a landscape: its place, its distance from the plane, and its own loss.
 * @typedef {{iteration: number, a: number, b: number, off: number, loss: number | null}} PathPoint
 */
/**
 * What was measured; see `LandscapeAnswer` in app/answers/landscapes.py.
 * @typedef {{a: number[], b: number[], losses: (number | null)[][], images: number, part: string, directions: string, inside: number, paths: PathPoint[][]}} Landscape
 */

/**
 * @param {{run: string, iteration: number}[]} runs
 * @param {{directions: string}} options
 * @param {(done: number, total: number) => void} onProgress both are 0 while the lab measures another landscape
 * @param {AbortSignal} signal
 * @returns {Promise<Landscape>}
 * @throws {ApiError} it is refused, or the connection has ended
 */
export async function survey(runs, options, onProgress, signal) {
  const answer = await send("POST", "api/landscapes", { runs, options }, signal);
  if (!answer.ok) throw await refusalIn(answer);
  for await (const { landscape, error, done, total } of linesOf(answer)) {
    if (landscape) return landscape;
    if (error) throw new ApiError(error, 409);
    onProgress(done, total);
  }
  throw offline();
}

/** The lines of an answer, as they come. @param {Response} answer @returns {AsyncGenerator<any>} */
async function* linesOf(answer) {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const read = await reader?.read().catch(() => null); // null: the connection has ended
    if (!read || read.done) return;
    const lines = (rest + read.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
