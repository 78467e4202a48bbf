/**
 * One WebSocket, from its opening to its end. The end is always reported, once.
 *
 * A proxy may never answer the handshake, or answer it and let no message pass. After a laptop has slept, a connection may be
 * dead without an event. So the first message must come within `patience`, and later a socket that is silent too long is
 * ended; the server sends a message at least every 15 seconds. A socket has proved that it works when a message comes some
 * time after the first one.
 */

/** A socket without messages for this many milliseconds is ended: before it has proved that it works, and after. */
const FIRST_SILENCE = 20_000;
const SILENCE = 40_000;
/**
 * A message this many milliseconds after the first one proves that the socket works: some proxies let only the first message
 * pass. Messages come at least every 15 seconds.
 */
const PROOF = 12_000;

export class Socket {
  /** Whether the socket has proved that it works. */
  proved = false;
  /** @type {WebSocket | null} */
  #socket = null;
  #patience;
  /** When the first message came; 0: not yet. */
  #firstMessage = 0;
  #lastMessage = performance.now();
  #watch;
  #onEnd;

  /**
   * @param {{address: string, patience: number, onMessage: (data: string | ArrayBuffer) => void, onProved: () => void, onEnd: (code?: number) => void}} options
   *   address: below the page's; patience: milliseconds in which the first message must come
   */
  constructor({ address: path, patience, onMessage, onProved, onEnd }) {
    this.#patience = patience;
    this.#onEnd = onEnd;
    this.#watch = setInterval(() => this.#checkSilence(), 1000);
    const address = new URL(path, document.baseURI);
    address.protocol = location.protocol === "https:" ? "wss" : "ws";
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      setTimeout(() => this.end()); // the browser has no WebSocket, or it is blocked
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onclose = ({ code }) => this.end(code);
    socket.onmessage = ({ data }) => {
      const now = performance.now();
      this.#lastMessage = now;
      this.#firstMessage ||= now;
      onMessage(data);
      if (this.proved || now - this.#firstMessage < PROOF) return;
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
   * End the socket without waiting for the server's answer, which may not come.
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
    const limit = this.proved ? SILENCE : this.#firstMessage ? FIRST_SILENCE : this.#patience;
    if (performance.now() - this.#lastMessage >= limit) this.end();
  }
}
