// What the checker does not know of our pages.

// The templates hold what scripts look for: a lookup counts as found, and as whatever kind of element its selector names.
// Where an element may be missing the scripts say so with `?.`; the browser tests hold the two together.
interface Found extends HTMLElement {
  readonly content: DocumentFragment;
  readonly dataset: { [name: string]: string };
  readonly elements: { [name: string]: HTMLInputElement };
  readonly form: HTMLFormElement;
  checked: boolean;
  disabled: boolean;
  href: string;
  open: boolean;
  srcObject: MediaStream | null;
  type: string;
  value: string;
  close(): void;
  closest(selectors: string): Found;
  play(): Promise<void>;
  requestSubmit(): void;
  showModal(): void;
  submit(): void;
}

interface ParentNode {
  querySelector(selectors: string): Found;
  querySelectorAll(selectors: string): NodeListOf<Found>;
}

interface DocumentFragment {
  getElementById(id: string): Found;
}

interface Document {
  getElementById(id: string): Found;
  addEventListener(type: "outbox", listener: (event: CustomEvent<QueueEntry[]>) => void): void;
  addEventListener(type: Untyped, listener: (event: any) => void, capture?: boolean): void;
}

// Events whose details and targets the scripts know.
type Untyped = "focusin" | "submit" | "row-opened" | `htmx:${string}`;

// A sealed entry in the outbox, with what the phone knows of it (pwa/outbox.js). "look": the clinic rejected it.
interface QueueEntry {
  client_id: string;
  check_in: string;
  part?: "responses" | "answers";
  owner?: string;
  state: "waiting" | "look";
  why: string | number | undefined; // where it was rejected
  at?: number;
}

// In the worker alone; scripts that run in both look whether it is there.
declare var registration: ServiceWorkerRegistration | undefined;

// The parts of htmx that our scripts call.
declare const htmx: {
  ajax(verb: string, path: string, context: { source: Element; values?: { [name: string]: unknown } }): Promise<void>;
  defineExtension(name: string, extension: { handleSwap: HandleSwap }): void;
  trigger(element: Element, event: string): void;
};
type HandleSwap = (style: string, target: Element, page: Found) => Element[] | false;

// Of some browsers only.

declare var BarcodeDetector: {
  new (options: { formats: string[] }): { detect(image: unknown): Promise<{ rawValue: string }[]> };
  getSupportedFormats(): Promise<string[]>;
};

interface Navigator {
  readonly standalone?: boolean;
}

interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

// Null would be an answer to a question that we do not ask: ours is for a passkey each time.
interface CredentialsContainer {
  create(options: CredentialCreationOptions): Promise<PublicKeyCredential>;
  get(options: CredentialRequestOptions): Promise<PublicKeyCredential>;
}

interface PerformanceEntry {
  readonly redirectCount: number;
}
