"use strict";
// A question: a red answer shows what to do before anything is sent (case 71), and an answer that finds no network is
// kept on this phone, in words that claim no more than that (case 72). Where the phone holds the check-in, it goes on.

const TRY_AGAIN = 15000; // ms
const WAIT = 4000; // ms: then it goes on without the network, where it can
let red = null; // while what to do now stands here, and the clinic may not know: what it stands in place of
let kept = null; // the answer that waits on this phone, and where it leads once it does not
let late = 0; // the timer of the answer that is on its way
let behind = false; // this page came from the server before some answers did
let pressed = false; // an answer was given since the page was loaded: what the phone knew before is no news

document.addEventListener("submit", take, true); // before htmx sends anything
document.addEventListener("htmx:beforeOnLoad", takeOver);
document.addEventListener("htmx:sendError", keepUnsent);
document.addEventListener("htmx:timeout", keepUnsent);
document.addEventListener("htmx:afterSwap", () => (red = kept = null));
document.addEventListener("click", follow);
document.addEventListener("outbox", told);
lookBehind();

function take(event) {
  const { submitter, target } = event;
  if (!submitter) return;
  if (Walk.local && !target.dataset.question) return takeHere(event);
  if (!target.dataset.question) return;
  pressed = true;
  for (const said of target.querySelectorAll(".said")) said.classList.remove("said");
  submitter.classList.add("said");
  const screen = document.getElementById(`red-${submitter.dataset.red}`);
  if (screen) showRed(target, screen);
  if (Walk.local) return takeHere(event);
  const { question, checkIn, who, value } = read(target, submitter);
  Walk.note(checkIn, who, question, value, false).catch(() => {});
  clearTimeout(late); // the answer before this one no longer counts
  late = setTimeout(goOnWithout, WAIT, target, submitter);
}

function read(form, submitter) {
  const value = submitter.name === "answer" ? submitter.value : null;
  return { ...form.dataset, who: form.elements.who.value, value };
}

// Where the phone goes on by itself, no form of the check-in's needs a network.
function takeHere(event) {
  const { submitter, target } = event;
  if (target.dataset.outbox) return; // Send has its own way (pwa/checkin-submission.js)
  event.preventDefault();
  event.stopPropagation();
  if (target.dataset.question) keepHere(read(target, submitter));
  else if (submitter.name === "say") Walk.saySame(submitter.value);
  else if (submitter.name === "who") Walk.sayWho(submitter.value);
}

function noteTold({ elt, requestConfig }) {
  const { question, checkIn } = elt.dataset;
  const { answer, skip, who } = requestConfig.parameters;
  Walk.note(checkIn, who, question, skip ? null : answer, true).catch(() => {});
}

// A network that hangs is none: the answer is kept, and the next question comes.
async function goOnWithout(form, submitter) {
  const asking = form.isConnected && form.classList.contains("htmx-request");
  const { checkIn, who } = read(form, submitter);
  if (!asking || Walk.local || !(await Walk.take(checkIn, who))) return;
  htmx.trigger(form, "htmx:abort");
  keepHere(read(form, submitter));
}

// The form stays, unseen: the answer is on its way from there.
function showRed(form, screen) {
  const asked = document.getElementById("asked");
  asked.replaceWith(screen.content.cloneNode(true));
  form.hidden = true;
  red = { asked, form };
  shownAt = performance.now();
  prepare(); // it can be read aloud
  document.dispatchEvent(new Event("arrived"));
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
  if (xhr.status < 400) noteTold(event.detail);
  if (!red) return;
  event.preventDefault();
  const theirs = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("#outbox-state");
  if (theirs) showReceived(false, theirs.textContent);
  else tellState("look");
}

function keepUnsent(event, state = "waiting") {
  const { elt, requestConfig } = event.detail;
  if (!elt.dataset.question) return;
  const { answer, skip, who } = requestConfig.parameters;
  keepHere({ ...elt.dataset, who, value: skip ? null : answer }, state);
}

function keepBesides(said) {
  seal(said).then(() => Outbox.flushAndTell()).catch(() => {});
}

// `at` where it was answered before now, by this phone's clock.
function seal({ question, questionnaire, checkIn, who, value, at }) {
  const content = { questionnaire, answers: { [question]: value }, respondent: who, answered_at: at };
  return Outbox.keep(checkIn, crypto.randomUUID(), content, "answers");
}

// The answer is kept and sealed; then the next question, where the phone holds it.
async function keepHere(said, state = "waiting") {
  const { question, checkIn, who, value } = said;
  try {
    const entry = await seal(said);
    kept = { id: entry.client_id, next: `/check-ins/${checkIn}/next?who=${who}&after=${encodeURIComponent(question)}` };
    Walk.local = await Walk.note(checkIn, who, question, value, true);
  } catch {
    tellState("failed");
    return red || document.getElementById("outbox-state").scrollIntoView({ block: "center" });
  }
  if (red || !Walk.local) tellState(state);
  if (red && Walk.local) offerToGoOn();
  if (!red && Walk.local) Walk.next(question, state);
  if (!red && !Walk.local) document.getElementById("outbox-state").scrollIntoView({ block: "center" });
  setTimeout(tryAgain, Walk.local ? 0 : TRY_AGAIN);
}

function tryAgain() {
  if (!kept) return;
  Outbox.flushAndTell();
  setTimeout(tryAgain, TRY_AGAIN);
}

function told({ detail: entries }) {
  catchUp(entries);
  if (!kept) return;
  const entry = entries.find((one) => one.client_id === kept.id);
  if (entry) return entry.state === "look" ? tellState(wordsOf(entry)) : undefined;
  if (red) showReceived(Outbox.receipts.get(kept.id)?.closed);
  else if (Walk.local) document.getElementById("outbox-state")?.toggleAttribute("hidden", true);
  else location.assign(kept.next);
  kept = null;
}

// Opened again while answers still waited here, or were not even sent: the page that came knew nothing of them.
async function lookBehind() {
  const form = document.querySelector("main form[data-check-in]");
  if (!form) return;
  const { checkIn, question, questionnaire, outbox } = form.dataset;
  const who = form.elements.who.value;
  const said = form.querySelector(".said");
  // Led here as to the next question, while its answer arrived.
  if (said && performance.getEntriesByType("navigation")[0].redirectCount) return goWhereItIs(checkIn);
  const untold = await Walk.untold(checkIn, who);
  if (pressed) return;
  for (const [id, { is, at, phonesAt }] of untold) {
    await seal({ question: id, questionnaire, checkIn, who, value: is, at: phonesAt });
    await Walk.note(checkIn, who, id, is, true, at);
  }
  const known = outbox ? Object.keys(JSON.parse(outbox).answers) : said ? [question] : [];
  behind = (await Walk.isAhead(checkIn, who, known, question)) && !pressed;
  if (untold.length) Outbox.flushAndTell();
  else if (behind) catchUp(await Outbox.all());
}

function catchUp(entries) {
  const { checkIn } = document.querySelector("main [data-check-in]")?.dataset ?? {};
  const waits = entries.some((one) => one.check_in === checkIn && one.part === "answers" && one.state === "waiting");
  if (behind && !waits && !kept && !red && !Walk.local) goWhereItIs(checkIn);
}

// Once in a while: an answer that the clinic never takes must not lead round and round.
function goWhereItIs(checkIn) {
  const key = `where-it-is-${checkIn}`;
  if (Date.now() - Number(sessionStorage.getItem(key)) < 5000) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.replace(`/check-ins/${checkIn}`);
}

// What to do now stays as it is; only what is said of the clinic changes.
function showReceived(closed, words) {
  const place = document.getElementById("outbox-state");
  place.textContent = words ?? (closed ? place.dataset.closed : place.dataset.received);
  offerToGoOn();
  red.received = true;
}

function offerToGoOn() {
  document.getElementById("go-on").hidden = false;
  document.dispatchEvent(new Event("changed"));
}

// "That was a mistake", while the clinic may not know: the question is still here. Without a network, links lead to
// pages that are held.
function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link) return;
  if (red && !red.received && link.dataset.takeBack !== undefined) {
    event.preventDefault();
    return takeBack();
  }
  if (!Walk.local || !Walk.go(new URL(link.href))) return;
  event.preventDefault();
  red = null;
}

// What was pressed stays on record: where it may not have arrived it is kept, and sent before what corrects it.
function takeBack() {
  if (red.form.classList.contains("htmx-request")) {
    htmx.trigger(red.form, "htmx:abort");
    keepBesides(read(red.form, red.form.querySelector(".said")));
  }
  if (kept) setTimeout(Outbox.flushAndTell, TRY_AGAIN);
  kept = null;
  document.getElementById("red").replaceWith(red.asked);
  red.form.hidden = false;
  red = null;
  landed();
}
