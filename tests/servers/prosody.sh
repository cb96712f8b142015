#!/bin/bash
# prosody.sh start DIR [PORT] | stop DIR - a private Prosody 0.12; see README.md.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

config() {
    local ips
    # shellcheck disable=SC2086 # one or two addresses
    ips=$(printf '"%s"; ' $loopback)
    cat <<CONFIG
$([ "$(id -u)" != 0 ] || echo 'run_as_root = true')
pidfile = "$dir/prosody.pid"
data_path = "$dir/data"
log = { debug = "$dir/prosody.log" }
plugin_paths = { "$here" }   -- mod_tls_exporter.lua

interfaces = { $ips}
c2s_ports = { $port }
c2s_direct_tls_ports = { $tls_port }
c2s_require_encryption = true

certificates = "$certs"
ssl = { certificate = "$cert.pem"; key = "$cert.key" }
c2s_direct_tls_ssl = ssl   -- otherwise it looks for one by name
authentication = "internal_plain"

modules_enabled = {
    "roster"; "saslauth"; "tls"; "disco"; "offline"; "ping"; "version";
    "tls_exporter";
}
modules_disabled = { "s2s" }

VirtualHost "$domain"
VirtualHost "localhost"
CONFIG
}

start() {
    local host user accounts
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
