// What the checker does not know of the service worker: its library describes workers of every kind.

declare const clients: Clients;
declare var registration: ServiceWorkerRegistration;
declare function skipWaiting(): Promise<void>;

// Of every event that ours waits for, whichever kind it is.
interface Event {
  readonly data: any;
  readonly request: Request;
  readonly tag: string;
  respondWith(answer: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

// Named by functions of shared scripts that pages alone call (pwa/outbox.js); eslint keeps them out of the worker itself.
declare var document: any;
declare const localStorage: any;

interface StorageManager {
  persist?(): Promise<boolean>;
}

// Of some browsers only.
interface NotificationOptions {
  actions?: { action: string; title: string }[];
}

interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}
