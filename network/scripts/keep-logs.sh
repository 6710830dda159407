#!/bin/sh
# keep-logs.sh FOLDER KIB KEPT SECONDS: sees to it that no *.log in FOLDER grows far beyond KIB kibibytes. What one that
# has holds by then is copied to *.log.1 (older ones move up to *.log.KEPT) and taken from its start. Its program goes on
# appending to the same file meanwhile: nothing stands between a program and its log.
#
# On file systems that can cut out the start of a file (ext4, XFS) no line is lost: what was copied is cut in whole
# blocks, and the rest stays. On others the file is emptied once the copy has caught up with it, and a line written in
# the instant between is lost.
set -eu
folder=$1 kib=$2 kept=$3 seconds=$4
# Should this be killed, the sleep that it leaves for a moment must not hold the folder.
cd /
trap 'kill "$!" 2>/dev/null; exit 0' TERM

size() {
  wc -c <"$1"
}

turn() {
  number=$kept
  while [ "$number" -gt 1 ]; do
    if [ -f "$1.$((number - 1))" ]; then mv -f "$1.$((number - 1))" "$1.$number"; fi
    number=$((number - 1))
  done
  block=$(stat -f -c %S "$1")
  # The last block cannot be cut out, nor one that is not full.
  whole=$((($(size "$1") - 1) / block * block))
  # A full disk must not keep the log from being shortened: then the copy is given up.
  head -c "$whole" "$1" >"$1.1" || rm -f "$1.1"
  if fallocate --collapse-range --offset 0 --length "$whole" "$1" 2>/dev/null; then return; fi
  while [ -f "$1.1" ] && [ "$(size "$1.1")" -lt "$(size "$1")" ]; do
    tail -c "+$(($(size "$1.1") + 1))" "$1" >>"$1.1" || rm -f "$1.1"
  done
  : >"$1"
}

while :; do
  find "$folder" -maxdepth 1 -name '*.log' -size "+${kib}k" | while IFS= read -r log; do turn "$log"; done
  sleep "$seconds" &
  wait "$!" || :
done
