#!/bin/sh
# The words of the code into server/locale/interlude.pot, then into each language's own file, where what is new stands
# with an empty translation: nothing is guessed. The .pot has no header, since a date in it would change at each run.
set -eu
cd "$(dirname "$0")/../server"
babel=../.venv/bin/pybabel
$babel -q extract -F ../pyproject.toml -k _ -k mark --add-location=file --sort-by-file --no-wrap --omit-header \
  -o locale/interlude.pot .
for folder in locale/*/; do
  $babel -q update -D interlude -d locale -i locale/interlude.pot -l "$(basename "$folder")" \
    --no-wrap --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date
done
