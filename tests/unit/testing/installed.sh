#!/bin/sh
# Installs into a folder of its own, and builds and runs with what pkg-config says: the first program of the
# how-to page, which sees nothing but what is installed, and the tests of the import worker.
# installed.sh BUILD SOURCE_ROOT SANITIZER
set -eu
[ "$3" = none ] || exit 77 # the archive would need the sanitizer's own flags
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
DESTDIR="$folder" meson install -C "$1" --no-rebuild >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$folder" -name faultline-testing.pc)")
export PKG_CONFIG_PATH
prefix=$(dirname "$(find "$folder" -type d -name include)")
cflags=$(pkg-config --define-variable=prefix="$prefix" --cflags faultline-testing cmocka)
libs=$(pkg-config --define-variable=prefix="$prefix" --libs faultline-testing cmocka)
CMOCKA_MESSAGE_OUTPUT=${CMOCKA_MESSAGE_OUTPUT:-STDOUT}
export CMOCKA_MESSAGE_OUTPUT

awk '/^```c$/ { inside = 1; next } inside && /^```$/ { exit } inside' "$2/docs/how-to/test-a-worker.md" \
    >"$folder/test_greeting.c"
# shellcheck disable=SC2086 # words, each of them
cc -std=gnu17 -Wall -Wextra -Werror -o "$folder/test_greeting" "$folder/test_greeting.c" $cflags $libs
"$folder/test_greeting"

for example in import_processor_worker import_life computed_scenario; do
    # shellcheck disable=SC2046,SC2086
    cc -std=gnu17 -D_GNU_SOURCE -o "$folder/$example" "$2/tests/examples/test_$example.c" \
        $(find "$2/src/workers" -name '*.c' ! -name noop.c) $cflags -I"$2/src" $libs
    "$folder/$example"
done
