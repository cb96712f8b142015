#!/bin/sh
# libraries.sh LIST ARCHIVE OBJECT C - the library, in one OBJECT, that calls
# door_NAME() where LIST says that NAME() can fail; and a C file that says in
# what LIST is not what it calls, and who fails.
set -eu
export LC_ALL=C
list=$1 archive=$2 object=$3 said=$4
names='^(gnutls_|gsasl_|xml[A-Z]|u8_|u32_|uc_|uninorm_|idn2_)'

ld -r -o "$object" --whole-archive "$archive"
nm -u "$object" | awk '{ print $NF }' | grep -E "$names" | sort >"$said.called"
awk '/^(fails|apart|never) / { print $2 }' "$list" | sort >"$said.listed"
{
    echo '#include "libraries.h"'
    echo 'const char libraries_unlisted[] = ""'
    comm -23 "$said.called" "$said.listed" | sed 's/.*/    "& is not listed; "/'
    comm -13 "$said.called" "$said.listed" | sed 's/.*/    "& is not called; "/'
    echo ';'
    echo 'const char *const libraries_failing[] = {'
    awk '$1 == "fails" { print "    \"" $2 "\"," }' "$list"
    echo '    0 };'
} >"$said"
awk '/^(fails|apart) / { print $2, "door_" $2 }' "$list" >"$said.doors"
objcopy --redefine-syms="$said.doors" "$object"
