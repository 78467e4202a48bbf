/**
 * Seeds: one experiment, several beginnings. The runs differ in nothing but the seed, so their spread is what chance
 * does, and a difference between two groups that is larger than it is real.
 */

/** How many a viewer can ask for. */
export const COUNTS = [1, 2, 3, 5, 10];
/** The server takes names of 200 characters; the seed's place must be left. */
const LONGEST_NAME = 180;

/**
 * The experiment with its own seed and the `count` − 1 that follow. What `nameOf(seed)` says stands first in a name: a
 * narrow list cuts names at their end, and the seed is all that tells these apart.
 */
export function withSeeds(experiment, count, nameOf) {
  if (count === 1) return [experiment];
  return Array.from({ length: count }, (_, i) => {
    const seed = (experiment.seed ?? 0) + i;
    return { ...experiment, seed, name: `${nameOf(seed)} · ${experiment.name.slice(0, LONGEST_NAME)}` };
  });
}
