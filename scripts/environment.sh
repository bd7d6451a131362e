# Sourced by the scripts beside it, from the project's root: `environment run`, `environment bench` or
# `environment test` leaves a `.venv` that holds the project and what running, measuring or testing it
# needs; a second word names another folder. `environment document FOLDER` holds what the documentation
# site is built with, `environment release FOLDER` what builds distributions, both without the project.
# PYTHON names the interpreter to build it with; pip reads its own configuration and PIP_* variables.

# Where it is set, each process of a test compiles all that it imports.
unset PYTHONDONTWRITEBYTECODE

is_recent='import sys; sys.exit(sys.version_info < (3, 11))'

say() { printf '%s\n' "$*" >&2; }

environment() {
    venv=${2:-.venv}
    venv_python=$venv/bin/python
    wanted="$PWD $(cat pyproject.toml constraints.txt | cksum)"
    if venv_works && [ "$(cat "$venv/.ready-to-$1" 2>/dev/null)" = "$wanted" ]; then return; fi
    venv_works || make_venv
    say "installing what is needed to $1 into $venv (some seconds, once)"
    rm -f "$venv"/.ready-to-*
    requirements "$1" >"$venv/requirements.txt"
    if ! "$venv_python" -m pip install -qq --disable-pip-version-check \
        --constraint constraints.txt --requirement "$venv/requirements.txt"; then
        say "error: installing failed; pip says why above"
        say "help: pip needs a package index; name yours in PIP_INDEX_URL, a proxy in PIP_PROXY"
        exit 2
    fi
    printf '%s\n' "$PWD" >"$venv/.made-for"
    printf '%s\n' "$wanted" >"$venv/.ready-to-$1"
    [ "$1" = document ] || printf '%s\n' "$wanted" >"$venv/.ready-to-run"
}

# One that was moved names its old place in its scripts, so it counts as broken.
venv_works() {
    [ "$(cat "$venv/.made-for" 2>/dev/null || echo "$PWD")" = "$PWD" ] &&
        "$venv_python" -c "$is_recent" 2>/dev/null &&
        { "$venv_python" -m pip --version || "$venv_python" -m ensurepip; } >/dev/null 2>&1
}

make_venv() {
    python=$(find_python) || exit 2
    if [ -e "$venv" ]; then
        say "remaking $venv: its Python does not run or is too old, or it was made in another folder"
        rm -rf "$venv"
    fi
    say "making $venv with $python ($("$python" -c 'import platform; print(platform.python_version())'))"
    "$python" -m venv "$venv" || { say "error: $python could not make $venv"; exit 2; }
}

# A name on the path may be a stand-in that does not run, and a Python may come without `venv`.
find_python() {
    without_venv=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        "$candidate" -c "$is_recent" 2>/dev/null || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    explain_no_python
    return 1
}

explain_no_python() {
    if [ -n "$without_venv" ]; then
        say "error: $without_venv has no \`venv\` module"
        say "help: install it (Debian and Ubuntu: apt-get install python3-venv), or name another Python: PYTHON=/path/to/python3.11"
        return
    fi
    say "error: no Python 3.11 or newer among ${PYTHON:-python3.13, python3.12, python3.11, python3}"
    say "help: install one, or name it: PYTHON=/path/to/python3.11"
}

requirements() {
    case $1 in
        bench) echo "--editable .[batch,load,lsp,mcp,mock]" ;;
        run) echo "--editable ." ;;
        test) echo "--editable ." && dependency_group test ;;
        document) dependency_group docs ;;
        release) dependency_group release ;;
    esac
}

dependency_group() {
    "$venv_python" - "$1" <<'PYTHON'
import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["dependency-groups"][sys.argv[1]], sep="\n")
PYTHON
}
