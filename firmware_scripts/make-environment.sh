#!/usr/bin/env bash
# Makes or brings up to date the Python environment in .venv.
#
#   make-environment.sh run     what running needs
#   make-environment.sh test    also the tests' tools
#   make-environment.sh train   also what trains the interaction model (PyTorch: large)
#
# llama-cpp-python and PyAudio come as source only. They are built once into wheels, which are kept outside the
# checkout, so that a fresh clone on the same machine takes seconds:
#   ${EDGE_DUPLEX_CACHE:-${XDG_CACHE_HOME:-~/.cache}/edge-duplex}/wheels/<machine>-<processor>
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "make-environment: $*" >&2; exit 2; }

level=${1:-run}
case $level in
    run) extras=picture ;;
    test) extras=picture,dev ;;
    train) extras=picture,dev,train ;;
    *) die "unknown level '$level' (known: run, test, train)" ;;
esac

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
    || die "cannot run '$python'; set PYTHON to a Python from 3.11 to 3.13"
case $version in
    3.11 | 3.12 | 3.13) ;;
    *) die "'$python' is Python $version; set PYTHON to one from 3.11 to 3.13 (make PYTHON=python3.12 run)" ;;
esac

# A stamp holds what the environment was made from; `test` includes what `run` needs, and so on.
made_from="$version $(cat pyproject.toml constraints.txt | sha256sum | cut -d ' ' -f 1)"
stamp=.venv/edge-duplex-made-from
wanted="$made_from $level"
if [ -x .venv/bin/edge-duplex ] && [ -f "$stamp" ] && grep -qxF "$wanted" "$stamp"; then exit 0; fi

if ! .venv/bin/python -c "import sys; assert '%d.%d' % sys.version_info[:2] == '$version'" 2>/dev/null; then
    echo "Python environment: making .venv with Python $version."
    rm -rf .venv
    "$python" -m venv .venv || die "could not make .venv; is python3-venv installed?"
fi
pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet --quiet)

# llama.cpp is compiled for the very processor it is built on: a home folder shared between machines must not
# hand one machine's wheel to another.
processor=$( (grep -m 1 -E '^(flags|Features)' /proc/cpuinfo 2>/dev/null || uname -p) | sha256sum | cut -c 1-8)
cache=${EDGE_DUPLEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edge-duplex}
wheels=$cache/wheels/$(uname -m)-$processor
tag=cp${version/./}
mkdir -p "$wheels" || die "cannot make $wheels; set EDGE_DUPLEX_CACHE to a folder that can be written"

pinned() { grep -i "^$1==" constraints.txt | cut -d = -f 3; }
ensure_wheel() { # name, glob of its wheel's tags, how long it takes
    local version stem
    version=$(pinned "$1")
    stem=$(echo "$1" | tr '[:upper:]-' '[:lower:]_')-$version
    if compgen -G "$wheels/$stem-$2" >/dev/null; then return; fi
    echo "Python environment: building $1 $version once, about $3; the wheel is kept in $wheels"
    "${pip[@]}" wheel --no-deps --wheel-dir "$wheels" "$1==$version" \
        || die "could not build $1 $version (pip's message is above); are the system packages installed (make system)?"
}
ensure_wheel llama-cpp-python "py3-none-*.whl" "5 minutes on two cores"
ensure_wheel PyAudio "$tag-*.whl" "10 seconds"

echo "Python environment: installing the pinned packages for '$level' into .venv."
"${pip[@]}" install --constraint constraints.txt --find-links "$wheels" --editable ".[$extras]" \
    || die "pip could not install the pinned packages (its message is above)"

{
    echo "$made_from run"
    if [ "$level" != run ]; then echo "$made_from test"; fi
    if [ "$level" = train ]; then echo "$made_from train"; fi
} >"$stamp"
