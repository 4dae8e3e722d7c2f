// A question of a check-in. An urgent answer shows what to do before anything is sent (case 71). An answer that finds
// no network is sealed and stays on this phone (case 72). If the phone has the check-in, it continues without a
// network.
import { answerOf, answerOfRequest, seal } from "./answer.js";
import { catchUp, recover } from "./draft-recovery.js";
import {
  chooseRespondent,
  continueOffline,
  continuesOffline,
  copyLast,
  follow,
  showNext,
  showSaved,
} from "./offline-checkin.js";
import { load, record } from "./offline-draft.js";
import { showState, stateName } from "./outbox-sender.js";
import * as urgency from "./urgency.js";
import * as urgentScreen from "./urgent-screen.js";

const RETRY = 15000; // ms
const PATIENCE = 4000; // ms until the check-in continues without the network, if it can
/** @type {{ id: string; next: string } | null} */
let unsent = null; // the entry that waits in the outbox, and the page to open once it has been sent
let timer = 0; // runs while an answer is on its way
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
  if (form.dataset.urgency !== undefined) return void chooseUrgency(event, submitter);
  if (!form.dataset.question) return void (continuesOffline && submitOnPhone(event, submitter));
  hasAnswered = true;
  for (const button of form.querySelectorAll(".said")) button.classList.remove("said");
  submitter.classList.add("said");
  const screen = document.getElementById(`red-${submitter.dataset.red}`);
  if (screen) urgentScreen.open(form, screen);
  if (continuesOffline) return submitOnPhone(event, submitter);
  const { question, checkIn, respondent, value } = answerOf(form, submitter);
  record(checkIn, respondent, question, value, false).catch(() => {});
  clearTimeout(timer); // an earlier answer no longer counts
  timer = setTimeout(continueWithoutNetwork, PATIENCE, form, submitter);
}

// On the screen of an urgent answer, show the choice and stay there. A page that only asks it leads on.
/** @type {(event: Submitted, submitter: Found) => Promise<void>} */
async function chooseUrgency(event, submitter) {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target;
  const { value } = (urgentScreen.formBehind() ?? form).elements.who;
  try {
    await urgency.choose(form, /** @type {Urgency} */ (submitter.value), /** @type {Respondent} */ (value));
  } catch {
    return showState("failed");
  }
  if (urgentScreen.isOpen()) urgency.showChosen(form, /** @type {Urgency} */ (submitter.value));
  else showSaved();
  setTimeout(Outbox.flushAndNotify);
}

// While the phone continues by itself, it handles every form of the check-in.
/** @type {(event: Submitted, submitter: Pressed) => void} */
function submitOnPhone(event, submitter) {
  const form = event.target;
  if (form.dataset.outbox) return; // pwa/checkin-submission.js handles this one
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.question) keepOnPhone(answerOf(form, submitter));
  else if (submitter.name === "say") copyLast(submitter.value);
  else if (submitter.name === "who") chooseRespondent(submitter.value);
}

// A network that hangs counts as none: put the answer into the outbox and show the next question.
/** @type {(form: Found, submitter: Found) => Promise<void>} */
async function continueWithoutNetwork(form, submitter) {
  const isOnItsWay = form.isConnected && form.classList.contains("htmx-request");
  const { checkIn, respondent } = answerOf(form, submitter);
  if (!isOnItsWay || continuesOffline || !(await load(checkIn, respondent))) return;
  htmx.trigger(form, "htmx:abort");
  keepOnPhone(answerOf(form, submitter));
}

// The server's page replaces the question, but never the screen that says what to do now.
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
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const state = page.querySelector("#outbox-state");
  if (state) urgentScreen.showReceived(!page.querySelector("[data-reads]"), state.textContent);
  else showState("look");
}

/** @type {(event: HtmxEvent, state?: "waiting" | "signIn") => void} */
function onNoResponse(event, state = "waiting") {
  if (event.detail.elt.dataset.question) keepOnPhone(answerOfRequest(event.detail), state);
}

// Record and seal the answer, then show the next question if the phone has it.
/** @type {(answer: Answer, state?: "waiting" | "signIn") => Promise<unknown>} */
async function keepOnPhone(answer, state = "waiting") {
  const { question, checkIn, respondent, value } = answer;
  const next = `/check-ins/${checkIn}/next?who=${respondent}&after=${encodeURIComponent(question)}`;
  const isUrgent = urgentScreen.isOpen();
  try {
    const entry = await seal(answer);
    unsent = { id: entry.client_id, next };
    continueOffline(await record(checkIn, respondent, question, value, true));
  } catch {
    showState("failed");
    return urgentScreen.isOpen() || scrollToState();
  }
  if (isUrgent && !urgentScreen.isOpen()) return takenBack(); // while it was being sealed
  if (isUrgent || !continuesOffline) showState(state);
  if (isUrgent) urgentScreen.askUrgency();
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
  const entry = entries.find((each) => each.client_id === id);
  if (entry) return entry.state === "look" ? showState(stateName(entry)) : undefined;
  if (urgentScreen.isOpen()) urgentScreen.showReceived(Outbox.receipts.get(id)?.closed);
  else if (continuesOffline) document.getElementById("outbox-state")?.toggleAttribute("hidden", true);
  else location.assign(next);
  unsent = null;
}

// "That was a mistake" goes back to the question while the clinic may not know of the answer. Without a network, links
// lead to pages of the offline bundle.
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

// The answer stays on record. If it may not have arrived, it is sealed and sent before its correction.
function takeBack() {
  const form = urgentScreen.formBehind();
  if (form?.classList.contains("htmx-request")) {
    htmx.trigger(form, "htmx:abort");
    const answer = answerOf(form, form.querySelector(".said"));
    seal(answer)
      .then(() => Outbox.flushAndNotify())
      .catch(() => {});
  }
  if (unsent) takenBack();
  urgentScreen.close();
}

// The sealed answer is sent, but leads nowhere: the person answers the question again.
function takenBack() {
  unsent = null;
  setTimeout(Outbox.flushAndNotify, RETRY);
}
