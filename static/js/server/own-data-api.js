/** Requests about data that people bring. */

import { ApiError, refusal, request } from "./api.js";

/**
 * @import { Choices, Drawings, Preview, Upload } from "../data/types.js"
 * @import { Dataset } from "../types.js"
 */

const AT = "api/own-data";

export const ownDataApi = {
  /**
   * Send a file.
   * @param {Blob} file
   * @param {string} name of the file
   * @param {(share: number) => void} onProgress called with the share that is sent, from 0 to 1
   * @returns {{upload: Promise<Upload>, cancel: () => void}} `upload` fails with the code "cancelled" after `cancel`
   */
  upload(file, name, onProgress) {
    const sending = new XMLHttpRequest(); // `fetch` does not say how much is sent
    /** @param {string} code */
    const failure = (code) => new ApiError({ code, message: "" }, 0);
    /** @type {Promise<Upload>} */
    const upload = new Promise((done, fail) => {
      sending.responseType = "json";
      sending.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
      sending.onload = () =>
        sending.status === 201 && sending.response
          ? done(sending.response)
          : fail(refusal(sending, sending.response));
      sending.onerror = () => fail(failure("offline"));
      sending.onabort = () => fail(failure("cancelled"));
      sending.open("POST", `${AT}/uploads?file=${encodeURIComponent(name)}`);
      sending.setRequestHeader("Content-Type", "application/octet-stream");
      sending.send(file);
    });
    return { upload, cancel: () => sending.abort() };
  },
  /**
   * What is understood of a file with these corrections.
   * @param {string} id
   * @param {Choices} choices
   * @param {AbortSignal} signal
   * @returns {Promise<Preview>}
   */
  preview: (id, choices, signal) => request("POST", `${AT}/uploads/${id}/preview`, choices, signal),
  /**
   * @param {string} id
   * @param {Choices} choices with a title
   * @returns {Promise<Dataset>}
   */
  keep: (id, choices) => request("POST", `${AT}/uploads/${id}/keep`, choices),
  /** Give up a file; it does not wait for the answer. @param {string} id */
  giveUp: (id) => void fetch(`${AT}/uploads/${id}`, { method: "DELETE", keepalive: true }).catch(() => {}),
  /**
   * @param {string} name
   * @param {{title?: string, shared?: boolean}} changes
   * @returns {Promise<Dataset>}
   */
  change: (name, changes) => request("PATCH", `${AT}/${name}`, changes),
  /**
   * @param {string} name
   * @returns {Promise<Dataset | null>} as the person sees it afterwards; null: they see it no more
   */
  remove: (name) => request("DELETE", `${AT}/${name}`),
  /** The address of a data set as a file. @param {string} name */
  file: (name) => `${AT}/${name}/file`,
  /** @returns {Promise<Drawings>} */
  drawings: () => request("GET", `${AT}/drawings`),
  /**
   * Store one's drawings, in place of those before.
   * @param {{label: number, pixels: string}[]} drawings 28 × 28 bytes each, as base64
   * @returns {Promise<Drawings>}
   */
  handIn: (drawings) => request("POST", `${AT}/drawings`, { drawings, consent: true }),
  /** Take one's drawings back. @returns {Promise<Drawings>} */
  takeBack: () => request("DELETE", `${AT}/drawings`),
  /** Begin a data set of all drawings. @returns {Promise<Upload>} */
  fromDrawings: () => request("POST", `${AT}/drawings/upload`),
};
