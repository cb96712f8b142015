#!/bin/bash
# certs.sh DIR - a certificate authority and the certificates that it, and
# others, gave to example.test and its accounts.  Needs certtool (gnutls-bin).
#
#     ca            to be trusted; other-ca is not
#     server        good; server-rsa and server-ed25519 with other keys
#     expired, wrongname, selfsigned, untrusted   what the name says
#     middle        good too: what an attacker got for example.test
#     attacker      for attacker.example, where he waits
#     alice         a client's, with the xmppAddr of each account of hers
#     alice-expired, alice-untrusted, nobody (no address)
#
# Each is a NAME.pem and a NAME.key.
set -eu
mkdir -p "$1"
cd "$1"
umask 077

quietly() {
    "$@" >certs.log 2>&1 || { cat certs.log >&2; exit 1; }
}

key() { # NAME [TYPE]
    local type=(--key-type ecdsa --curve secp256r1)
    case ${2-} in
    rsa) type=(--key-type rsa --bits 2048) ;;
    ed25519) type=(--key-type ed25519) ;;
    esac
    quietly certtool --generate-privkey "${type[@]}" --no-text --outfile "$1.key"
}

self_signed() { # NAME, template on standard input
    key "$1"
    cat >"$1.template"
    quietly certtool --generate-self-signed --no-text --template "$1.template" \
        --load-privkey "$1.key" --outfile "$1.pem"
}

signed_by() { # CA NAME [KEY-TYPE], template on standard input
    key "$2" "${3-}"
    cat >"$2.template"
    quietly certtool --generate-certificate --no-text --template "$2.template" \
        --load-ca-certificate "$1.pem" --load-ca-privkey "$1.key" \
        --load-privkey "$2.key" --outfile "$2.pem"
}

authority() { # COMMON-NAME
    printf 'cn = "%s"\nca\ncert_signing_key\nexpiration_days = 3650\n' "$1"
}

leaf() { # VALIDITY DNS-NAME...
    printf 'cn = "%s"\ntls_www_server\nsigning_key\n%s\n' "$2" "$1"
    printf 'dns_name = "%s"\n' "${@:2}"
}

client() { # VALIDITY COMMON-NAME [JID...]
    printf 'cn = "%s"\ntls_www_client\nsigning_key\n%s\n' "$2" "$1"
    [ $# = 2 ] || printf 'xmpp_name = "%s"\n' "${@:3}"
}

for_years='expiration_days = 3650'
last_century='activation_date = "1999-01-01 00:00:00 UTC"
expiration_date = "1999-12-31 00:00:00 UTC"'
domains='example.test localhost anon.example.test cert.example.test'
alice='alice@example.test alice@localhost alice@cert.example.test'

# shellcheck disable=SC2086 # lists
make_all() {
    authority "Loquat tests" | self_signed ca
    authority "Somebody else" | self_signed other-ca

    leaf "$for_years" $domains | signed_by ca server
    leaf "$for_years" $domains | signed_by ca server-rsa rsa
    leaf "$for_years" $domains | signed_by ca server-ed25519 ed25519
    leaf "$for_years" $domains | signed_by ca middle
    leaf "$last_century" $domains | signed_by ca expired
    leaf "$for_years" wrong.example.net | signed_by ca wrongname
    leaf "$for_years" $domains | self_signed selfsigned
    leaf "$for_years" $domains | signed_by other-ca untrusted
    leaf "$for_years" attacker.example | signed_by ca attacker

    client "$for_years" alice $alice | signed_by ca alice
    client "$last_century" alice $alice | signed_by ca alice-expired
    client "$for_years" alice $alice | signed_by other-ca alice-untrusted
    client "$for_years" nobody | signed_by ca nobody
}

make_all
rm -f ./*.template certs.log
