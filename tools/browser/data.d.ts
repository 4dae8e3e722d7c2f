// What our scripts keep on a phone and exchange with the server, in pages and in the service worker.

type Respondent = "self" | "hands" | "helper";
type Source = "patient" | "helper"; // whose drafts: the patient's, or what a helper sees
type Urgency = "today" | "wait"; // contact me today, or it can wait
type SameAsLast = "same" | "some" | "all"; // the button that answers "Same as last time?"
type NextStep = "fine" | "tell" | "subscribe"; // what the browser must do about its subscription
type SubscriptionFault = "bad-address" | "bad-keys" | "too-many" | "unknown-service";
type RawAnswer = string | null; // as its button sends it; null for a skip

interface Answer {
  question: string;
  questionnaire: string;
  checkIn: string;
  respondent: Respondent;
  value: RawAnswer;
  at?: number; // by this phone's clock, where it was answered earlier
}

// ---- The outbox (pwa/outbox.js)

// What is sealed. `answered_at`: by this phone's clock; without it, the time of sealing.
interface Content {
  questionnaire: string;
  answers: { [question: string]: RawAnswer };
  respondent: Respondent;
  answered_at?: number;
  urgency?: Urgency;
  as_before?: string[]; // questions whose answers were copied from last time
}

interface Sealed {
  client_id: string;
  key: string; // which of the server's keys
  public: string;
  iv: string;
  box: string;
}

// A sealed entry, with what the phone knows of it. "look": the clinic rejected it.
interface Entry {
  client_id: string;
  check_in: string;
  part?: Part; // phones have entries without one: those carry a whole check-in
  owner?: string;
  state: "waiting" | "look";
  why?: Rejection;
  at?: number;
  sealed: Sealed;
}

// What `Store` (pwa/store.js) gives: one transaction with one request.
type Transact = <T>(
  where: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
) => Promise<T>;

type Part = "responses" | "answers";
type Rejection = string | number; // the server's word, or its status

interface ServerKey {
  id: string;
  key: string;
}

interface Receipt {
  client_id: string;
  flagged?: boolean;
  urgency?: Urgency | null;
  closed?: boolean;
}

// What became of an entry that was sent.
type Sent =
  { state: "received"; receipt?: Receipt } | { state: "waiting" | "sign-in" } | { state: "look"; why: Rejection };

// ---- The offline bundle (server/phone/offline/bundle_pages.py)

// Who is signed in here, as a page's body or a bundle says. `people`: everyone's ids with blanks between, where a
// caregiver helps several patients.
interface Whose {
  person?: string;
  people?: string;
}

interface Bundle extends Whose {
  person: string;
  due: number;
  standing: string[]; // the tags of notifications that are still open
  forms: BundledCheckIn[];
  visits?: BundledVisit[]; // the next ones; older bundles have none
  help: string;
  helps?: { [person: string]: string }; // of the other patients' clinics; older bundles have none
  mark: string;
  ahead: number; // of the server's clock to this phone's, in ms
}

// `until`: by the server's clock.
interface BundledVisit {
  id: string;
  person?: string; // for whose patient it is, if that is another person than the bundle's
  until: number;
  cancelled?: boolean;
  html: string;
}

interface BundledCheckIn {
  id: string;
  person?: string; // as whom it is answered, if that is another person than the bundle's
  client: string;
  closes: number;
  who: Respondent | null;
  kept: { [source in Source]: Drafts };
  same: { [respondent in Respondent]?: LastTime };
  questions: BundledQuestion[];
  pages: { card: string; who: string; check: string; urgency?: string; saved: string }; // older bundles lack some
  words: { skipped: string; open: string; same: string; now: string };
}

interface BundledQuestion extends QuestionRule {
  html: string;
  said: { [answer: string]: string };
  needsStaff?: string[]; // the answers after which to ask how urgent it is; "" is a skip
}

interface QuestionRule {
  id: string;
  patientOnly: boolean;
  private: boolean;
  any: boolean; // one of the conditions is enough
  whens: Condition[];
  levels: { [answer: string]: number | null };
}

type Operator = "exists" | "=" | "!=" | ">" | "<" | ">=" | "<=";
type Condition = [question: string, operator: Operator, value: RawAnswer | boolean, level: number | null];
type Answers = { [question: string]: RawAnswer };

// What may be copied, and the pages about it.
interface LastTime {
  answers: Answers;
  html: string;
  different: string[];
}

// Phones have drafts with these names. `at`: by the server's clock. `before`: copied from last time. `told`: the server
// or the outbox has it.
interface DraftAnswer {
  is: RawAnswer;
  at: number;
  before: boolean;
  told?: boolean;
}
type Drafts = { [question: string]: DraftAnswer };

interface Draft {
  who: Respondent;
  answers: Drafts;
  urgency?: Urgency | null;
}

// What was typed into a form that did not arrive. `page`: the address of the page on which the form stands.
interface Typed {
  person: string;
  page: string;
  fields: { [name: string]: string };
  at?: number; // of staff only: when
  seen?: string; // of staff only: the marks of what the page showed
}

// ---- Of some browsers only, in pages and in the worker

interface ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}
