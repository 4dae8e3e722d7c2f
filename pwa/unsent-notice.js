"use strict";
// What waits on this phone, said on Home until the clinic has it, and before signing out (case 45).

let waited = 0;

// Sent by another page of this phone or by the worker, perhaps while this one was on its way: no longer to do.
const stillDue = () => document.querySelector("main > section[data-check-in]")?.dataset.checkIn;
if (globalThis.BroadcastChannel) {
  new BroadcastChannel("interlude-outbox").onmessage = ({ data }) => data === stillDue() && lookAnew();
}
addEventListener("load", () => setTimeout(askAgain, 200)); // as pwa/offline-bundle.js does: one request

async function askAgain() {
  if (typeof Held === "undefined" || !stillDue()) return;
  const held = await Held.refresh().catch(() => null);
  if (held && !held.forms.some((form) => form.id === stillDue())) lookAnew();
}

// Once in a while: a network that comes and goes must not lead round and round.
function lookAnew() {
  if (Date.now() - Number(sessionStorage.getItem("looked-anew")) < 5000) return;
  sessionStorage.setItem("looked-anew", String(Date.now()));
  location.reload();
}

document.addEventListener("outbox", ({ detail: entries }) => {
  if (!document.getElementById("waiting")) return; // a check-in has come in the place of this page
  const waiting = entries.filter((entry) => entry.state === "waiting");
  if (waiting.length < waited) return location.reload(); // some have gone: the server knows what is to do now
  waited = waiting.length;
  const sent = new Set(waiting.filter((entry) => entry.part !== "answers").map((entry) => entry.check_in));
  sayWaiting(whatWaits(sent.size, waiting.length));
  sayLook(entries.length > waiting.length);
  sent.forEach(makeRoom);
});

// The check-ins that were sent; else single answers.
function whatWaits(checkIns, waiting) {
  const { one, many, answer } = document.getElementById("waiting").dataset;
  if (checkIns) return checkIns === 1 ? one : many.replace("{n}", checkIns);
  return waiting ? answer : "";
}

// What the clinic did not take, in the place of what can wait.
function sayLook(some) {
  document.getElementById("look")?.toggleAttribute("hidden", !some);
  if (some) document.querySelector("[data-gives-room]")?.remove();
}

function sayWaiting(words) {
  const place = document.getElementById("waiting");
  place.hidden = !words;
  (place.querySelector("[data-words]") ?? place).textContent = words ?? "";
}

// A check-in that was sent is not shown as still to do: the next one is, or that all is done.
function makeRoom(checkIn) {
  for (const next of document.querySelectorAll("template[data-next]")) {
    if (next.content.querySelector(`[data-check-in="${checkIn}"]`)) next.remove();
  }
  for (const more of document.querySelectorAll("[data-more]")) more.remove(); // no longer the right number
  const now = document.querySelector(`main > [data-check-in="${checkIn}"]`);
  const next = document.querySelector("template[data-next]");
  if (!now || !next) return;
  now.replaceWith(next.content);
  next.remove();
}
