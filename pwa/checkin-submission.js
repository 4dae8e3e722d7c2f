// The Send button puts the check-in into the outbox, so that the phone keeps it until the clinic has received it.
import { continuesOffline, showSent } from "./offline-checkin.js";
import { chosenUrgency, urgency } from "./offline-draft.js";
import { showState, stateName } from "./outbox-sender.js";
import { pageChanged } from "./page-change.js";

document.addEventListener("submit", submit);

/** @param {Submitted} event */
async function submit(event) {
  const form = event.target;
  if (!form.dataset.outbox || !crypto.subtle) return;
  event.preventDefault();
  const { checkIn, client, questionnaire, outbox } = form.dataset;
  if (hasNoAnswers(form) && askWhetherToSend(form)) return;
  let entry;
  try {
    const content = JSON.parse(outbox);
    const chosen = await chosenUrgency(checkIn, content.respondent).catch(() => null);
    entry = await Outbox.add(checkIn, client, { ...content, questionnaire, ...(chosen && { urgency: chosen }) });
  } catch {
    // The phone could not store it. The plain form still works, if there is a network.
    return navigator.onLine ? form.submit() : showState("failed");
  }
  if (continuesOffline) showSent();
  const sent = continuesOffline ? await sendAfterAnswers(entry) : await Outbox.send(entry);
  if (sent.state === "received") return showReceipt(entry);
  showState(stateName(sent));
  document.addEventListener("outbox", ({ detail: left }) => {
    const same = left.find((other) => other.client_id === client);
    if (!same) showReceipt(entry);
    else if (same.state === "look") showState(stateName(same));
  });
}

/** @param {Found} form */
const hasNoAnswers = ({ dataset: { outbox } }) =>
  Object.values(JSON.parse(outbox).answers).every((value) => value === null);

// Every question was skipped: ask first (case 144). False if the page can't ask, or has asked.
/** @param {Found} form */
function askWhetherToSend(form) {
  const question = document.getElementById("ask-no-answers");
  if (!question) return false;
  const main = document.getElementById("main");
  const state = document.getElementById("outbox-state");
  main.replaceChildren(question.content, state);
  const asked = main.querySelector("form");
  Object.assign(asked.dataset, form.dataset);
  asked.elements.who.value = form.elements.who.value;
  pageChanged();
  return true;
}

// Single answers to the check-in may still wait: send those first.
/** @type {(entry: Entry) => Promise<Sent | Entry>} */
async function sendAfterAnswers({ client_id: client }) {
  const left = (await Outbox.flush()).find((entry) => entry.client_id === client);
  return left ?? { state: "received" };
}

// Open the page that follows: how urgent it is, or what happens next. If another page of this phone sent the check-in,
// this one has no receipt, and the server chooses the page.
/** @param {Entry} entry */
async function showReceipt({ client_id: client, check_in: checkIn }) {
  await OfflineBundle.removeCheckIn(checkIn).catch(() => {});
  const receipt = Outbox.receipts.get(client);
  const asksUrgency = receipt?.flagged && !receipt.urgency && !urgency;
  location.href = `/check-ins/${checkIn}${receipt ? (asksUrgency ? "/urgency" : "/sent") : ""}`;
}
