/**
 * Types of what the server says of a class. They are comments for `tsc` and for readers; no page loads this file.
 */

/** @typedef {"teacher" | "student" | "projector"} Role */

/** Who has opened a page, as the document of the page says. @typedef {{id: string, role: Role}} PersonOfPage */

/**
 * The person who asks. `number` and `nickname`: null for the teacher and the projector. `hand`: whether it is up.
 * @typedef {{id: string, number: number | null, nickname: string | null, hand: boolean}} Me
 */

/**
 * What the teacher shows on every screen.
 * @typedef {{kind: "runs", runs: string[]} | {kind: "moment", runs: string[], iteration: number}
 *   | {kind: "person", person: string, number: number, runs: string[]} | {kind: "lesson", lesson: string, step?: number | null}} Shown
 */

/**
 * Runs that are shared together; `iteration`: the pinned moment of the first run; null: none is pinned. `made_at` in Unix seconds.
 * @typedef {{id: string, runs: {id: string, number: number}[], iteration: number | null, made_at: number}} SharedView
 */

/**
 * What a person shares, as the message "views".
 * @typedef {{person: {id: string, number: number | null}, views: SharedView[]}} ViewsOfPerson
 */

/**
 * A class, as the answer to `GET /api/class`. A visitor gets its name and whether it has ended.
 * @typedef {object} ClassView
 * @property {string} name
 * @property {Role | null} role of the person who asks; null: a visitor
 * @property {boolean} ended
 * @property {boolean} [removed] whether the teacher has removed the person of this browser
 * @property {Me} [me]
 * @property {boolean} [held] whether students cannot launch now
 * @property {number | null} [stepped] by how many iterations all that trains was moved last; null: it goes on by itself
 * @property {Shown | null} [shown] what all screens show; null: each shows its own
 * @property {string[]} [sees] what the teacher sees of a student
 * @property {string} [code] with which people join; only for the teacher and the projector
 */

/**
 * A run of the first places. `test` and `test_place` are null until the test set is open.
 * @typedef {{number: number, nickname: string | null, accuracy: number, place: number, test: number | null,
 *   test_place: number | null}} TopEntry
 */

/**
 * A challenge as the whole class sees it.
 * @typedef {object} ChallengeView
 * @property {string} id
 * @property {string} name
 * @property {string} dataset
 * @property {number} validation_size by how many validation images it is judged
 * @property {number | null} max_parameters null: no bound; also for the next two
 * @property {number | null} max_seconds
 * @property {number | null} max_iterations
 * @property {"open" | "opening" | "opened"} phase
 * @property {number} of the number of students who take part
 * @property {number} measured how many entries were measured on the test images
 * @property {TopEntry[]} top
 */

/**
 * A student's place. `entry`: null as long as no run of theirs counts.
 * @typedef {object} OwnStanding
 * @property {string} person
 * @property {(TopEntry & {run: string, run_number: number, iteration: number}) | null} entry
 * @property {{run_number: number, why: string, value: number | null, most: number | null}[]} uncounted
 */

export {};
