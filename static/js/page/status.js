/** The status line at the top: whether the page is connected, and how many workers are busy. */

import { number, onLanguage, t } from "../words/i18n.js";
import { explain, reasonText } from "../words/reasons.js";

/** @import { Store } from "../state/store.js" */

/**
 * @param {HTMLElement} element
 * @param {HTMLElement} text
 * @param {Pick<Store, "on" | "connection" | "refusal" | "lab">} store
 */
export function showStatus(element, text, store) {
  const draw = () => {
    if (element.dataset.connection === "broken") return; // the page could not start; that message stays
    const { connection, lab } = store;
    element.dataset.connection = lab?.fault ? "fault" : connection;
    if (connection === "refused" && store.refusal) {
      element.title = text.textContent = explain(store.refusal);
      return;
    }
    const isConnected = connection === "live" || connection === "polling";
    const hosts = (lab?.hosts ?? []).map(({ name, busy, slots }) => `${name}: ${busy} / ${slots}`).join("\n");
    element.title = connection === "polling" ? t("status.polling.help") : hosts;
    if (!isConnected || !lab) {
      text.textContent = t(`status.${isConnected ? "connecting" : connection}`);
      return;
    }
    const parts = [
      t(`status.${connection}`),
      t("status.workers", { busy: number(lab.busy), workers: number(lab.workers) }),
    ];
    if (lab.queued) parts.push(t("status.waiting", { queued: number(lab.queued) }));
    if (lab.fault) parts.push(t("status.fault", { reason: reasonText(lab.why, lab.fault) }));
    text.textContent = parts.join(" · ");
  };
  store.on("connection", draw);
  store.on("lab", draw);
  onLanguage(draw);
  draw();
}
