// How our scripts and style sheets are laid out: lines as long as Python's (pyproject.toml).
export default { printWidth: 120 };
