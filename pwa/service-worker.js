"use strict";
// A classic script, because not every browser runs a service worker that is a module. Pages load most of its imports
// too.
importScripts("/static/store.js", "/static/offline-bundle.js", "/static/outbox.js", "/static/receipts.js");
// It shows every push and reports what became of it, takes replies to notifications, and replaces pages without a
// network.

const SHELL = "shell-0"; // the server replaces 0 by a hash of all pages, texts and scripts
// Two pages, and the text of a notification that can't be read, in the language of the pages. The first page continues
// a check-in from the offline bundle (pwa/offline-page.js).
const [OFFLINE, UNSENT, WORDS] = ["/offline", "/offline/unsent", "/offline/words"];
const PATIENCE = 10000; // ms for a page
const FALLBACK = { title: "Interlude", body: "Open Interlude to see what is new.", tag: "interlude" };

addEventListener("install", (event) => event.waitUntil(fillShell()));
addEventListener("activate", (event) => event.waitUntil(removeOldShells()));
addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(pageOrOffline(event));
  else if (new URL(event.request.url).pathname.startsWith("/static/")) event.respondWith(cachedAsset(event.request));
});
addEventListener("push", (event) => event.waitUntil(showPush(event)));
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewSubscription(event)));
addEventListener("notificationclick", (event) => event.waitUntil(handleTap(event)));
addEventListener("message", (event) => event.waitUntil(Receipts.flush()));
addEventListener("sync", (event) => event.waitUntil(event.tag === "outbox" ? Outbox.flush() : Receipts.flush()));

async function fillShell() {
  const shell = await caches.open(SHELL);
  await shell.addAll([OFFLINE, UNSENT, WORDS].map((path) => new Request(path, { cache: "reload" })));
  const page = await /** @type {Response} */ (await shell.match(OFFLINE)).text();
  await shell.addAll(/** @type {string[]} */ (page.match(/\/static\/[^"]+\.(js|css)/g)));
  await skipWaiting();
}

async function removeOldShells() {
  const old = (await caches.keys()).filter((name) => name !== SHELL && name !== Receipts.CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** @type {(event: FetchEvent, request?: Request) => Promise<Response>} */
async function pageOrOffline(event, request = event.request) {
  const isForm = request.method !== "GET";
  try {
    const response = await (isForm ? fetch(request) : fetchInTime(request));
    event.waitUntil(updateLook(response.headers.get("interlude-look")));
    // A form that was accepted redirects to another page, and a redirect is opaque here.
    const isAccepted = isForm && (response.ok || response.type === "opaqueredirect");
    if (isAccepted) await Receipts.removeReplies(new URL(request.url).pathname);
    return response;
  } catch {
    const continues = /^\/check-ins\/[^/]+\/(same|who)$/.test(new URL(request.url).pathname);
    return standIn(isForm && !continues ? UNSENT : OFFLINE);
  }
}

// If there is a page to show instead, a network that hangs counts as none.
/** @param {Request} request */
async function fetchInTime(request) {
  const response = fetch(request);
  if (!(await caches.match(OFFLINE))) return response;
  response.catch(() => {}); // it may fail after the wait has ended
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
  return Promise.race([response, late]);
}

// Language, text size and scanning apply to the offline pages too: fetch them again after a change.
/** @param {string | null} look */
async function updateLook(look) {
  const cached = await caches.match(OFFLINE);
  if (look && cached?.headers.get("interlude-look") !== look) await fillShell().catch(() => {});
}

// Status 503: this is not the page that was asked for, and the content of a form has not arrived.
/** @param {string} path */
async function standIn(path) {
  const cached = await caches.match(path);
  return cached ? new Response(cached.body, { status: 503, headers: cached.headers }) : Response.error();
}

// The name of an asset has a hash in it, so its content never changes. Other pages are never cached: they have health
// data.
/** @param {Request} request */
async function cachedAsset(request) {
  const cached = await caches.match(request);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) (await caches.open(SHELL)).put(request, response.clone());
  return response;
}

// Show every push: an iPhone ends a subscription after three silent ones.
/** @param {PushEvent} event */
async function showPush(event) {
  const fallback = { ...FALLBACK, ...(await (await caches.match(WORDS))?.json()) };
  const message = readPush(event.data, fallback);
  await show(message).catch(() => show(fallback)); // if the browser refuses the message
  for (const page of await windows()) page.postMessage("look"); // what they show may be what has changed
  if (message.data?.token) await Receipts.add("/push/receipts", { token: message.data.token, event: "shown" });
  await OfflineBundle.refresh(message.tag).catch(() => {}); // fetch its check-in while there is a network
}

/** @param {PushMessage} message */
function show(message) {
  return registration.showNotification(message.title, {
    body: message.body,
    tag: message.tag,
    lang: message.lang,
    data: message.data,
    actions: message.data?.reply ? message.actions : [],
    requireInteraction: Boolean(message.data?.reply),
  });
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
