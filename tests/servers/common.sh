# shellcheck shell=bash disable=SC2034
# common.sh - what the server scripts share; they source it.
#
# A server script is called `start DIR [PORT]` or `stop DIR`.  DIR holds all
# that the server has: configuration, data, certificates, logs, `port`, and
# `pids`, which lists the processes to end.
set -eu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
domain=example.test
users=${USERS:-alice bob carol}
PATH=$PATH:/usr/sbin:/sbin # where some servers are, and users do not look

die() {
    echo "$*" >&2
    exit 1
}

needs() { # PROGRAM
    command -v "$1" >/dev/null || die "$1 is not installed"
}

# Where to listen: IPv6 too, where there is any.
loopback="127.0.0.1"
if grep -qs ' lo$' /proc/net/if_inet6; then
    loopback="127.0.0.1 ::1"
fi

listens() { # PORT
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The first of four ports in a row that nobody uses.
free_port() {
    local base
    while base=$((20000 + RANDOM % 10000)); do
        if ! { listens $base || listens $((base + 1)) || listens $((base + 2)) ||
            listens $((base + 3)); }; then
            echo $base
            return
        fi
    done
}

# Make $dir and its certificates, choose ports: $cert.pem and $cert.key are the
# server's, $port is for STARTTLS, $tls_port for TLS at once.
prepare() { # DIR [PORT]
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    certs=$dir/certs
    cert=$certs/${CERT:-server}
    [ -f "$certs/ca.pem" ] || "$here/certs.sh" "$certs"
    [ -f "$cert.pem" ] || die "no such certificate: $cert.pem"
    : >"$dir/pids"

    port=${2:-$(cat "$dir/port" 2>/dev/null || free_port)}
    tls_port=$((port + 1))
    echo "$port" >"$dir/port"
}

# Run a command in the background, its output in $dir/NAME.out.  It gets none
# of our descriptors, so that nobody waits for it who reads our output.
launch() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$dir/$name.out" 2>&1 </dev/null 3>&- &
    echo $! >>"$dir/pids"
}

# Wait until COMMAND succeeds, half a minute at most, while the server lives.
await() { # NAME COMMAND...
    local name=$1 pid
    shift
    for _ in $(seq 600); do
        if "$@"; then
            return
        fi
        while read -r pid; do
            kill -0 "$pid" 2>/dev/null || give_up "a program ended before $name was there"
        done <"$dir/pids"
        sleep 0.05
    done
    give_up "$name does not answer"
}

give_up() { # WHY
    tail -n 15 "$dir"/*.out "$dir"/*.log >&2
    stop_all "$dir"
    die "$1"
}

stop_all() { # DIR
    local pid
    [ -f "$1/pids" ] || return 0
    while read -r pid; do
        kill "$pid" 2>/dev/null || true
    done <"$1/pids"
    while read -r pid; do
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.05
        done
        kill -9 "$pid" 2>/dev/null || true
    done <"$1/pids"
    rm -f "$1/pids"
}

# What every server script ends with; it defines start().
main() {
    case $#:${1-} in
    [23]:start)
        prepare "${@:2}"
        start
        ;;
    2:stop) stop_all "$2" ;;
    *) die "usage: $0 start DIR [PORT] | stop DIR" ;;
    esac
}
