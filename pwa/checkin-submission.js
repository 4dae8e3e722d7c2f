// Send: the check-in goes through the outbox, so that it stays on the phone until the clinic has received it.
import { continuesOffline, showSaved } from "./offline-checkin.js";
import { showState, stateName } from "./outbox-sender.js";

document.addEventListener("submit", submit);

/** @param {Submitted} event */
async function submit(event) {
  const form = event.target;
  if (!form.dataset.outbox || !crypto.subtle) return;
  event.preventDefault();
  const { checkIn, client, questionnaire, outbox } = form.dataset;
  let entry;
  try {
    entry = await Outbox.add(checkIn, client, { ...JSON.parse(outbox), questionnaire });
  } catch {
    // Nothing could be stored. The plain form still works, if there is a network.
    return navigator.onLine ? form.submit() : showState("failed");
  }
  if (continuesOffline) showSaved();
  const sent = continuesOffline ? await sendAfterAnswers(entry) : await Outbox.send(entry);
  if (sent.state === "received") return showReceipt(entry);
  showState(stateName(sent));
  document.addEventListener("outbox", ({ detail: left }) => {
    const same = left.find((other) => other.client_id === client);
    if (!same) showReceipt(entry);
    else if (same.state === "look") showState(stateName(same));
  });
}

// Its single answers may still wait: they are sent first.
/**
 * @param {Entry} entry
 * @returns {Promise<Sent | Entry>}
 */
async function sendAfterAnswers({ client_id: client }) {
  const left = (await Outbox.flush()).find((entry) => entry.client_id === client);
  return left ?? { state: "received" };
}

// "How urgent?", or what follows. Where another page sent it, there is no receipt here, and the server leads on.
/** @param {Entry} entry */
async function showReceipt({ client_id: client, check_in: checkIn }) {
  await OfflineBundle.removeCheckIn(checkIn).catch(() => {});
  const receipt = Outbox.receipts.get(client);
  location.href = `/check-ins/${checkIn}${receipt ? (receipt.flagged ? "/urgency" : "/sent") : ""}`;
}
