// This browser's push subscription: find it, make one, and see that the server has the same.
import { post, within, workerReady } from "./requests.js";

export const PATIENCE = 15000; // ms

if (document.body.dataset.signedIn !== "no") reconcile();

export async function currentSubscription() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  return registration?.pushManager?.getSubscription().catch(() => null);
}

/** @param {string} path */
export async function subscribe(path) {
  const registration = await workerReady();
  const { key } = await (await fetch("/push/key", { signal: AbortSignal.timeout(PATIENCE) })).json();
  const current = await registration.pushManager.getSubscription();
  if (current && keyOf(current) !== key && keyOf(current)) await current.unsubscribe(); // made for an earlier key
  const asked = registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const subscription = await within(2 * PATIENCE, asked);
  const response = await within(PATIENCE, post(path, { ...subscription.toJSON(), vapid: key }));
  if (response?.ok) return;
  if (response) await subscription.unsubscribe(); // so that the next try gets a new endpoint
  /** @type {{ detail?: SubscriptionFault }} */
  const { detail } = (await response?.json().catch(() => null)) ?? {};
  throw new Error(detail === "unknown-service" ? detail : `subscribing: ${response?.status}`);
}

/** @param {PushSubscription | null | undefined} subscription */
function keyOf(subscription) {
  const raw = subscription?.options?.applicationServerKey;
  if (!raw) return "";
  const text = btoa(String.fromCharCode(...new Uint8Array(raw)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Run whenever a page opens: the endpoint may have changed unnoticed, the person may have taken the permission back, or
// the operator replaced the server's key.
async function reconcile() {
  const current = await currentSubscription();
  const permission = "Notification" in window ? Notification.permission : "unknown";
  const vapid = keyOf(current);
  const response = await post("/open", { permission, endpoint: current?.endpoint ?? "", vapid });
  /** @type {NextStep | false | undefined} */
  const wanted = response?.ok && (await response.json()).do;
  if (wanted === "tell" && current) await post("/push/subscriptions", { ...current.toJSON(), vapid });
  if (wanted === "subscribe") await subscribe("/push/subscriptions").catch((error) => console.warn(error));
}
