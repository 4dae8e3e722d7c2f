#!/bin/sh
# Sets up what `make run` (run), `make test` (dev) or `make check` (check) needs, saying what it does; quick when nothing
# is missing.
set -eu
export UV_SYSTEM_CERTS=1 # a company proxy signs with a certificate that only the system knows
cd "$(dirname "$0")/.."
what=${1:-run}
say() { printf '  %s\n' "$1"; }

find_python() {
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

make_venv() {
  [ -x .venv/bin/python ] && [ -x .venv/bin/uv ] && return
  python=$(find_python)
  [ -n "$python" ] || { echo "Interlude needs Python 3.11 or newer. Please install it, then try again." >&2; exit 1; }
  say "[1/3] a virtual environment in .venv ($("$python" --version))"
  "$python" -m venv .venv || { echo "python3 -m venv failed. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
  .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
}

sync() { # $1 a lock file
  stamp=.venv/.synced
  wanted=$(cat "$1" pyproject.toml | cksum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$1 $wanted" ] && return
  # The development set holds the running set: `make run` after `make test` has nothing to take away.
  [ "$what" = run ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "requirements-dev.lock.txt $(cat requirements-dev.lock.txt pyproject.toml | cksum)" ] && return
  # Compiled here once: where Python may write no bytecode, each process would else take 3 s longer to begin.
  say "[2/3] packages of $1 (a few seconds)"
  VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes --requirement "$1"
  say "[3/3] Interlude itself"
  VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --no-deps --editable .
  echo "$1 $wanted" > "$stamp"
}

lock() {
  compile="--universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet"
  .venv/bin/uv pip compile $compile pyproject.toml -o requirements.lock.txt
  .venv/bin/uv pip compile $compile --extra dev pyproject.toml -o requirements-dev.lock.txt
}

install_debian() { # $1 what for, $2 packages
  [ -n "$2" ] || return 0
  say "Debian packages for the $1:$2 (a minute or two)"
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $2 >/dev/null
}

debian_packages() { # browsers and PostgreSQL, for the tests
  missing=""
  command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
  command -v firefox-esr >/dev/null 2>&1 || missing="$missing firefox-esr"
  command -v WebKitWebDriver >/dev/null 2>&1 || missing="$missing webkit2gtk-driver"
  command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
  /usr/bin/python3 -c 'import gi; gi.require_version("WebKit2", "4.1")' 2>/dev/null ||
    missing="$missing python3-gi gir1.2-webkit2-4.1" # a window of our own, tests/webkit/window.py
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
  install_debian tests "$missing"
}

checkers() { # of scripts and style sheets, and the tests of the outbox: they run on Node, which nothing else needs
  missing=""
  command -v node >/dev/null 2>&1 || missing=" nodejs"
  command -v npm >/dev/null 2>&1 || missing="$missing npm"
  install_debian checks "$missing"
  stamp=node_modules/.synced
  wanted=$(cat package.json package-lock.json | cksum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  say "packages of package-lock.json (a few seconds)"
  npm ci --no-audit --no-fund --loglevel=error
  echo "$wanted" > "$stamp"
}

make_venv
case "$what" in
  run) sync requirements.lock.txt ;;
  dev) debian_packages; sync requirements-dev.lock.txt ;;
  quick) sync requirements-dev.lock.txt ;; # no browser, no PostgreSQL
  check) debian_packages; sync requirements-dev.lock.txt; checkers ;;
  lock) lock ;;
esac
