// Faults in our sheets; how they are laid out is ours.
export default {
  extends: "stylelint-config-recommended",
  rules: {
    "no-descending-specificity": null, // cascade layers and the parts of a page decide, not the order in the file
  },
};
