"use strict";
// A question: a red answer shows what to do before anything is sent (case 71), and an answer that finds no network is
// kept on this phone, in words that claim no more than that (case 72).

const TRY_AGAIN = 15000; // ms
let red = null; // while what to do now stands here, and the clinic may not know: what it stands in place of
let kept = null; // the answer that waits on this phone

document.addEventListener("submit", take, true); // before htmx sends anything
document.addEventListener("htmx:beforeOnLoad", takeOver);
document.addEventListener("htmx:sendError", keepUnsent);
document.addEventListener("htmx:timeout", keepUnsent);
document.addEventListener("htmx:afterSwap", () => (red = kept = null));
document.addEventListener("click", takeBack);
document.addEventListener("outbox", told);

function take(event) {
  const { submitter, target } = event;
  if (!target.dataset.question || !submitter) return;
  for (const said of target.querySelectorAll(".said")) said.classList.remove("said");
  submitter.classList.add("said");
  const screen = document.getElementById(`red-${submitter.dataset.red}`);
  if (screen) showRed(target, screen);
}

// The form stays, unseen: the answer is on its way from there.
function showRed(form, screen) {
  const asked = document.getElementById("asked");
  asked.replaceWith(screen.content.cloneNode(true));
  form.hidden = true;
  red = { asked, form };
  shownAt = performance.now();
  scrollTo(0, 0);
  setTimeout(() => document.querySelector("main h1").focus()); // htmx still has to see which button it was
}

// The server's own page takes over, but never takes away what to do now.
function takeOver(event) {
  const { xhr, elt } = event.detail;
  if (!elt.dataset.question) return;
  if (xhr.status >= 500 || xhr.status === 429 || xhr.status === 401) {
    event.preventDefault();
    return keepUnsent(event, xhr.status === 401 ? "signIn" : "waiting");
  }
  if (!red) return;
  event.preventDefault();
  const theirs = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("#outbox-state");
  if (theirs) showReceived(theirs.textContent);
  else tellState("look");
}

async function keepUnsent(event, state = "waiting") {
  const { elt, requestConfig } = event.detail;
  const { question, checkIn } = elt.dataset;
  if (!question) return;
  const { answer, skip, who } = requestConfig.parameters;
  try {
    const content = { answers: { [question]: skip ? null : answer }, respondent: who };
    const entry = await Outbox.keep(checkIn, crypto.randomUUID(), content, "answers");
    kept = { id: entry.client_id, next: `/check-ins/${checkIn}/next?who=${who}&after=${encodeURIComponent(question)}` };
    tellState(state);
    setTimeout(tryAgain, TRY_AGAIN);
  } catch {
    tellState("failed");
  }
  if (!red) document.getElementById("outbox-state").scrollIntoView({ block: "center" });
}

function tryAgain() {
  if (!kept) return;
  Outbox.flushAndTell();
  setTimeout(tryAgain, TRY_AGAIN);
}

function told({ detail: entries }) {
  if (!kept) return;
  const entry = entries.find((one) => one.client_id === kept.id);
  if (entry) return entry.state === "look" ? tellState("look") : undefined;
  if (red) showReceived();
  else location.assign(kept.next);
  kept = null;
}

// What to do now stays as it is; only what is said of the clinic changes.
function showReceived(words) {
  const place = document.getElementById("outbox-state");
  place.textContent = words ?? place.dataset.received;
  document.getElementById("go-on").hidden = false;
  red.received = true;
}

// "That was a mistake", while the clinic may not know: the question is still here.
function takeBack(event) {
  if (!red || red.received || !event.target.closest?.("[data-take-back]")) return;
  event.preventDefault();
  htmx.trigger(red.form, "htmx:abort");
  document.getElementById("red").replaceWith(red.asked);
  red.form.hidden = false;
  red = null;
  shownAt = performance.now();
  document.querySelector("main h1").focus();
}
