// What the checker does not know of our pages.

// The templates hold what scripts look for: a lookup counts as found, and as whatever kind of element its selector names.
// Where an element may be missing the scripts say so with `?.`; the browser tests hold the two together.
interface Found extends HTMLElement {
  readonly content: DocumentFragment;
  readonly dataset: { [name: string]: string };
  readonly elements: { readonly who: WhoField; readonly [name: string]: HTMLInputElement };
  readonly form: HTMLFormElement;
  action: string;
  checked: boolean;
  disabled: boolean;
  href: string;
  name: string;
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

// What the body of a page says (server/templates/phone.html).
interface DOMStringMap extends Whose {
  aloud?: "normal" | "slow" | "off";
  signedIn?: "yes" | "others" | "no";
}

interface WhoField extends HTMLInputElement {
  value: Respondent;
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
  addEventListener<K extends keyof PageEvents>(
    type: K,
    listener: (event: PageEvents[K]) => unknown,
    capture?: boolean,
  ): void;
}

type On<E extends Event> = E & { readonly target: Found };

interface PageEvents {
  click: On<MouseEvent>;
  focusin: On<FocusEvent>;
  keydown: On<KeyboardEvent>;
  submit: Submitted;
  outbox: CustomEvent<Entry[]>;
  "row-opened": On<Event>;
  "htmx:afterRequest": HtmxEvent;
  "htmx:afterSettle": HtmxEvent;
  "htmx:afterSwap": HtmxEvent;
  "htmx:beforeOnLoad": HtmxEvent;
  "htmx:beforeSwap": HtmxEvent;
  "htmx:configRequest": HtmxEvent;
  "htmx:confirm": HtmxEvent;
  "htmx:oobBeforeSwap": HtmxEvent;
  "htmx:sendError": HtmxEvent;
  "htmx:timeout": HtmxEvent;
}

type Submitted = On<SubmitEvent> & { readonly submitter: Pressed | null };
// A button, and what it sends.
type Pressed = Found &
  (
    | { readonly name: "say"; readonly value: SameAsLast }
    | { readonly name: "who"; readonly value: Respondent }
    | { readonly name: "answer" | "skip" | "" }
  );
type HtmxEvent = On<CustomEvent<HtmxDetail>>;

// Each event has some of these.
interface HtmxDetail {
  readonly elt: Found;
  readonly fragment: DocumentFragment;
  readonly headers: { [name: string]: string };
  readonly parameters: HtmxParameters;
  readonly requestConfig: { readonly elt: Found; readonly parameters: HtmxParameters };
  readonly target: Found;
  readonly xhr: XMLHttpRequest;
  shouldSwap: boolean;
}

interface HtmxParameters {
  readonly answer: string;
  readonly skip?: string;
  readonly who: Respondent;
  many?: string | number;
}

// The parts of htmx that our scripts call.
declare const htmx: {
  ajax(verb: string, path: string, context: { source: Element; values?: { [name: string]: unknown } }): Promise<void>;
  defineExtension(name: string, extension: { handleSwap: HandleSwap }): void;
  trigger(element: Element, event: string): void;
};
type HandleSwap = (style: string, target: Element, page: Found) => Element[] | false;

// In the worker alone; scripts that run in both look whether it is there.
declare var registration: ServiceWorkerRegistration | undefined;

// Of some browsers only.

interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}

interface BarcodeDetector {
  detect(image: Found): Promise<{ rawValue: string }[]>;
}
declare var BarcodeDetector: {
  new (options: { formats: string[] }): BarcodeDetector;
  getSupportedFormats(): Promise<string[]>;
};

interface Navigator {
  readonly userAgentData?: {
    readonly platform: string;
    readonly mobile: boolean;
    getHighEntropyValues?(names: string[]): Promise<{ model?: string }>;
  };
  readonly standalone?: boolean;
}

// Null would be an answer to a question that we do not ask: ours is for a passkey each time.
interface CredentialsContainer {
  create(options: CredentialCreationOptions): Promise<PublicKeyCredential>;
  get(options: CredentialRequestOptions): Promise<PublicKeyCredential>;
}

interface PerformanceEntry {
  readonly redirectCount: number;
  readonly responseStatus?: number; // not in every browser
}
