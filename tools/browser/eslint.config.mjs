// Faults in our scripts. Page scripts are modules: they import what they use and define no global. Classic scripts are
// the service worker and what it shares with pages: each of those defines one global, which is written down here.
import js from "@eslint/js";
import globals from "globals";

const GLOBAL_OF = {
  "store.js": "Store",
  "offline-bundle.js": "OfflineBundle",
  "outbox.js": "Outbox",
  "kept-text.js": "KeptText",
  "receipts.js": "Receipts",
  "shell.js": "Shell",
};
const WORKER = "service-worker.js";
const IN_PAGES_TOO = ["store.js", "offline-bundle.js", "outbox.js", "kept-text.js"];
const CLASSIC = [WORKER, ...Object.keys(GLOBAL_OF)];

const inPwa = (files) => files.map((file) => `pwa/${file}`);
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));
const globalsOf = (files) => readonly(files.map((file) => GLOBAL_OF[file]));

// Each knows the globals of those before it: that is the order in which they are loaded.
const shared = Object.entries(GLOBAL_OF).map(([file, name], at) => ({
  files: [`pwa/${file}`],
  languageOptions: { globals: globalsOf(Object.keys(GLOBAL_OF).slice(0, at)) },
  rules: {
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: `^${name}$` }],
    "no-restricted-syntax": [
      "error",
      {
        selector: `Program > :matches(FunctionDeclaration, ClassDeclaration)[id.name!="${name}"]`,
        message: `A shared script defines one global; that of this one is ${name}.`,
      },
      {
        selector: `Program > VariableDeclaration > VariableDeclarator[id.name!="${name}"]`,
        message: `A shared script defines one global; that of this one is ${name}.`,
      },
    ],
  },
}));

export default [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["pwa/*.js"],
    languageOptions: { sourceType: "module", ecmaVersion: 2023, globals: globals.browser },
    rules: {
      "no-undef": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-redeclare": ["error", { builtinGlobals: true }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  {
    files: ["pwa/*.js"],
    ignores: inPwa(CLASSIC),
    languageOptions: { globals: { ...globalsOf(IN_PAGES_TOO), htmx: "readonly" } },
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "AssignmentExpression > MemberExpression.left[object.name=/^(globalThis|window|self)$/]",
          message: "A module defines no global: export it.",
        },
      ],
    },
  },
  {
    files: inPwa(CLASSIC),
    languageOptions: { sourceType: "script", globals: { ...offIn(globals.browser), ...globals.serviceworker } },
    rules: { strict: ["error", "global"] },
  },
  {
    files: ["tests/pwa/*.mjs"],
    languageOptions: { globals: globals.node },
    rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_" }], eqeqeq: "error", "no-var": "error" },
  },
  { files: inPwa(IN_PAGES_TOO), languageOptions: { globals: globals.browser } },
  { files: [`pwa/${WORKER}`], languageOptions: { globals: globalsOf(Object.keys(GLOBAL_OF)) } },
  ...shared,
];

function offIn(names) {
  return Object.fromEntries(Object.keys(names).map((name) => [name, "off"]));
}
