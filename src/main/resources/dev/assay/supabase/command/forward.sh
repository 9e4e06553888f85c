#!/bin/sh
# Runs the project's own supabase command where npm's would be fetched; hands everything else on.
name=${0##*/}
here=${0%/*}

forward() {
  old=$IFS
  IFS=:
  for place in $PATH; do
    if [ -n "$place" ] && [ -x "$place/$name" ] && ! [ "$place/$name" -ef "$0" ]; then
      IFS=$old
      exec "$place/$name" "$@"
    fi
  done
  echo "$name: not found on this machine" >&2
  exit 127
}

asked=no
case "$name" in
  npx | pnpx | bunx) asked=yes; skip=0 ;;
  *)
    case "$name $1" in
      "npm exec" | "npm x" | "pnpm dlx" | "pnpm exec" | "pnpm supabase" | "bun x" | "yarn dlx" | "yarn supabase") asked=yes; skip=1 ;;
    esac
    [ "$1" = supabase ] && skip=0
    ;;
esac

if [ "$asked" = yes ]; then
  at=0
  wants_value=no
  for word in "$@"; do
    at=$((at + 1))
    [ "$at" -le "$skip" ] && continue
    if [ "$wants_value" = yes ]; then
      wants_value=no
      continue
    fi
    case "$word" in
      -p | --package) wants_value=yes ;;
      -*) ;;
      supabase | supabase@*)
        shift "$at"
        exec "$here/supabase" "$@"
        ;;
      *) break ;;
    esac
  done
fi
forward "$@"
