// Show why the clinic rejected entries, and remove them from this phone once the person has read it.
import { isRejectedHere } from "./outbox-sender.js";

// The check-in was cancelled or over, or other answers were sent before. Else the server could not read the entry.
/** @type {{ [why: Rejection]: string }} */
const NAMES = { left: "over", closed: "over", "called-off": "over", 409: "twice" };

document.addEventListener("outbox", ({ detail: entries }) => {
  const reasons = entries.filter(isRejectedHere).map(({ why }) => NAMES[why ?? ""] ?? "unread");
  for (const text of document.querySelectorAll("[data-why]")) text.hidden = !reasons.includes(text.dataset.why);
  document.getElementById("none").hidden = reasons.length > 0;
  document.getElementById("clear").hidden = reasons.length === 0;
});

document.getElementById("clear").onclick = async () => {
  for (const entry of (await Outbox.own()).filter(isRejectedHere)) await Outbox.remove(entry.client_id);
  location.assign("/");
};
