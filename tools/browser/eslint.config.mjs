// Faults in our scripts. They are classic scripts, so what one gives to others is written down here: a name that a page
// would not have is undefined, and a name that nobody uses is unused.
import js from "@eslint/js";
import globals from "globals";

const GIVES = {
  "app.js": ["landed", "post", "prepare", "within", "workerReady"],
  "subscription.js": ["PATIENCE", "heldSubscription", "subscribe"],
  "store.js": ["Store"],
  "offline-bundle.js": ["Held"],
  "outbox.js": ["Outbox"],
  "receipts.js": ["RECEIPTS", "forgetReplies", "sendReceipts", "tell"],
  "question-rules.js": ["FormRules"],
  "offline-checkin.js": ["Walk"],
  "checkin-submission.js": ["tellState", "wordsOf"],
  "htmx.js": ["htmx"],
};

const TAKES = {
  "offline-bundle.js": ["store.js"],
  "outbox.js": ["store.js", "offline-bundle.js"],
  "service-worker.js": ["offline-bundle.js", "outbox.js", "receipts.js"],
  "subscription.js": ["app.js"],
  "desk.js": ["app.js"],
  "passkey.js": ["app.js"],
  "reminder-settings.js": ["subscription.js", "offline-bundle.js"],
  "unsent-notice.js": ["offline-bundle.js"],
  "rejected-entries.js": ["outbox.js"],
  "checkin-submission.js": ["offline-bundle.js", "outbox.js", "offline-checkin.js"],
  "offline-checkin.js": ["app.js", "offline-bundle.js", "outbox.js", "question-rules.js"],
  "question.js": ["app.js", "outbox.js", "offline-checkin.js", "checkin-submission.js", "htmx.js"],
};

const IN_THE_WORKER = ["service-worker.js", "receipts.js"];
const IN_BOTH = ["store.js", "offline-bundle.js", "outbox.js"];

const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

const shared = [...new Set([...Object.keys(GIVES), ...Object.keys(TAKES)])].map((file) => ({
  files: [`pwa/${file}`],
  languageOptions: { globals: readonly((TAKES[file] ?? []).flatMap((other) => GIVES[other])) },
  rules: {
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: `^(${(GIVES[file] ?? []).join("|")})$` }],
  },
}));

export default [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["pwa/*.js"],
    languageOptions: { sourceType: "script", ecmaVersion: 2023 },
    rules: {
      "no-undef": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      strict: ["error", "global"],
    },
  },
  {
    files: ["pwa/*.js"],
    ignores: IN_THE_WORKER.map((file) => `pwa/${file}`),
    languageOptions: { globals: globals.browser },
  },
  {
    files: [...IN_THE_WORKER, ...IN_BOTH].map((file) => `pwa/${file}`),
    languageOptions: { globals: globals.serviceworker },
  },
  ...shared,
  { files: ["pwa/question.js"], languageOptions: { globals: { shownAt: "writable" } } },
];
