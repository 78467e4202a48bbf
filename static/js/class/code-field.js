/**
 * The field for a code: six boxes that show what is in one input, which lies over them and is not seen. So typing, pasting, input
 * methods and screen readers work as in any other field.
 */

import { find } from "../page/dom.js";
import { onInput } from "../page/keys.js";
import { CODE_DIGITS, codeIn } from "./code.js";

export class CodeField {
  /** @type {HTMLInputElement} */
  input;
  #boxes;
  #onChange;
  /** The code that `onChange` was last called with. */
  #lastCode = "";

  /**
   * @param {HTMLElement} element with an input and the boxes
   * @param {(code: string) => void} onChange called when the code is another one
   */
  constructor(element, onChange) {
    const input = find(element, "input", HTMLInputElement);
    this.input = input;
    this.#boxes = [...element.querySelectorAll(".box")];
    this.#onChange = onChange;
    onInput(input, () => this.enter(input.value));
    input.addEventListener("paste", (event) => {
      const pasted = codeIn(event.clipboardData?.getData("text") ?? "");
      if (pasted.length < CODE_DIGITS) return;
      event.preventDefault(); // a whole code replaces what is there
      this.enter(pasted);
    });
    for (const type of ["focus", "blur"]) input.addEventListener(type, () => this.#draw());
    document.addEventListener("selectionchange", () => this.#draw()); // also while a text is composed
    this.enter(input.value); // the browser keeps it over a reload
  }

  get code() {
    return this.#lastCode;
  }

  /** Enter the code that a text holds. @param {string} text */
  enter(text) {
    const code = codeIn(text);
    if (this.input.value !== code) this.input.value = code;
    this.#draw();
    if (code === this.#lastCode) return;
    this.#lastCode = code;
    this.#onChange(code);
  }

  /** Show the digits, and mark the box of the next one, or the selected ones. */
  #draw() {
    const { input } = this;
    const code = codeIn(input.value);
    const isFocused = document.activeElement === input;
    const [start, end] = [input.selectionStart ?? 0, input.selectionEnd ?? 0];
    this.#boxes.forEach((box, i) => {
      if (box.textContent !== (code[i] ?? "")) box.textContent = code[i] ?? "";
      const isAt = start === end ? i === Math.min(start, CODE_DIGITS - 1) : i >= start && i < end;
      box.classList.toggle("at", isFocused && isAt);
    });
  }
}
