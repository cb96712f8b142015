#!/bin/bash
# prosody.sh start DIR [PORT] | stop DIR - a private Prosody 0.12; see README.md.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

lua_list() { # WORD...
    printf '{ '
    printf '"%s"; ' "$@"
    printf '}'
}

# shellcheck disable=SC2086 # lists
config() {
    cat <<CONFIG
$([ "$(id -u)" != 0 ] || echo 'run_as_root = true')
pidfile = "$dir/prosody.pid"
data_path = "$dir/data"
log = { ${LOGLEVEL:-debug} = "$dir/prosody.log" }
plugin_paths = { "$here" }   -- mod_backports.lua

interfaces = $(lua_list $loopback)
c2s_ports = { $port }
c2s_direct_tls_ports = { $tls_port }
c2s_require_encryption = true

certificates = "$certs"
ssl = { certificate = "$cert.pem"; key = "$cert.key"; $max_tls }
-- asks for a client's certificate and lets mod_auth_ccert judge it
local asking = {
    certificate = "$cert.pem"; key = "$cert.key"; $max_tls
    cafile = "$certs/ca.pem"; verify = { "peer", "client_once" };
    verifyext = { lsec_ignore_purpose = false; lsec_continue = true };
}
c2s_direct_tls_ssl = asking   -- otherwise it looks for one by name
authentication = "internal_plain"
channel_bindings = $(lua_list ${BINDINGS-tls-exporter tls-server-end-point tls-unique})

modules_enabled = {
    "roster"; "saslauth"; "tls"; "disco"; "offline"; "ping"; "version";
    "carbons"; "csi"; "backports"; $sasl2 $sm
}
modules_disabled = { "s2s" }
smacks_hibernation_time = 300
smacks_max_queue_size = 5000

VirtualHost "$domain"
VirtualHost "localhost"
VirtualHost "anon.$domain"
    authentication = "anonymous"
VirtualHost "cert.$domain"
    authentication = "ccert"
    c2s_ssl = asking
CONFIG
}

start() {
    local host user accounts
    [ -z "${SASL2-}" ] || [ -d /usr/lib/prosody/modules/mod_sasl2 ] ||
        die "prosody-modules is not installed"
    max_tls=${TLS12:+'protocol = "tlsv1_2";'}
    sasl2=${SASL2:+'"sasl2"; "sasl2_bind2"; "sasl2_fast";'}
    sm=${SM:+'"smacks";'}
    config >"$dir/prosody.cfg.lua"
    for host in ${domain/./%2e} localhost; do
        accounts=$dir/data/$host/accounts
        mkdir -p "$accounts"
        for user in $users; do
            [ -f "$accounts/$user.dat" ] ||
                echo "return { password = \"secret-$user\" }" >"$accounts/$user.dat"
        done
    done
    launch prosody prosody --root -F --config "$dir/prosody.cfg.lua"
    await Prosody listens "$port"
    await Prosody listens "$tls_port"
}

needs prosody
main "$@"
