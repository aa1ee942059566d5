#!/bin/bash
# A stand-in for a site's tape library: its tapes are files in a folder.
#
#   tape-stand-in.sh LIBRARY archive FILE NAME
#   tape-stand-in.sh LIBRARY query NAME
#   tape-stand-in.sh LIBRARY recall NAME FILE
#   tape-stand-in.sh LIBRARY checksum NAME
#
# LIBRARY/tapes/NAME holds the bytes, LIBRARY/calls one line per call. LIBRARY/control is read at every call and makes it
# misbehave; one KEY=VALUE per line:
#   pending=NAME|*        NAME (or everything) is not on tape yet
#   online=yes            what is on tape needs no recall
#   exit_COMMAND=N        COMMAND says why and ends with N, having done nothing
#   hang_COMMAND=yes      COMMAND and a child of it ignore SIGTERM and never end
#   say_COMMAND=TEXT      COMMAND prints TEXT instead of its answer
#   lose=yes              archive ends well and keeps nothing
#   corrupt=yes           archive turns one bit of what it keeps
#   recall_makes=nothing  recall ends well and makes no file
set -u
library=$1 command=$2
shift 2
control() { sed -n "s/^$1=//p" "$library/control" 2>/dev/null | head -n 1; }
printf '%s %s\n' "$command" "$*" >>"$library/calls"

if [ -n "$(control "exit_$command")" ]; then
    echo "stand-in: drive 3 is on fire" >&2
    exit "$(control "exit_$command")"
fi
if [ -n "$(control "hang_$command")" ]; then
    trap '' TERM INT HUP
    (trap '' TERM INT HUP; echo "$BASHPID" >>"$library/hanging"; while :; do sleep 1; done) &
    echo "$$" >>"$library/hanging"
    while :; do sleep 1; done
fi
if [ -n "$(control "say_$command")" ]; then
    control "say_$command"
    exit 0
fi

case $command in
archive)
    file=$1 tape=$library/tapes/$2
    [ -n "$(control lose)" ] && exit 0
    if [ -e "$tape" ]; then
        echo "stand-in: $2 exists and is never overwritten" >&2
        exit 17
    fi
    mkdir -p "$(dirname "$tape")"
    cp "$file" "$tape.partial.$$"
    if [ -n "$(control corrupt)" ]; then
        middle=$(($(stat -c %s "$tape.partial.$$") / 2))
        byte=$(od -An -tu1 -j "$middle" -N 1 "$tape.partial.$$")
        printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$tape.partial.$$" bs=1 seek="$middle" conv=notrunc status=none
    fi
    mv "$tape.partial.$$" "$tape"
    ;;
query)
    pending=$(control pending)
    if [ ! -e "$library/tapes/$1" ]; then
        echo ABSENT
    elif [ "$pending" = "*" ] || [ "$pending" = "$1" ]; then
        echo PENDING
    elif [ -n "$(control online)" ]; then
        echo ONLINE
    else
        echo NEARLINE
    fi
    ;;
recall)
    [ "$(control recall_makes)" = nothing ] || cp "$library/tapes/$1" "$2"
    ;;
checksum)
    sum=$(sha256sum <"$library/tapes/$1") && echo "sha256:${sum%% *}"
    ;;
*)
    exit 64
    ;;
esac
