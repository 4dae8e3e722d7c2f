// A phone without a browser: pages and a service worker that load the outbox, on one database (fake-indexeddb), and a
// server that answers as the test says.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { IDBFactory } from "fake-indexeddb";

const SCRIPTS = ["store.js", "outbox.js"].map((name) => readFileSync(new URL(`../../pwa/${name}`, import.meta.url)));
const KEY = { id: "key-1", key: await serverKey() };

async function serverKey() {
  const pair = await webcrypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  return Buffer.from(await webcrypto.subtle.exportKey("raw", pair.publicKey)).toString("base64url");
}

// `person`: the owner of the offline bundle, from which alone the service worker knows the person. `people`: all whom a
// bundle is for, where a caregiver helps several patients.
export class Phone {
  constructor(server, person = "rosa") {
    this.server = server;
    this.person = person;
    this.people = undefined;
    this.now = 1_700_000_000_000;
    this.posted = []; // to other pages, by the channel of the outbox
    this.syncs = []; // what a service worker was asked to do once there is a network
    this.database = new IDBFactory();
    this.cache = new Map();
  }

  page(person = this.person, people = undefined) {
    const page = { heard: [] };
    const document = {
      body: { dataset: { person, people } },
      dispatchEvent: (event) => page.heard.push(event.detail.map((entry) => entry.client_id)),
    };
    return Object.assign(page, { outbox: this.#load(document) });
  }

  worker() {
    return { outbox: this.#load(undefined) };
  }

  // Runs the outbox's scripts with these names instead of the browser's.
  #load(document) {
    const BroadcastChannel = channelOf(this.posted);
    const worker = { sync: { register: async (tag) => this.syncs.push(tag) } };
    const names = {
      globalThis: { document, BroadcastChannel },
      document,
      BroadcastChannel,
      indexedDB: this.database,
      crypto: webcrypto,
      fetch: (path, request) => this.server.answer(path, request),
      navigator: { serviceWorker: { ready: Promise.resolve(worker) } },
      localStorage: {
        getItem: (key) => this.cache.get(key) ?? null,
        setItem: (key, value) => this.cache.set(key, value),
      },
      OfflineBundle: {
        current: async () => (this.person ? { person: this.person, people: this.people } : null),
        everyone: ({ person, people }) => (people ?? person ?? "").split(" "),
      },
      CustomEvent: class {
        constructor(type, { detail }) {
          Object.assign(this, { type, detail });
        }
      },
      Date: { now: () => this.now++ },
    };
    return new Function(...Object.keys(names), `${SCRIPTS.join("\n")}\nreturn Outbox;`)(...Object.values(names));
  }
}

function channelOf(posted) {
  return class {
    postMessage(message) {
      posted.push(message);
    }
  };
}

// It accepts every entry unless a test tells it otherwise. `sent`: the client ids of all requests, in order.
export class Server {
  constructor() {
    this.requests = [];
    this.answers = []; // each for one request; then it takes again
    this.isReachable = true;
  }

  get sent() {
    return this.requests.map(({ body }) => body.client_id);
  }

  async hasReceived(requests) {
    while (this.requests.length < requests) await new Promise(setImmediate);
  }

  // Answers the next requests with these, one each.
  answerNext(...answers) {
    this.answers.push(...answers);
  }

  async answer(path, request) {
    if (!this.isReachable) throw new TypeError("Failed to fetch");
    if (path === "/check-ins/key") return Response.json(KEY);
    const body = JSON.parse(request.body);
    this.requests.push({ path, body, signal: request.signal });
    const answer = this.answers.shift() ?? taken;
    return answer(body);
  }
}

export const taken = ({ client_id }) => Response.json({ client_id, flagged: false }, { status: 201 });

// The request arrives, but its answer never does.
export const lostOnTheWay = () => Promise.reject(new TypeError("Failed to fetch"));

export const brokenOff = () => new Response('{"client_id": "', { headers: { "content-type": "application/json" } });

export const problem = (status, detail) => () =>
  new Response(JSON.stringify({ status, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

// A network with a sign-in page answers instead of the server.
export const portal = (status) => () => new Response("<html>", { status, headers: { "content-type": "text/html" } });

// An answer that comes when `release` is called.
export function held(answer = taken) {
  let release;
  const wait = new Promise((resolve) => (release = resolve));
  return { release, answer: (body) => wait.then(() => answer(body)) };
}
