#!/bin/bash
# An emulated long link, Chile to Germany, between two network namespaces of this machine.
#
#   wan.sh up NAME [DELAY_MS [RATE_MBIT [LOSS_PERCENT [QUEUE_BYTES [CONGESTION_CONTROL]]]]]
#   wan.sh cut NAME     packets vanish from now on; both ends stay up and learn nothing
#   wan.sh mend NAME
#   wan.sh down NAME    removes all of it
#
# DELAY_MS is one way: 100, the default, is a round trip of 200 ms. Default rate 1000, loss 0, queue 25000000 (one round
# trip of that rate), congestion control bbr (one of net.ipv4.tcp_allowed_congestion_control).
#
# Namespaces: NAME-cl (10.99.0.1, host "chile") and NAME-de (10.99.0.2, host "germany"); run a command in one with
# "ip netns exec NAME-cl COMMAND". Files are those of this machine on both ends, only the network is apart.
# TMPDIR/NAME.wan/stats tells every second what passed and what was lost. NAME: lower case letters and digits.
#
# Needs root, /dev/net/tun and a C compiler (Debian: iproute2, gcc, libc6-dev). Nothing is installed: the emulator is
# compiled into TMPDIR, and goes with the link.
set -Eeuo pipefail

here=$(cd "$(dirname "$0")" && pwd)

usage() {
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

fail() {
    printf 'wan.sh: %s\n' "$1" >&2
    exit 1
}

require_what_it_needs() {
    [ "$(id -u)" = 0 ] || fail 'network namespaces need root'
    [ -c /dev/net/tun ] || fail 'there is no /dev/net/tun; load the kernel module tun'
    command -v ip >/dev/null || fail 'there is no ip; install iproute2'
    command -v gcc >/dev/null || fail 'there is no gcc; install gcc and libc6-dev'
    ! ip netns list | grep -q "^$name-" || fail "there is a link $name already; 'wan.sh down $name' removes it"
}

# Each end knows both by name, and itself also by this machine's: bbcp crashes where its own host name has no address.
make_namespace() { # NAMESPACE OWN_ADDRESS
    ip netns add "$1"
    ip netns exec "$1" ip link set lo up
    mkdir -p "/etc/netns/$1"
    printf '%s\n' '127.0.0.1 localhost' '10.99.0.1 chile' '10.99.0.2 germany' "$2 $(uname -n)" >"/etc/netns/$1/hosts"
}

# Limits of a host tuned for long links: the kernel's usual 4 MiB for what one connection may have under way hold it at
# about 140 Mbit/s over 200 ms.
start_device() { # NAMESPACE OWN_ADDRESS
    ip netns exec "$1" sh -ec "
        ip link set wan0 mtu 1500 txqueuelen 20000 up
        ip addr add $2/30 dev wan0
        sysctl -qw net.ipv4.tcp_congestion_control=$congestion_control net.ipv4.tcp_no_metrics_save=1
        sysctl -qw net.ipv4.tcp_wmem='4096 65536 67108864' net.ipv4.tcp_rmem='4096 131072 67108864'"
}

up() {
    require_what_it_needs
    trap down ERR
    mkdir -p "$state"
    gcc -O2 -pthread -o "$state/wanlink" "$here/wanlink.c"
    make_namespace "$chile" 10.99.0.1
    make_namespace "$germany" 10.99.0.2
    "$state/wanlink" "$chile" "$germany" "$delay_ms" "$rate_mbit" "$loss_percent" "$queue_bytes" "$state/stats" \
        </dev/null >"$state/log" 2>&1 &
    echo $! >"$state/pid"
    for _ in $(seq 100); do
        ! grep -q '^up$' "$state/log" || break
        sleep 0.1
    done
    grep -q '^up$' "$state/log" || {
        cat "$state/log" >&2
        down
        fail 'the emulator did not start'
    }
    start_device "$chile" 10.99.0.1
    start_device "$germany" 10.99.0.2
}

down() {
    if [ -f "$state/pid" ]; then
        kill "$(cat "$state/pid")" 2>/dev/null || true
    fi
    for end in "$chile" "$germany"; do
        ip netns del "$end" 2>/dev/null || true
        rm -rf "/etc/netns/$end"
    done
    rm -rf "$state"
}

tell_emulator() { # SIGNAL
    [ -f "$state/pid" ] || fail "there is no link $name"
    kill -s "$1" "$(cat "$state/pid")"
}

[ $# -ge 2 ] || usage
name=$2
[[ $name =~ ^[a-z0-9]{1,12}$ ]] || fail "a name has 1 to 12 lower case letters and digits, not '$name'"
chile=$name-cl
germany=$name-de
state=${TMPDIR:-/tmp}/$name.wan
delay_ms=${3:-100}
rate_mbit=${4:-1000}
loss_percent=${5:-0}
queue_bytes=${6:-25000000}
congestion_control=${7:-bbr}

case $1 in
    up) up ;;
    cut) tell_emulator USR1 ;;
    mend) tell_emulator USR2 ;;
    down) down ;;
    *) usage ;;
esac
