"use strict";
// On every page: the service worker, focus after a swap, the double-tap guard, reading aloud, and what each open tells.

const GUARD = 700; // ms: the first answer of the next page must not take the tail of the last tap
const WORKER_COMES = 8000; // ms: the longest wait for the service worker
let shownAt = 0;

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch(() => {}); // every page works without it
}
if (location.pathname === "/join" && document.body.dataset.signedIn === "no") {
  indexedDB.deleteDatabase("interlude-held"); // nobody is signed in: what was held for whoever was goes (pwa/offline-bundle.js)
}
prepare();
document.querySelector(".trouble:not([hidden]) h2")?.focus();
takeFromFragment();
tellOpened();
tellWorker();

document.addEventListener("htmx:afterSwap", () => {
  shownAt = performance.now(); // not when it has settled: by then the next page's answers stand under the finger
});
document.addEventListener("htmx:afterSettle", arrive);
document.addEventListener("click", guard, true);
addEventListener("online", tellWorker);

// A page that came in the place of another.
function landed() {
  shownAt = performance.now();
  arrive();
}

function arrive() {
  document.querySelector("main h1")?.focus();
  prepare();
  document.dispatchEvent(new Event("arrived"));
}

function guard(event) {
  const target = event.target.closest?.("[data-guard] :is(a, button)");
  if (!target || performance.now() - shownAt > GUARD) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function prepare() {
  const button = document.querySelector("[data-read-aloud]");
  const { aloud } = document.body.dataset;
  if (!button || aloud === "off" || !("speechSynthesis" in window)) return;
  button.hidden = false;
  button.onclick = () => {
    speechSynthesis.cancel();
    const said = new SpeechSynthesisUtterance(pageInWords());
    said.lang = document.documentElement.lang;
    said.rate = aloud === "slow" ? 0.7 : 1;
    speechSynthesis.speak(said);
  };
}

function pageInWords() {
  const parts = document.querySelectorAll("main h1, main h1 + p, main [name=answer], #red a[href^=tel], #red details[open] p, main [name=say], main .facts > *");
  return [...parts].map((part) => part.textContent.trim()).join(". ");
}

// A code in a link's fragment never reaches a server; it only fills the field.
function takeFromFragment() {
  const field = document.querySelector("input.code, input[data-from-fragment]");
  if (!field || location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

// Where no worker saw the tap (Declarative Web Push), the page that it opened says so.
function tellOpened() {
  const asked = new URLSearchParams(location.search).get("from");
  const token = asked ?? document.querySelector("[data-opened]")?.dataset.opened;
  if (!token) return;
  if (asked) history.replaceState(null, "", location.pathname);
  post("/push/receipts", { token, event: "opened" });
}

// What the worker could not tell while there was no network; not every browser wakes it by itself.
function tellWorker() {
  navigator.serviceWorker?.controller?.postMessage("receipts");
}

// What never comes would keep a page waiting in silence; a service worker may be such a thing.
function within(limit, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing within ${limit} ms`)), limit));
  return Promise.race([promise, late]);
}

const workerReady = () => within(WORKER_COMES, navigator.serviceWorker.ready);

function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => null);
}
