# shellcheck shell=bash
# common.sh - what the parts share; they source it.
#
# From tests/run they have TOP, the checkout (and working directory); BUILD, the
# build that is tested; WRAP, the words to put before each program of it (for
# valgrind; often none); and LOGS, where to put what nobody reads unless
# something fails.
set -u
: "${TOP:?is set by tests/run}" "${BUILD:?}" "${LOGS:?}"

ok() { # NAME
    echo "ok $1"
}

not_ok() { # NAME WHY
    echo "not ok $1: $2"
}

skip() { # NAME WHY
    echo "skip $1: $2"
}

# One check: COMMAND must succeed.  If not, its last words are shown.
check() { # NAME COMMAND...
    local name=$1 log status=0
    log=$LOGS/${name//[^A-Za-z0-9._-]/-}.log
    shift
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ $status = 0 ]; then
        ok "$name"
    else
        not_ok "$name" "status $status, see ${log#"$TOP"/}"
        tail -n 25 "$log" | sed 's/^/    /'
        return 1
    fi
}

# A program that prints its own ok lines, PREFIX before each name.
speaks() { # PREFIX COMMAND...
    local prefix=$1 log status
    log=$LOGS/${prefix//[^A-Za-z0-9._-]/-}.log
    shift
    "$@" 2>"$log.err" </dev/null | tee "$log" |
        sed -u "s/^\(ok\|not ok\|skip\) /&$prefix: /"
    status=${PIPESTATUS[0]}
    if [ "$status" != 0 ] && ! grep -q '^not ok ' "$log"; then
        not_ok "$prefix" "status $status after: $(tail -n 1 "$log")"
        tail -n 25 "$log.err" | sed 's/^/    /'
    elif ! grep -qE '^(ok|not ok|skip) ' "$log"; then
        not_ok "$prefix" "said nothing"
    fi
}

# Configure (anew if OPTION... changed) and build a tree.
build_tree() { # DIR OPTION...
    local dir=$1
    shift
    if [ "$(cat "$dir/options" 2>/dev/null)" != "$*" ]; then
        rm -rf "${dir:?}/meson-private" "$dir/build.ninja"
        meson setup "$dir" "$TOP" "$@" && echo "$*" >"$dir/options" || return
    fi
    meson compile -C "$dir"
}

# A plain release build, as packagers make it, installed in $release/prefix.
# Several parts need it, so it is a check only when it fails.
release=$TOP/build-release
build_release() {
    check "release build" install_release >"$LOGS/release" && return
    cat "$LOGS/release"
    return 1
}

install_release() {
    build_tree "$release" --buildtype=release -Db_ndebug=true \
        -Ddefault_library=both -Dtests=false \
        --prefix="$release/prefix" --libdir=lib &&
        rm -rf "$release/prefix" &&
        meson install -C "$release" --quiet --no-rebuild
}
