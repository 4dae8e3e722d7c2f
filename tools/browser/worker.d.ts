// What the checker does not know of the service worker: its library describes workers of every kind.

declare const clients: Clients;
declare var registration: ServiceWorkerRegistration;
declare function skipWaiting(): Promise<void>;
declare function addEventListener<K extends keyof OurEvents>(type: K, listener: (event: OurEvents[K]) => void): void;

interface OurEvents extends ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent;
}

// Named by functions of shared scripts that pages alone call (pwa/outbox.js); eslint keeps them out of the worker itself.
declare var document: {
  readonly body: { readonly dataset: { readonly [name: string]: string | undefined } };
  dispatchEvent(event: Event): void;
};
declare const localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };

interface StorageManager {
  persist?(): Promise<boolean>;
}

// Of some browsers only.

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

interface NotificationOptions {
  actions?: { action: string; title: string }[];
}

// ---- What the worker alone keeps and exchanges

// The text of a push, or our own where it can't be read.
interface PushMessage {
  title: string;
  body: string;
  tag: string;
  lang?: string;
  data?: MessageData;
  actions?: { action: string; title: string }[];
}

// `token` answers this reminder alone; `reply` is where an answer goes, where the reminder asks for one.
interface MessageData {
  token?: string;
  url?: string;
  reply?: string;
}

// What became of a notification (pwa/receipts.js).
interface ReceiptBody {
  token: string;
  event?: "shown" | "opened";
  reply?: string;
}
