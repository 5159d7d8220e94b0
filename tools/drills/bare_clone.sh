#!/usr/bin/env bash
# What the README promises, from a bare clone: tools/drills/bare_clone.sh PYTHON [USER] [TESTS...]
#
# Clones this commit into a new folder, as USER if given (then this must run as root, and USER must be able to read PYTHON),
# and there: breaks the first start off while packages are being installed, kills the second while the demo is being
# filled, lets the third come up, ends it by Ctrl-C and looks for what is left, starts it once more and looks whether the
# data is still there, then runs the tests (all of them when none are named). Prints one line; exit status 1 on a breach.
set -euo pipefail
PYTHON=${1:?PYTHON is missing: the path of a Python}
USER_NAME=${2:-$(id -un)}
shift $(($# > 2 ? 2 : $#))
SOURCE=$(git -C "$(dirname "$0")/../.." rev-parse --show-toplevel)
FOLDER=$(mktemp -d /tmp/bare-clone.XXXXXX)
CLONE=$FOLDER/points
PORT=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

main() {
    trap 'pkill -KILL -f "$CLONE" || true; rm -rf "$FOLDER"' EXIT
    git clone -q "file://$SOURCE" "$CLONE"
    [ "$USER_NAME" = "$(id -un)" ] || chown -R "$USER_NAME:" "$FOLDER"

    start; wait_for_word "Installing the pinned packages"; sleep 2; stop INT
    start; wait_for_word "Demo neighborhood"; sleep 3; stop KILL; pkill -KILL -f "$CLONE" || true
    start; wait_until_up; stop INT
    nothing_left
    before=$(residents)
    start; wait_until_up
    [ "$(residents)" = "$before" ] || breach "the second start had $(residents) residents instead of $before"
    stop INT
    nothing_left
    as_user make test ARGS="$*" > "$FOLDER/tests" 2>&1 || breach "tests: $(tail -n 30 "$FOLDER/tests")"
    echo "drill bare_clone ok $("$PYTHON" --version) user=$USER_NAME residents=$before tests=$(grep -Eo '[0-9]+ passed' "$FOLDER/tests" | tail -n 1), $(tail -n 1 "$FOLDER/tests")"
}

as_user() { (cd "$CLONE" && setpriv --reuid="$USER_NAME" --regid="$(id -g "$USER_NAME")" --clear-groups env -i PATH="$PATH" HOME="$FOLDER" LANG=C.UTF-8 PYTHON="$PYTHON" "$@"); }

start() {
    as_user setsid env PORT="$PORT" make run > "$FOLDER/log" 2>&1 &
    STARTED=$!
}

# The signal goes to the group in the foreground, as a terminal's Ctrl-C does.
stop() {
    local pid
    for pid in $(ours); do
        if [ "$(ps -o comm= -p "$pid")" = make ]; then kill -"$1" -- "-$(ps -o pgid= -p "$pid" | tr -d ' ')"; fi
    done
    wait "$STARTED" || true
}

# Processes that run in the clone.
ours() {
    local process
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/cwd" 2> /dev/null)" in "$CLONE" | "$CLONE"/*) echo "${process#/proc/}" ;; esac
    done
}

wait_for_word() {
    for _ in $(seq 600); do
        grep -q "$1" "$FOLDER/log" && return
        kill -0 "$STARTED" 2> /dev/null || breach "it ended: $(tail -n 5 "$FOLDER/log")"
        sleep 0.5
    done
    breach "it never said “$1”: $(tail -n 5 "$FOLDER/log")"
}

wait_until_up() {
    wait_for_word "Ready."
    "$PYTHON" -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$PORT/healthz', timeout=10)" || breach "no answer"
}

residents() { as_user .venv/bin/python manage.py shell -v 0 -c 'from residents.models import Resident; print(Resident.objects.count())' | tail -n 1; }

nothing_left() {
    local left
    left=$(ours) && [ -z "$left" ] || breach "processes are left: $(ps -o args= -p $left)"
    ! pgrep -fa "$CLONE" || breach "processes are left"
}

breach() { echo "drill bare_clone BREACH $("$PYTHON" --version) user=$USER_NAME: $*"; exit 1; }

main "$@"
