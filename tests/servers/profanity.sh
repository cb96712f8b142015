#!/bin/bash
# profanity.sh JID HOST PORT TO TEXT - write TEXT to TO as a user of profanity.
#
# profanity runs in a terminal of its own (tmux) and in a folder of its own.
# Ends with 0 when its screen shows an answer with TEXT in it, with 1 after
# LQ_PATIENCE seconds (20) without one; the screen is printed either way.  The
# password is in LQ_PASSWORD; certificates are taken as they come.
set -eu
[ $# = 5 ] || { echo "usage: $0 JID HOST PORT TO TEXT" >&2; exit 2; }
jid=$1 host=$2 port=$3 to=$4 text=$5
patience=${LQ_PATIENCE:-20}

home=$(mktemp -d)
terminal() {
    tmux -S "$home/tmux" -f /dev/null "$@"
}
cleanup() {
    trap '' INT TERM HUP
    terminal kill-server 2>/dev/null || true
    for _ in $(seq 20); do # profanity may still be writing
        if rm -rf "$home" 2>/dev/null; then
            return
        fi
        sleep 0.1
    done
}
trap cleanup EXIT
trap 'exit 1' INT TERM

screen() {
    terminal capture-pane -p | grep -v '^ *$' || true
}

type_line() {
    terminal send-keys -l -- "$1"
    terminal send-keys Enter
}

# Wait until COMMAND succeeds, or give up and show the screen.
await() {
    for _ in $(seq $((patience * 5))); do
        if "$@"; then
            return
        fi
        sleep 0.2
    done
    screen
    exit 1
}

shows() { # PATTERN
    screen | grep -qE -- "$1"
}

# What we wrote stands there after "me:", what TO wrote after its address.
answered() {
    screen | grep -F -- "$text" | grep -F -- "${to%%@*}" | grep -vqF -e ' me: ' -e '/msg '
}

mkdir -p "$home/config/profanity" "$home/data/profanity"
cat >"$home/data/profanity/accounts" <<ACCOUNT
[user]
enabled=true
jid=$jid
server=$host
port=$port
tls.policy=trust
password=$LQ_PASSWORD
resource=profanity
ACCOUNT
cat >"$home/config/profanity/profrc" <<SETTINGS
[ui]
splash=false
beep=false
[notifications]
message=off
SETTINGS

terminal new-session -d -x 100 -y 30 env HOME="$home" \
    XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
    TERM=xterm LANG=C.UTF-8 profanity -a user
await shows 'logged in successfully'
type_line "/msg $to $text"
await answered
screen
type_line /quit
