"use strict";
// The unsent queue on a page: sent at each open, when there is a network again, when the page is looked at; and Send.

Outbox.serverKey().catch(() => null); // while there is a network: Send may have none

addEventListener("online", Outbox.flushAndTell);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Outbox.flushAndTell());
document.addEventListener("submit", sendThroughOutbox);
Outbox.flushAndTell();

// Send goes through the queue, so that what was once sent is on the phone until the clinic has it.
async function sendThroughOutbox(event) {
  const form = event.target;
  if (!form.dataset.outbox || !crypto.subtle) return;
  event.preventDefault();
  const { checkIn, client, questionnaire, outbox } = form.dataset;
  let entry;
  try {
    entry = await Outbox.keep(checkIn, client, { ...JSON.parse(outbox), questionnaire });
  } catch {
    // Nothing could be kept here. The plain way still works, if there is a network.
    return navigator.onLine ? form.submit() : tellState("failed");
  }
  if (Walk.local) Walk.saved();
  const sent = Walk.local ? await sentAfterOthers(entry) : await Outbox.send(entry);
  if (sent.state === "received") return goOn(entry);
  tellState(wordsOf(sent));
  document.addEventListener("outbox", ({ detail: left }) => {
    const still = left.find((other) => other.client_id === client);
    if (!still) goOn(entry);
    else if (still.state === "look") tellState(wordsOf(still));
  });
}

// Its single answers may still wait: they go first.
async function sentAfterOthers({ client_id: client }) {
  const left = (await Outbox.flush()).find((entry) => entry.client_id === client);
  return left ?? { state: "received" };
}

// How urgent, what became of it; where another page sent it, the server knows.
async function goOn({ client_id: client, check_in: checkIn }) {
  await Held.forget(checkIn).catch(() => {});
  const receipt = Outbox.receipts.get(client);
  location.href = `/check-ins/${checkIn}${receipt ? (receipt.flagged ? "/urgency" : "/sent") : ""}`;
}

function wordsOf({ state, why }) {
  if (state === "look") return { left: "left", closed: "over", "called-off": "over" }[why] ?? "look";
  return state === "sign-in" ? "signIn" : state;
}

// On Check and send, and on a question.
function tellState(which) {
  const place = document.getElementById("outbox-state");
  if (!place) return;
  place.textContent = place.dataset[which] ?? place.dataset.look;
  place.hidden = false;
}
