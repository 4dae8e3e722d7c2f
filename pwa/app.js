// On every page: the service worker, a code from the address, and receipts.
import "./page-change.js";
import { post } from "./requests.js";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch(() => {}); // every page works without it
}
if (location.pathname === "/join" && document.body.dataset.signedIn === "no") {
  indexedDB.deleteDatabase("interlude-held"); // the offline bundle of whoever was signed in (pwa/offline-bundle.js)
}
document.querySelector(".trouble:not([hidden]) h2")?.focus();
fillInCode();
reportOpened();
flushReceipts();
addEventListener("online", flushReceipts);

// A code in a link's fragment never reaches a server; it only fills the field.
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

// Receipts that found no network: not every browser wakes the service worker for them.
function flushReceipts() {
  navigator.serviceWorker?.controller?.postMessage("receipts");
}
