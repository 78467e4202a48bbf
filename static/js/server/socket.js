/**
 * One WebSocket, from its first try to its end, which always comes and is reported once.
 *
 * A proxy may swallow the handshake, or let it pass and nothing after it; and after a laptop has slept, a connection may be
 * dead without any sign of it. So the first message must come within `patience`, and a socket is ended when it is silent: the
 * server sends something at least every 15 seconds. A socket through which messages come for longer than a moment has proved
 * that the network lets it through.
 */

/** A socket without messages for this many milliseconds is dead: before and after it has proved that it works. */
const FIRST_SILENCE = 20_000;
const SILENCE = 40_000;
/** Milliseconds after the greeting. Some proxies let only the first message pass; the second one comes within 15 seconds. */
const PROOF = 12_000;

export class Socket {
  /** Whether words have come for longer than a moment. */
  proved = false;
  /** @type {WebSocket | null} */
  #socket = null;
  #patience;
  #greeted = 0;
  #lastMessage = performance.now();
  #watch;
  #onEnd;

  /**
   * @param {{patience: number, onMessage: (data: string | ArrayBuffer) => void, onProved: () => void, onEnd: (code?: number) => void}} events
   *   patience: milliseconds until the greeting
   */
  constructor({ patience, onMessage, onProved, onEnd }) {
    this.#patience = patience;
    this.#onEnd = onEnd;
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
      this.#lastMessage = now;
      this.#greeted ||= now;
      onMessage(data);
      if (this.proved || now - this.#greeted < PROOF) return;
      this.proved = true;
      onProved();
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
    const onEnd = this.#onEnd;
    this.#onEnd = () => {};
    onEnd(code);
  }

  #checkSilence() {
    const bearable = this.proved ? SILENCE : this.#greeted ? FIRST_SILENCE : this.#patience;
    if (performance.now() - this.#lastMessage >= bearable) this.end();
  }
}
