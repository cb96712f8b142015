#!/bin/bash
# certs.sh DIR - a certificate authority and the certificates that it, and
# others, gave to example.test.  Needs certtool (gnutls-bin).
#
#     ca            to be trusted; other-ca is not
#     server        good
#     expired, wrongname, selfsigned, untrusted   what the name says
#
# Each is a NAME.pem and a NAME.key.
set -eu
mkdir -p "$1"
cd "$1"
umask 077

quietly() {
    "$@" >certs.log 2>&1 || { cat certs.log >&2; exit 1; }
}

key() { # NAME
    quietly certtool --generate-privkey --key-type ecdsa --curve secp256r1 \
        --no-text --outfile "$1.key"
}

self_signed() { # NAME, template on standard input
    key "$1"
    cat >"$1.template"
    quietly certtool --generate-self-signed --no-text --template "$1.template" \
        --load-privkey "$1.key" --outfile "$1.pem"
}

signed_by() { # CA NAME, template on standard input
    key "$2"
    cat >"$2.template"
    quietly certtool --generate-certificate --no-text --template "$2.template" \
        --load-ca-certificate "$1.pem" --load-ca-privkey "$1.key" \
        --load-privkey "$2.key" --outfile "$2.pem"
}

authority() { # COMMON-NAME
    printf 'cn = "%s"\nca\ncert_signing_key\nexpiration_days = 3650\n' "$1"
}

leaf() { # DNS-NAME...
    printf 'cn = "%s"\ntls_www_server\nsigning_key\n' "$1"
    printf 'dns_name = "%s"\n' "$@"
}

for_years='expiration_days = 3650'
last_century='activation_date = "1999-01-01 00:00:00 UTC"
expiration_date = "1999-12-31 00:00:00 UTC"'

authority "Loquat tests" | self_signed ca
authority "Somebody else" | self_signed other-ca

{ leaf example.test localhost; echo "$for_years"; } | signed_by ca server
{ leaf example.test localhost; echo "$last_century"; } | signed_by ca expired
{ leaf wrong.example.net; echo "$for_years"; } | signed_by ca wrongname
{ leaf example.test localhost; echo "$for_years"; } | self_signed selfsigned
{ leaf example.test localhost; echo "$for_years"; } | signed_by other-ca untrusted

rm -f ./*.template certs.log
