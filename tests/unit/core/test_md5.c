#include "core/md5.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"

/* RFC 1321's own, and lengths around the edges of a block (from md5sum). */
static const struct row {
    const char *name, *text, *want;
} rows[] = {
    {"nothing", "", "d41d8cd98f00b204e9800998ecf8427e"},
    {"a letter", "a", "0cc175b9c0f1b6a831c399e269772661"},
    {"three letters", "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"a sentence", "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"the alphabet", "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
    {"55 bytes: one block", "1234567890123456789012345678901234567890123456789012345",
     "c9ccf168914a1bcfc3229f1948e67da0"},
    {"56 bytes: two blocks", "12345678901234567890123456789012345678901234567890123456",
     "49f193adce178490e34d1b3a4ec0064c"},
    {"64 bytes", "1234567890123456789012345678901234567890123456789012345678901234",
     "eb6c4179c0a7c82cc2828c1e6338e165"},
    {"80 bytes", "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
};

static void digest_row(void **state)
{
    const struct row *row = *state;
    char hex[FL_MD5_HEX_BYTES];
    fl_md5_hex(fl_span_from(row->text), hex);
    assert_string_equal(hex, row->want);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i] =
            (struct CMUnitTest){rows[i].name, digest_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
