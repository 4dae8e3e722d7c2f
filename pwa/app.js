// On every page: register the service worker, fill in a code from the address, send receipts, and show the current state.
import "./page-change.js";
import "./person-shown.js";
import { opensAgain } from "./platform.js";
import { post } from "./requests.js";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch(() => {}); // every page works without it
}
if (location.pathname === "/join" && document.body.dataset.signedIn === "no") {
  indexedDB.deleteDatabase("interlude-held"); // the offline bundle of the person who was signed in
}
document.querySelector(".trouble:not([hidden]) h2")?.focus();
if (!opensAgain) fillInCode();
reportOpened();
flushReceipts();
addEventListener("online", flushReceipts);
document.addEventListener("visibilitychange", lookAgain);
addEventListener("pageshow", ({ persisted }) => persisted && lookAgain());
navigator.serviceWorker?.addEventListener("message", lookAgain); // a notification has come, or was tapped
let isInUse = false; // somebody has typed, or htmx has put another page here
addEventListener("input", () => (isInUse = true));
addEventListener("submit", () => (isInUse = true));
document.addEventListener("htmx:afterSwap", () => (isInUse = true));

// The data on the page may have changed since the server drew it (case 87). A question is answered first.
async function lookAgain() {
  const { state } = document.body.dataset;
  if (!state || isInUse || document.hidden || document.querySelector("main form[data-question]")) return;
  // If the page now redirects, open it instead of following: a redirect could make another patient the active one.
  const response = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  const isElsewhere = response?.type === "opaqueredirect";
  const isChanged = response?.ok && response.headers.get("interlude-state") !== state;
  if ((isElsewhere || isChanged) && !isInUse) location.reload();
}

// Browsers never send the fragment of a link to a server, so a code can travel in it. It fills the field.
function fillInCode() {
  const field = document.querySelector("input.code, input[data-from-fragment]");
  if (!field || location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

// With Declarative Web Push no service worker sees the tap on a notification, so the page that it opens reports it.
function reportOpened() {
  const fromAddress = new URLSearchParams(location.search).get("from");
  const token = fromAddress ?? document.querySelector("[data-opened]")?.dataset.opened;
  if (!token) return;
  if (fromAddress) history.replaceState(null, "", location.pathname);
  post("/push/receipts", { token, event: "opened" });
}

// Ask the service worker to send the receipts that found no network. Not every browser wakes it for that.
function flushReceipts() {
  navigator.serviceWorker?.controller?.postMessage("receipts");
}
