// A question: an urgent answer shows what to do before anything is sent (case 71), and an answer that finds no network is
// sealed and stays on this phone (case 72). Where the phone has the check-in, it continues without a network.
import { answerOf, answerOfRequest, seal } from "./answer.js";
import { catchUp, recover } from "./draft-recovery.js";
import { chooseRespondent, continueOffline, continuesOffline, copyLast, follow, showNext } from "./offline-checkin.js";
import { load, record } from "./offline-draft.js";
import { showState, stateName } from "./outbox-sender.js";
import * as urgentScreen from "./urgent-screen.js";

const RETRY = 15000; // ms
const PATIENCE = 4000; // ms: then the check-in continues without the network, where it can
/** @type {{ id: string; next: string } | null} */
let unsent = null; // the id of the entry that waits in the outbox, and the page to open once it was sent
let timer = 0; // for the answer that is on its way
let hasAnswered = false; // since the page opened

const isBusy = () => Boolean(unsent) || urgentScreen.isOpen() || continuesOffline;

document.addEventListener("submit", onSubmit, true); // before htmx sends anything
document.addEventListener("htmx:beforeOnLoad", onResponse);
document.addEventListener("htmx:sendError", onNoResponse);
document.addEventListener("htmx:timeout", onNoResponse);
document.addEventListener("htmx:afterSwap", () => {
  unsent = null;
  urgentScreen.forget();
});
document.addEventListener("click", onClick);
document.addEventListener("outbox", onOutbox);
recover(() => hasAnswered, isBusy);

/** @param {Submitted} event */
function onSubmit(event) {
  const { submitter, target: form } = event;
  if (!submitter) return;
  if (!form.dataset.question) return void (continuesOffline && submitHere(event, submitter));
  hasAnswered = true;
  for (const button of form.querySelectorAll(".said")) button.classList.remove("said");
  submitter.classList.add("said");
  const screen = document.getElementById(`red-${submitter.dataset.red}`);
  if (screen) urgentScreen.open(form, screen);
  if (continuesOffline) return submitHere(event, submitter);
  const { question, checkIn, respondent, value } = answerOf(form, submitter);
  record(checkIn, respondent, question, value, false).catch(() => {});
  clearTimeout(timer); // of an earlier answer, which no longer counts
  timer = setTimeout(continueWithout, PATIENCE, form, submitter);
}

// While the phone continues by itself, no form of the check-in needs a network.
/**
 * @param {Submitted} event
 * @param {Found} submitter
 */
function submitHere(event, submitter) {
  const form = event.target;
  if (form.dataset.outbox) return; // pwa/checkin-submission.js does it
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.question) keepHere(answerOf(form, submitter));
  else if (submitter.name === "say") copyLast(submitter.value);
  else if (submitter.name === "who") chooseRespondent(/** @type {Respondent} */ (submitter.value));
}

// A network that hangs counts as none: the answer goes into the outbox, and the next question comes.
/**
 * @param {Found} form
 * @param {Found} submitter
 */
async function continueWithout(form, submitter) {
  const isOnItsWay = form.isConnected && form.classList.contains("htmx-request");
  const { checkIn, respondent } = answerOf(form, submitter);
  if (!isOnItsWay || continuesOffline || !(await load(checkIn, respondent))) return;
  htmx.trigger(form, "htmx:abort");
  keepHere(answerOf(form, submitter));
}

// The server's page comes next, but it never takes away what to do now.
/** @param {HtmxEvent} event */
function onResponse(event) {
  const { xhr, elt } = event.detail;
  if (!elt.dataset.question) return;
  if (xhr.status >= 500 || xhr.status === 429 || xhr.status === 401) {
    event.preventDefault();
    return onNoResponse(event, xhr.status === 401 ? "signIn" : "waiting");
  }
  if (xhr.status < 400) {
    const { question, checkIn, respondent, value } = answerOfRequest(event.detail);
    record(checkIn, respondent, question, value, true).catch(() => {});
  }
  if (!urgentScreen.isOpen()) return;
  event.preventDefault();
  const state = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("#outbox-state");
  if (state) urgentScreen.showReceived(false, state.textContent);
  else showState("look");
}

/**
 * @param {HtmxEvent} event
 * @param {"waiting" | "signIn"} state
 */
function onNoResponse(event, state = "waiting") {
  if (event.detail.elt.dataset.question) keepHere(answerOfRequest(event.detail), state);
}

// The answer is recorded and sealed; then comes the next question, where the phone has it.
/**
 * @param {Answer} answer
 * @param {"waiting" | "signIn"} state
 */
async function keepHere(answer, state = "waiting") {
  const { question, checkIn, respondent, value } = answer;
  const next = `/check-ins/${checkIn}/next?who=${respondent}&after=${encodeURIComponent(question)}`;
  try {
    const entry = await seal(answer);
    unsent = { id: entry.client_id, next };
    continueOffline(await record(checkIn, respondent, question, value, true));
  } catch {
    showState("failed");
    return urgentScreen.isOpen() || scrollToState();
  }
  const isUrgent = urgentScreen.isOpen();
  if (isUrgent || !continuesOffline) showState(state);
  if (isUrgent && continuesOffline) urgentScreen.offerToContinue();
  if (!isUrgent && continuesOffline) showNext(question, state);
  if (!isUrgent && !continuesOffline) scrollToState();
  setTimeout(retry, continuesOffline ? 0 : RETRY);
}

function scrollToState() {
  document.getElementById("outbox-state").scrollIntoView({ block: "center" });
}

function retry() {
  if (!unsent) return;
  Outbox.flushAndNotify();
  setTimeout(retry, RETRY);
}

/** @param {CustomEvent<Entry[]>} event */
function onOutbox({ detail: entries }) {
  catchUp(entries, isBusy());
  if (!unsent) return;
  const { id, next } = unsent;
  const entry = entries.find((one) => one.client_id === id);
  if (entry) return entry.state === "look" ? showState(stateName(entry)) : undefined;
  if (urgentScreen.isOpen()) urgentScreen.showReceived(Outbox.receipts.get(id)?.closed);
  else if (continuesOffline) document.getElementById("outbox-state")?.toggleAttribute("hidden", true);
  else location.assign(next);
  unsent = null;
}

// "That was a mistake", while the clinic may not know: the question is still here. Without a network, links lead to pages
// of the offline bundle.
/** @param {On<MouseEvent>} event */
function onClick(event) {
  const link = event.target.closest?.("a[href]");
  if (!link) return;
  if (urgentScreen.isOpen() && !urgentScreen.isReceived() && link.dataset.takeBack !== undefined) {
    event.preventDefault();
    return takeBack();
  }
  if (!continuesOffline || !follow(new URL(link.href))) return;
  event.preventDefault();
  urgentScreen.forget();
}

// What was pressed stays on record. Where it may not have arrived it is sealed, and sent before its correction.
function takeBack() {
  const form = urgentScreen.formBehind();
  if (form?.classList.contains("htmx-request")) {
    htmx.trigger(form, "htmx:abort");
    const answer = answerOf(form, form.querySelector(".said"));
    seal(answer)
      .then(() => Outbox.flushAndNotify())
      .catch(() => {});
  }
  if (unsent) setTimeout(Outbox.flushAndNotify, RETRY);
  unsent = null;
  urgentScreen.close();
}
