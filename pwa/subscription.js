"use strict";
// This browser's push subscription: what it holds, how it gets one, and that the server holds the same.

const PATIENCE = 15000; // ms

if (document.body.dataset.signedIn === "yes") reconcile();

async function heldSubscription() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  return registration?.pushManager?.getSubscription().catch(() => null);
}

async function subscribe(path) {
  const registration = await workerReady();
  const { key } = await (await fetch("/push/key", { signal: AbortSignal.timeout(PATIENCE) })).json();
  const held = await registration.pushManager.getSubscription();
  if (held && keyOf(held) !== key && keyOf(held)) await held.unsubscribe(); // made for a key that is no more
  const asked = registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const subscription = await within(2 * PATIENCE, asked);
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ ...subscription.toJSON(), vapid: key }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) {
    await subscription.unsubscribe(); // the next try gets a new endpoint
    throw new Error(`subscribing: ${answer.status}`);
  }
}

function keyOf(subscription) {
  const raw = subscription?.options?.applicationServerKey;
  if (!raw) return "";
  const text = btoa(String.fromCharCode(...new Uint8Array(raw)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// At each open: an address that changed unnoticed, a permission taken back, a key of the server's that is new.
async function reconcile() {
  const held = await heldSubscription();
  const permission = "Notification" in window ? Notification.permission : "unknown";
  const said = { permission, endpoint: held?.endpoint ?? "", vapid: keyOf(held) };
  const answer = await post("/open", said);
  const wanted = answer?.ok ? (await answer.json()).do : "fine";
  if (wanted === "tell" && held) await post("/push/subscriptions", { ...held.toJSON(), vapid: said.vapid });
  if (wanted === "subscribe") await subscribe("/push/subscriptions").catch((error) => console.warn(error));
}
