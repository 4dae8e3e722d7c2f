// Show what is still in the outbox: on Home until the clinic has received it, and before signing out (case 45).
import { isRejectedHere } from "./outbox-sender.js";
import { waitingText } from "./waiting-text.js";

const RELOAD_AT_MOST_EVERY = 5000; // ms: a network that comes and goes must not reload again and again
let waitingBefore = 0;

// Another page of this phone, or the service worker, may have sent the check-in that Home still shows as due.
const shownAsDue = () => document.querySelector("main > section[data-check-in]")?.dataset.checkIn;
if (globalThis.BroadcastChannel) {
  new BroadcastChannel("interlude-outbox").onmessage = ({ data }) => data === shownAsDue() && reload();
}
addEventListener("load", () => setTimeout(compareWithBundle, 200)); // with that of pwa/offline-bundle.js: one request

async function compareWithBundle() {
  if (!shownAsDue()) return;
  const bundle = await OfflineBundle.refresh().catch(OfflineBundle.current);
  if (bundle && !bundle.forms.some((form) => form.id === shownAsDue())) reload();
}

function reload() {
  if (Date.now() - Number(sessionStorage.getItem("looked-anew")) < RELOAD_AT_MOST_EVERY) return;
  sessionStorage.setItem("looked-anew", String(Date.now()));
  location.reload();
}

document.addEventListener("outbox", ({ detail: entries }) => {
  const place = document.getElementById("waiting");
  if (!place) return; // a check-in has replaced Home
  const isShown = (/** @type {Entry} */ { owner }) => !place.dataset.owner || owner === place.dataset.owner;
  const waiting = entries.filter((entry) => entry.state === "waiting" && isShown(entry));
  if (waiting.length < waitingBefore) return location.reload(); // some were sent: the server knows what is due now
  waitingBefore = waiting.length;
  const submitted = new Set(waiting.filter((entry) => entry.part !== "answers").map((entry) => entry.check_in));
  showWaiting(waitingText(waiting, place.dataset));
  showRejected(entries.some(isRejectedHere));
  submitted.forEach(replaceCard);
});

// Make room for the link to rejected entries: remove something less important.
/** @param {boolean} some */
function showRejected(some) {
  document.getElementById("look")?.toggleAttribute("hidden", !some);
  if (some) document.querySelector("[data-gives-room]")?.remove();
}

/** @param {string | undefined} text */
function showWaiting(text) {
  const place = document.getElementById("waiting");
  place.hidden = !text;
  (place.querySelector("[data-words]") ?? place).textContent = text ?? "";
}

// A submitted check-in is no longer due: show the next card in its place, or the card that says that all is done.
/** @param {string} checkIn */
function replaceCard(checkIn) {
  for (const next of document.querySelectorAll("template[data-next]")) {
    if (next.content.querySelector(`[data-check-in="${checkIn}"]`)) next.remove();
  }
  for (const more of document.querySelectorAll("[data-more]")) more.remove(); // the number in it is no longer right
  const card = document.querySelector(`main > [data-check-in="${checkIn}"]`);
  const next = document.querySelector("template[data-next]");
  if (!card || !next) return;
  card.replaceWith(next.content);
  next.remove();
}
