#!/bin/bash
# ejabberd.sh start DIR [PORT] | stop DIR - a private ejabberd 23; see README.md.
#
# It runs the Erlang machine itself and not ejabberdctl, which wants a user
# and folders of its own; so there is no epmd and no Erlang distribution.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

config() {
    local ip no_tls13=
    [ -z "${TLS12-}" ] || no_tls13=', "no_tlsv1_3"'
    cat <<CONFIG
hosts: ["$domain", "localhost", "anon.$domain"]
loglevel: ${LOGLEVEL:-debug}
log_rotate_count: 0
certfiles: ["$dir/ejabberd.pem"]
auth_method: [mnesia]
auth_password_format: plain
host_config:
  "anon.$domain": { auth_method: [anonymous], anonymous_protocol: sasl_anon }
c2s_cafile: "$certs/ca.pem"
c2s_protocol_options: ["no_sslv3"$no_tls13]
listen:
CONFIG
    for ip in $loopback; do
        cat <<CONFIG
  - { port: $port, ip: "$ip", module: ejabberd_c2s, backlog: 1024, access: all, starttls: true, starttls_required: true, tls_verify: true }
  - { port: $tls_port, ip: "$ip", module: ejabberd_c2s, backlog: 1024, access: all, tls: true, tls_verify: true }
CONFIG
    done
    cat <<CONFIG
modules:
  mod_carboncopy: {}
  mod_disco: {}
  mod_offline: {}
  mod_ping: {}
  mod_roster: { versioning: true }
  mod_version: {}
CONFIG
    [ -z "${SM-}" ] || cat <<CONFIG
  mod_stream_mgmt: { resume_timeout: 300, max_resume_timeout: 300, max_ack_queue: 5000 }
CONFIG
}

# Erlang: make the accounts, then say so in a file.
register() {
    local user host
    for host in "$domain" localhost; do
        for user in $users; do
            echo "ejabberd_auth:try_register(<<\"$user\">>, <<\"$host\">>, <<\"secret-$user\">>),"
        done
    done
    echo "file:write_file(\"$dir/registered\", \"\")."
}

start() {
    local libraries=(/usr/lib/*/ejabberd-*)
    config >"$dir/ejabberd.yml"
    cat "$cert.pem" "$cert.key" >"$dir/ejabberd.pem"
    echo '{lookup, [file, native]}.' >"$dir/inetrc"
    mkdir -p "$dir/db" "$dir/home"
    rm -f "$dir/registered"

    cd "$dir"
    export HOME=$dir/home
    export EJABBERD_CONFIG_PATH=$dir/ejabberd.yml
    export EJABBERD_LOG_PATH=$dir/ejabberd.log
    export CONTRIB_MODULES_PATH=$dir/contrib
    export ERL_CRASH_DUMP=$dir/crash.dump
    export ERL_INETRC=$dir/inetrc
    export ERL_LIBS=${libraries[0]%/*}
    export ERL_MAX_PORTS=${ERL_MAX_PORTS:-1024}
    launch ejabberd erl +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -noinput \
        -mnesia dir "\"$dir/db\"" -s ejabberd -eval "$(register)"
    await ejabberd test -f "$dir/registered"
    await ejabberd listens "$port"
    await ejabberd listens "$tls_port"
}

needs erl
main "$@"
