#!/bin/sh
# keep-logs.sh FOLDER KIB KEPT SECONDS: sees to it that no *.log in FOLDER grows far beyond KIB kibibytes. One that has
# is copied to *.log.1 (older ones move up to *.log.KEPT) and emptied in place: its program appends, so it writes on at
# the start, and nothing stands between a program and its log. Lines written in the instant between copy and emptying
# are lost.
set -eu
folder=$1 kib=$2 kept=$3 seconds=$4
# Should this be killed, the sleep that it leaves for a moment must not hold the folder.
cd /
trap 'kill "$!" 2>/dev/null; exit 0' TERM
while :; do
  find "$folder" -maxdepth 1 -name '*.log' -size "+${kib}k" | while IFS= read -r log; do
    number=$kept
    while [ "$number" -gt 1 ]; do
      if [ -f "$log.$((number - 1))" ]; then mv -f "$log.$((number - 1))" "$log.$number"; fi
      number=$((number - 1))
    done
    # A full disk must not keep the log from being emptied: then the copy is given up.
    cp "$log" "$log.1" || rm -f "$log.1"
    : >"$log"
  done
  sleep "$seconds" &
  wait "$!" || :
done
