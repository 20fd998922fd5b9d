#!/bin/sh
# Installs into a folder of its own, builds greeting.c with what pkg-config says, and runs it.
# installed.sh BUILD SOURCE SANITIZER
set -eu
[ "$3" = none ] || exit 77 # the archive would need the sanitizer's own flags
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
DESTDIR="$folder" meson install -C "$1" --no-rebuild >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$folder" -name faultline-testing.pc)")
export PKG_CONFIG_PATH
prefix=$(dirname "$(find "$folder" -type d -name include)")
cc -std=gnu17 -o "$folder/greeting" "$2/greeting.c" \
    $(pkg-config --define-variable=prefix="$prefix" --cflags faultline-testing) \
    $(pkg-config --define-variable=prefix="$prefix" --libs faultline-testing cmocka)
CMOCKA_MESSAGE_OUTPUT=${CMOCKA_MESSAGE_OUTPUT:-STDOUT} "$folder/greeting"
