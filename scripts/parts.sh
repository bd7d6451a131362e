# Sourced by scripts/check and scripts/test: `part NAME COMMAND…` runs one part and remembers how it
# ended; `summary` says so of all of them, and fails when one did.

outcomes=
failed=0

part() {
    name=$1
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    begun=$(date +%s)
    if "$@"; then outcome=passed; else outcome=FAILED failed=1; fi
    seconds=$(($(date +%s) - begun))
    outcomes="$outcomes$(printf '%-10s %s  %4s s' "$name" "$outcome" "$seconds")
"
}

static_parts() {
    part format .venv/bin/python -m ruff format --check .
    part lint .venv/bin/python -m ruff check .
    part mypy .venv/bin/python -m mypy
    part pyright .venv/bin/python -m pyright --pythonpath .venv/bin/python
    part imports .venv/bin/lint-imports --no-logo
}

summary() {
    printf '\n== summary\n%s' "$outcomes"
    return "$failed"
}
