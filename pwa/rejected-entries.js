// Entries that the clinic rejected: why, and their removal from this phone once the person has read it.
import "./outbox-sender.js";

/** @type {{ [why: Rejection]: string }} */
const NAMES = { left: "over", closed: "over", "called-off": "over", 409: "twice" };

document.addEventListener("outbox", ({ detail: entries }) => {
  const reasons = entries.filter((entry) => entry.state === "look").map((entry) => reasonName(entry.why));
  for (const text of document.querySelectorAll("[data-why]")) text.hidden = !reasons.includes(text.dataset.why);
  document.getElementById("none").hidden = reasons.length > 0;
  document.getElementById("clear").hidden = reasons.length === 0;
});

document.getElementById("clear").onclick = async () => {
  await Outbox.removeRejected();
  location.assign("/");
};

// Cancelled or too late, in conflict with what was sent before, or not readable for the server.
/** @param {Rejection | undefined} why */
function reasonName(why) {
  return NAMES[why ?? ""] ?? "unread";
}
