#!/usr/bin/env bash
# Runs pytest, with the virtual sound card where PulseAudio can be started. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

select=()
if [ -x .ci/soundcard ] && command -v pulseaudio >/dev/null && environment=$(.ci/soundcard start); then
    trap '.ci/soundcard stop >&2 || true' EXIT
    eval "$environment"
elif [ -n "${CI:-}" ]; then
    echo "test.sh: no virtual sound card could be started, and under CI every test must run" >&2
    exit 1
else
    echo "#### NO VIRTUAL SOUND CARD: the tests marked 'soundcard' are NOT run (make system installs PulseAudio) ####"
    select=(-m "not soundcard")
fi
.venv/bin/python -m pytest "${select[@]}" "$@"
