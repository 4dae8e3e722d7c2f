// Turn reminders on and off for this device. The browser asks for permission only after the person has said yes here.
import { isApp } from "./platform.js";
import { within } from "./requests.js";
import { currentSubscription, PATIENCE, subscribe } from "./subscription.js";

const PROBLEMS = ["denied", "dismissed", "failed", "unknown-service", "no-push"];
const CLEARED = 5000; // ms: the longest wait for the browser before the person is signed out

/** @param {string} id */
const byId = (id) => document.getElementById(id);

byId("turn-on")?.addEventListener("click", turnOn);
byId("turn-off")?.addEventListener("click", turnOff);
document.querySelector("form[data-signs-out]")?.addEventListener("submit", signOut);
describe();

// The server ends its side of the subscription. End the browser's side too: another person may join on this device. The
// server can't clear what the device keeps: with `Clear-Site-Data` on a redirect, WebKit hangs while a service worker is
// active (case 162).
/** @param {SubmitEvent} event */
async function signOut(event) {
  event.preventDefault();
  const cleared = Promise.all([endSubscription(), OfflineBundle.signOut()]); // the outbox stays
  await within(CLEARED, cleared).catch((error) => console.warn(error));
  /** @type {Found} */ (event.target).submit();
}

async function endSubscription() {
  const subscription = await currentSubscription();
  await subscription?.unsubscribe();
}

async function turnOn() {
  for (const id of PROBLEMS) byId(id).hidden = true;
  if (!("PushManager" in window)) return showProblem("no-push");
  try {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return showProblem(permission === "denied" ? "denied" : "dismissed");
    byId("one-moment").hidden = false;
    await subscribe("/push/subscriptions");
    byId("test-form").submit();
  } catch (error) {
    console.warn(error);
    showProblem(error instanceof Error && error.message === "unknown-service" ? error.message : "failed");
  }
}

// End the server's side first, because the server sends.
async function turnOff() {
  byId("failed").hidden = true;
  try {
    const response = await fetch("/push/subscriptions", { method: "DELETE", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`ending: ${response.status}`);
    await endSubscription().catch(() => {});
    location.reload();
  } catch (error) {
    console.warn(error);
    showProblem("failed");
  }
}

function describe() {
  const permission = byId("permission");
  if (permission && "Notification" in window) permission.textContent = permission.dataset[Notification.permission];
  const installed = byId("installed");
  if (installed) installed.textContent = isApp ? installed.dataset.yes : installed.dataset.no;
}

// Bring what went wrong, and what to do next, into view.
/** @param {string} id */
function showProblem(id) {
  byId("one-moment").hidden = true;
  byId(id).hidden = false;
  byId(id).scrollIntoView({ block: "center" });
  describe();
}
