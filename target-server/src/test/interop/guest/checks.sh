# What the check scripts share. Each check is one line on the report: "ok WHAT" or "NOT OK WHAT",
# the latter followed by what the command said. The host counts them, and fails on any NOT OK.
set -u
. /checks/settings
failures=0

note() { echo "# $*"; }

check() { # check WHAT COMMAND...
    local what=$1
    shift
    if "$@" >/tmp/said 2>&1; then # not in a subshell: a check may be "wait"
        echo "ok $what"
    else
        echo "NOT OK $what (exit $?)"
        tail -12 /tmp/said | sed 's/^/#   /'
        failures=$((failures + 1))
        return 1
    fi
}

refused() { ! "$@"; }

give_up() {
    echo "NOT OK $*"
    exit 1
}

finish() { exit $((failures > 0)); }

event() { # asks the host to do something to the server; succeeds once that is done
    local answer
    echo "event $1" >&8
    read -r -t 60 -u 8 answer && [ "$answer" = done ]
}

poll() { # poll TENTHS COMMAND...: until the command succeeds
    local left=$1
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((left -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

# --- sessions ---

portal=10.0.2.2:$PORT

record() { # record IQN [NAME=VALUE]...: a fresh node record
    local iqn=$1 setting
    shift
    iscsiadm -m node -o delete >/dev/null 2>&1
    iscsiadm -m node -o new -T "$iqn" -p "$portal" >/dev/null || return
    for setting in "node.session.initial_login_retry_max=1" "node.conn[0].timeo.login_timeout=10" "$@"; do
        iscsiadm -m node -T "$iqn" -o update -n "${setting%%=*}" -v "${setting#*=}" || return
    done
}

log_in() { timeout 60 iscsiadm -m node -T "$1" -p "${2:-$portal}" --login; }

log_out() { timeout 60 iscsiadm -m node -T "$1" -p "${2:-$portal}" --logout; }

session_of() { # the sysfs folder of the session with target $1
    local name
    for name in /sys/class/iscsi_session/*/targetname; do
        [ -e "$name" ] && [ "$(<"$name")" = "$1" ] && echo "${name%/targetname}" && return
    done
    return 1
}

disk_of() { # disk_of IQN LUN: name of the block device, once it is there
    local session found
    session=$(session_of "$1") || return
    poll 150 eval "test -b /dev/\$(basename $session/device/target*/*:$2/block/sd*)" || return
    found=$(echo "$session"/device/target*/*:"$2"/block/sd*)
    echo "/dev/${found##*/}"
}

attach() { # attach IQN LUN: logs in, sets disk
    check "log in to $1" log_in "$1" || give_up "no session with $1"
    disk=$(disk_of "$1" "$2") || give_up "LUN $2 of $1 has no block device"
}

detach() {
    check "log out of $1" log_out "$1"
    check "its disk is gone" poll 50 test ! -b "$disk"
}

kernel_complaints() { # anything the kernel calls an error since the last look
    local said
    said=$(dmesg -c -l err,crit,alert,emerg)
    [ -z "$said" ] || { echo "$said"; return 1; }
}
