# shellcheck shell=bash disable=SC2034
# servers.sh - for the parts that start servers; they source it after common.sh.
#
#     start prosody-old prosody TLS12=1 && login "$port" "$tls_port" "$ca"
#     stop
#
# One server runs at a time for the functions here, and what was started beside
# it; all ends with the part, and the logs are kept.
host=127.0.0.1
domain=example.test
work=$(mktemp -d)
asides=()

stop_asides() {
    local pid
    for pid in "${asides[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid"
    done
    asides=()
} 2>/dev/null

cleanup() {
    trap '' INT TERM HUP
    local dir
    stop_asides
    for dir in "$work"/*/; do
        [ ! -f "$dir/pids" ] || "tests/servers/$(cat "$dir/kind").sh" stop "$dir"
    done
    for dir in "$work"/*/; do
        mkdir -p "$LOGS/${dir#"$work"/}"
        cp "$dir"/*.log "$dir"/*.out "$LOGS/${dir#"$work"/}"
    done
    rm -rf "$work"
} 2>/dev/null
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# Start a server and set the variables that say where it is.
start() { # NAME KIND [VARIABLE=VALUE...]
    local options=''
    dir=$work/$1
    certs=$dir/certs
    ca=$certs/ca.pem
    mkdir -p "$dir"
    echo "$2" >"$dir/kind"
    [ $# = 2 ] || options=$(printf '%q ' "${@:3}")
    export LQ_SERVER_START="env $options'$TOP/tests/servers/$2.sh' start '$dir'"
    export LQ_SERVER_STOP="'$TOP/tests/servers/$2.sh' stop '$dir'"
    check "$1 starts" bash -c "$LQ_SERVER_START" && port=$(cat "$dir/port") &&
        tls_port=$((port + 1))
}

stop() {
    stop_asides
    bash -c "$LQ_SERVER_STOP"
}

# Run a program beside the server that prints a line when it is ready: $ready.
aside() { # COMMAND...
    local pipe
    exec {pipe}< <(exec "$@" 3>&-)
    asides+=($!)
    read -r -t 20 ready <&"$pipe"
    exec {pipe}<&-
}
