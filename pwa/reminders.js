"use strict";
// Turning reminders on and off for this device; the browser is asked only after the person said yes here.

const page = (id) => document.getElementById(id);

page("turn-on")?.addEventListener("click", turnOn);
page("turn-off")?.addEventListener("click", turnOff);
page("sign-out")?.addEventListener("submit", giveUpEndpoint);
describe();

// The server ends its side; the browser's side must not live on for whoever joins next.
async function giveUpEndpoint(event) {
  event.preventDefault();
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => null);
  const held = await registration?.pushManager?.getSubscription().catch(() => null);
  await held?.unsubscribe().catch(() => {});
  event.target.submit();
}

async function turnOn() {
  page("denied") && (page("denied").hidden = true);
  if (!("PushManager" in window)) return showNotInstalled();
  try {
    if ((await Notification.requestPermission()) !== "granted") return showDenied();
    await subscribe("/push/subscriptions");
    page("test-form").submit();
  } catch (error) {
    showFailed(error.message);
  }
}

async function subscribe(path) {
  const { key } = await (await fetch("/push/key")).json();
  const registration = await navigator.serviceWorker.ready;
  const held = await registration.pushManager.getSubscription();
  if (held && !sameKey(held, key)) await held.unsubscribe();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(subscription),
  });
  if (!answer.ok) {
    await subscription.unsubscribe(); // the next try gets a new endpoint
    throw new Error((await answer.json()).title);
  }
}

// After a change of the server's key an old subscription is worth nothing.
function sameKey(subscription, key) {
  const raw = subscription.options?.applicationServerKey;
  if (!raw) return true;
  const text = btoa(String.fromCharCode(...new Uint8Array(raw)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key;
}

async function turnOff() {
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  await fetch("/push/subscriptions", { method: "DELETE" });
  location.reload();
}

function describe() {
  const permission = page("permission");
  if (permission && "Notification" in window) permission.textContent = permission.dataset[Notification.permission];
  const installed = page("installed");
  const standalone = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  if (installed) installed.textContent = standalone ? installed.dataset.yes : installed.dataset.no;
}

function showDenied() {
  if (page("denied")) page("denied").hidden = false;
  describe();
}

function showNotInstalled() {
  if (page("not-installed")) page("not-installed").hidden = false;
}

function showFailed(words) {
  if (!page("failed")) return;
  page("failed-words").textContent = words;
  page("failed").hidden = false;
}
