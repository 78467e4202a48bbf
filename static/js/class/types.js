/**
 * Types of what the server says of a class. They are comments for `tsc` and for readers; no page loads this file.
 */

/** @typedef {"teacher" | "student" | "projector"} Role */

/** Who has opened a page, as the page says it. @typedef {{id: string, role: Role}} PersonOfPage */

/** @typedef {{id: string, number: number | null, nickname: string | null, hand: boolean}} Me */

/**
 * What the teacher shows on every screen.
 * @typedef {{kind: "runs", runs: string[]} | {kind: "moment", runs: string[], iteration: number}
 *   | {kind: "person", person: string, number: number, runs: string[]} | {kind: "lesson", lesson: string}} Shown
 */

/**
 * Runs that are shared together; `iteration`: the pinned moment of the first; null: there is none.
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
 * @property {boolean} [held]
 * @property {Shown | null} [shown]
 * @property {string[]} [sees] what the teacher sees of a student
 * @property {string} [code]
 */

export {};
