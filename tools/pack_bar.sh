#!/bin/bash
# The bar that packaging is measured against: what a careful operator would build from standard tools.
#
# Packs a folder into one tar on disk, and takes the xxHash64 of every file and the SHA-256 of the tar meanwhile:
#
#   tar ──▶ tee ──▶ dd, past the page cache ──▶ OUT/p.tar
#            └────▶ openssl sha256          ──▶ OUT/p.sha
#   xxhsum on two processes beside it       ──▶ OUT/p.xxh
#
# It reads every file twice (once for tar, once for xxhsum). When it ends, everything is durable.
#
# usage: pack_bar.sh SOURCE_FOLDER OUT_FOLDER
# Prints the seconds it took. Needs GNU tar, coreutils, findutils, openssl and xxhsum (Debian: xxhash).
set -euo pipefail
export LC_ALL=C

source_folder=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)

rm -f "$out"/p.tar "$out"/p.sha "$out"/p.xxh "$out"/p.fifo
mkfifo "$out/p.fifo"
sync -f "$out"
cd "$source_folder"

started=$(date +%s%N)

# Line by line, else the two would write into the middle of each other's lines.
find . -type f -print0 | sort -z | stdbuf -oL xargs -0 -r -P 2 -n 500 xxhsum -H1 >"$out/p.xxh" &
file_digests=$!

openssl dgst -sha256 <"$out/p.fifo" >"$out/p.sha" &
archive_digest=$!

tar --sort=name -b 2048 -cf - . |
  tee "$out/p.fifo" |
  dd of="$out/p.tar" bs=4M iflag=fullblock oflag=direct status=none

wait "$file_digests"
wait "$archive_digest"
sync "$out/p.tar" "$out"

ended=$(date +%s%N)
rm -f "$out/p.fifo"
awk -v from="$started" -v to="$ended" 'BEGIN { printf "%.3f\n", (to - from) / 1e9 }'
