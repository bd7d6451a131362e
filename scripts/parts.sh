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
    outcomes="$outcomes$(printf '%-15s %s  %4s s' "$name" "$outcome" "$seconds")
"
}

static_parts() {
    part format .venv/bin/python -m ruff format --check .
    part lint .venv/bin/python -m ruff check .
    part mypy .venv/bin/python -m mypy
    part pyright .venv/bin/python -m pyright --pythonpath .venv/bin/python
    part imports .venv/bin/lint-imports --no-logo
}

# Type checkers follow `sys.platform`, so that on one system they do not read what is for another.
system_parts() {
    for system in win32 darwin; do
        part "mypy $system" .venv/bin/python -m mypy --platform "$system" --cache-dir ".mypy_cache/$system"
    done
    for system in Windows Darwin; do
        part "pyright $system" .venv/bin/python -m pyright --pythonpath .venv/bin/python --pythonplatform "$system"
    done
}

summary() {
    printf '\n== summary\n%s' "$outcomes"
    return "$failed"
}
