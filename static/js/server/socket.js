/**
 * One WebSocket, from its first try to its end, which always comes and is told once.
 *
 * A proxy may swallow the handshake, or let it pass and nothing after it; and after a laptop slept, a connection is dead
 * though no one said so. So a socket must greet within its `patience`, and is ended when it is silent: the server says
 * something at least every 15 seconds. One that has said something for longer than a moment has proved itself.
 */

/** Milliseconds without a word after which a socket is dead: one that has only begun, and one that has proved itself. */
const FIRST_SILENCE = 20_000;
const SILENCE = 40_000;
/** Milliseconds after the greeting. Some proxies let the first words pass; the second ones come within 15 seconds. */
const PROOF = 12_000;

export class Socket {
  /** Whether words have come for longer than a moment. */
  proved = false;
  /** @type {WebSocket | null} */
  #socket = null;
  #patience;
  #greeted = 0;
  #heard = performance.now();
  #watch;
  #ended;

  /**
   * @param {{patience: number, heard: (data: string | ArrayBuffer) => void, proved: () => void, ended: (code?: number) => void}} events
   *   patience: milliseconds until the greeting
   */
  constructor({ patience, heard, proved, ended }) {
    this.#patience = patience;
    this.#ended = ended;
    this.#watch = setInterval(() => this.#checkSilence(), 1000);
    const address = new URL("ws", document.baseURI);
    address.protocol = location.protocol === "https:" ? "wss" : "ws";
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      setTimeout(() => this.end()); // a browser that has none, or must not use it
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onclose = ({ code }) => this.end(code);
    socket.onmessage = ({ data }) => {
      const now = performance.now();
      this.#heard = now;
      this.#greeted ||= now;
      heard(data);
      if (this.proved || now - this.#greeted < PROOF) return;
      this.proved = true;
      proved();
    };
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** @param {object} message */
  send(message) {
    this.#socket?.send(JSON.stringify(message));
  }

  /**
   * Leave without waiting for an answer, which may not come.
   * @param {number} [code]
   */
  end(code) {
    clearInterval(this.#watch);
    if (this.#socket) {
      this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
    }
    const ended = this.#ended;
    this.#ended = () => {};
    ended(code);
  }

  #checkSilence() {
    const bearable = this.proved ? SILENCE : this.#greeted ? FIRST_SILENCE : this.#patience;
    if (performance.now() - this.#heard >= bearable) this.end();
  }
}
