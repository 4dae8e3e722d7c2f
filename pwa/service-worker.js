"use strict";
// A classic script, because not every browser runs a service worker that is a module. Pages load most of its imports
// too.
importScripts("/static/store.js", "/static/offline-bundle.js", "/static/outbox.js");
importScripts("/static/kept-text.js", "/static/receipts.js", "/static/shell.js");
// The worker shows every push and reports its outcome, takes replies to notifications, and replaces pages without a
// network.

const shell = Shell("shell-0"); // the server replaces 0 by a hash of all pages, texts and scripts
const PATIENCE = 10000; // ms for a page
const FALLBACK = { title: "Interlude", body: "Open Interlude to see what is new.", tag: "interlude" };

addEventListener("install", (event) => event.waitUntil(shell.fill().then(skipWaiting)));
addEventListener("activate", (event) =>
  event.waitUntil(shell.removeOthers(Receipts.CACHE).then(() => clients.claim())),
);
addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(pageOrOffline(event));
  else if (new URL(event.request.url).pathname.startsWith("/static/")) event.respondWith(shell.asset(event.request));
});
addEventListener("push", (event) => event.waitUntil(showPush(event)));
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewSubscription(event)));
addEventListener("notificationclick", (event) => event.waitUntil(handleTap(event)));
addEventListener("message", (event) => event.waitUntil(Receipts.flush()));
addEventListener("sync", (event) => event.waitUntil(event.tag === "outbox" ? Outbox.flush() : Receipts.flush()));

/** @type {(event: FetchEvent, request?: Request) => Promise<Response>} */
async function pageOrOffline(event, request = event.request) {
  const isForm = request.method !== "GET";
  const { pathname } = new URL(request.url);
  const isDesk = /^\/staff(\/|$)/.test(pathname);
  const copy = isForm && !isDesk ? request.clone() : null;
  try {
    const response = await (isForm ? fetch(request) : fetchInTime(request));
    event.waitUntil(shell.updateLook(response.headers.get("interlude-look")));
    // A form that was accepted redirects to another page, and a redirect is opaque here.
    const isAccepted = isForm && (response.ok || response.type === "opaqueredirect");
    if (copy) await (isAnswered(response) ? KeptText.forget(pathname) : keepTyped(copy, pathname)).catch(() => {});
    if (isAccepted) await Receipts.removeReplies(pathname);
    if (isDesk) event.waitUntil(shell.keepDesk().catch(() => {}));
    return response;
  } catch {
    if (copy) await keepTyped(copy, pathname).catch(() => {});
    const continues = /^\/check-ins\/[^/]+\/(same|who)$/.test(pathname);
    return shell.standIn(isDesk, isForm && !continues);
  }
}

// The server took the form, or shows it again with what was typed.
/** @param {Response} response */
const isAnswered = ({ status }) => status < 500 && ![401, 403, 408, 429].includes(status);

// Keep the text of a form that did not arrive, under the key of this phone. Its page has named the fields
// (pwa/typed-text.js).
/** @type {(copy: Request, path: string) => Promise<void>} */
async function keepTyped(copy, path) {
  const form = await copy.formData();
  const { page, names } = JSON.parse(String(form.get("typed") ?? "{}"));
  const person = String(form.get("person") ?? (await OfflineBundle.current())?.person ?? "");
  if (!names?.length || !person) return;
  const fields = Object.fromEntries(names.map((/** @type {string} */ name) => [name, String(form.get(name) ?? "")]));
  await KeptText.put(path, { person, page, fields });
}

// If there is a page to show instead, a network that hangs counts as none.
/** @param {Request} request */
async function fetchInTime(request) {
  const response = fetch(request);
  if (!(await shell.isFilled())) return response;
  response.catch(() => {}); // it may fail after the wait has ended
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
  return Promise.race([response, late]);
}

// Show every push: an iPhone ends a subscription after three silent ones.
/** @param {PushEvent} event */
async function showPush(event) {
  const fallback = { ...FALLBACK, ...(await shell.words().catch(() => null)) };
  const message = readPush(event.data, fallback);
  await show(message).catch(() => show(fallback)); // if the browser refuses the message
  for (const page of await windows()) page.postMessage("look"); // they may show the thing that has changed
  if (message.data?.token) await Receipts.add("/push/receipts", { token: message.data.token, event: "shown" });
  await OfflineBundle.refresh(message.tag).catch(() => {}); // fetch its check-in while there is a network
}

/** @param {PushMessage} message */
function show(message) {
  const options = {
    body: message.body,
    tag: message.tag,
    lang: message.lang,
    data: message.data,
    actions: message.data?.reply ? message.actions : [],
    requireInteraction: Boolean(message.data?.reply),
  };
  return OfflineBundle.inTurn(() => registration.showNotification(message.title, options));
}

/** @type {(data: PushMessageData | null, fallback: PushMessage) => PushMessage} */
function readPush(data, fallback) {
  try {
    return { ...fallback, ...data?.json().notification };
  } catch {
    return fallback;
  }
}

// The browser has ended or replaced the subscription by itself. If telling the server fails, the next opening repairs it
// (pwa/subscription.js).
/** @param {PushSubscriptionChangeEvent} event */
async function renewSubscription({ newSubscription }) {
  const { key } = await (await fetch("/push/key")).json();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = newSubscription ?? (await registration.pushManager.subscribe(options));
  const vapid = Outbox.text(subscription.options?.applicationServerKey ?? new Uint8Array());
  await Receipts.post("/push/subscriptions", { ...subscription.toJSON(), vapid });
}

/** @param {NotificationEvent} event */
async function handleTap(event) {
  event.notification.close();
  /** @type {MessageData} */
  const { token, url, reply } = event.notification.data ?? {};
  const about = new URL(url ?? "/", location.origin).pathname;
  if (event.action && reply && token) {
    if (await Receipts.add(reply, { token, reply: event.action }, about)) return;
  }
  const opened = openPage(url ?? "/");
  if (token) await Receipts.add("/push/receipts", { token, event: "opened" });
  await opened;
}

/** @param {string} url */
async function openPage(url) {
  const target = new URL(url, location.origin);
  target.search = "";
  const open = (await windows()).find((client) => new URL(client.url).pathname === target.pathname);
  open?.postMessage("look"); // its page is as old as its opening
  return open ? open.focus() : clients.openWindow(target.href);
}

const windows = () => clients.matchAll({ type: "window", includeUncontrolled: true });
