// Send the outbox when a page opens, when the network returns and when the page becomes visible, and show an entry's
// state.
import { lookForCleared } from "./cleared-storage.js";

addEventListener("online", Outbox.flushAndNotify);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Outbox.flushAndNotify());
// Not awaited: a module that waits holds up every module that imports it, so a button could be pressed before its script
// runs, and what waits for "load" would miss it.
lookForCleared()
  .catch((error) => console.warn(error))
  .then(sendWaiting);

function sendWaiting() {
  Outbox.serverKey().catch(() => null); // while there is a network: there may be none when something is to be sealed
  return Outbox.flushAndNotify();
}

/** @type {{ [why: Rejection]: string }} */
const NAMES = { left: "left", closed: "over", "called-off": "over" };

// Show a state on a question, or on Check and send. The page has the words for each.
/** @param {string} name */
export function showState(name) {
  const place = document.getElementById("outbox-state");
  if (!place) return;
  place.textContent = place.dataset[name] ?? place.dataset.look;
  place.hidden = false;
}

/** @param {{ state: Entry["state"] | Sent["state"]; why?: Rejection }} entry */
export function stateName({ state, why }) {
  if (state === "look") return NAMES[why ?? ""] ?? "look";
  return state === "sign-in" ? "signIn" : state;
}

// Whether the clinic refused this entry of the patient who is shown.
/** @param {Entry} entry */
export const isRejectedHere = (entry) => entry.state === "look" && entry.owner === document.body.dataset.person;
