// Show why the clinic rejected entries, and remove them from this phone once the person has read it.
import { isRejectedHere } from "./outbox-sender.js";

/** @type {{ [why: Rejection]: string }} */
const NAMES = { left: "over", closed: "over", "called-off": "over", 409: "twice" };

document.addEventListener("outbox", ({ detail: entries }) => {
  const reasons = entries.filter(isRejectedHere).map((entry) => reasonName(entry.why));
  for (const text of document.querySelectorAll("[data-why]")) text.hidden = !reasons.includes(text.dataset.why);
  document.getElementById("none").hidden = reasons.length > 0;
  document.getElementById("clear").hidden = reasons.length === 0;
});

document.getElementById("clear").onclick = async () => {
  for (const entry of (await Outbox.own()).filter(isRejectedHere)) await Outbox.remove(entry.client_id);
  location.assign("/");
};

// The check-in was cancelled or over, other answers were sent before, or the server could not read the entry.
/** @param {Rejection | undefined} why */
function reasonName(why) {
  return NAMES[why ?? ""] ?? "unread";
}
