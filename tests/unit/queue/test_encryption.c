#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/encryption.h"
#include "queue/job.h"

static void count_up(void *self, const char *label, void *out, size_t length)
{
    uint8_t *next = self;
    (void)label;
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)out)[i] = (*next)++;
}

static const struct fl_random_ops random_ops = {.bytes = count_up};

#define FIRST  "0123456789abcdef0123456789abcdef"
#define SECOND "fedcba9876543210fedcba9876543210"

static const struct fl_keyring first = {.keys = {{1, FIRST}}, .count = 1, .active = 1};
static const struct fl_keyring both = {.keys = {{1, FIRST}, {2, SECOND}}, .count = 2, .active = 2};
static const struct fl_keyring second = {.keys = {{2, SECOND}}, .count = 1, .active = 2};
static const struct fl_encrypted_for mine = {"SecretWorker", "00000000000000000000000a"};

static enum fl_error seal(const struct fl_keyring *keyring, const char *args, struct fl_buf *out)
{
    uint8_t next = 0;
    *out = FL_BUF_INIT(1024 * 1024);
    return fl_encrypt_args(keyring, (struct fl_random){&random_ops, &next}, mine,
                           fl_span_from(args), out);
}

static enum fl_error open_sealed(const struct fl_keyring *keyring, struct fl_encrypted_for whose,
                                 struct fl_span args, struct fl_buf *out, int64_t *ret_version)
{
    struct fl_json json;
    *out = FL_BUF_INIT(1024 * 1024);
    assert_int_equal(fl_json_parse(args, &json, NULL), FL_OK);
    enum fl_error err = fl_decrypt_args(keyring, whose, fl_json_root(&json), out, ret_version);
    fl_json_release(&json);
    return err;
}

/* What stands in payloads must be read by later versions: nonce 00 01 02 ..., key and text known.
 */
static void the_form_is_kept(void **state)
{
    struct fl_buf sealed;
    (void)state;
    assert_int_equal(seal(&first, "[\"a\", \"open sesame\"]", &sealed), FL_OK);
    assert_string_equal(sealed.bytes, "[\"a\",\"fl1:1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
                                      "eUTOOHEWoG2nKATww870f9RAroD1WJWbY0Z9mbY=\"]");
    fl_buf_release(&sealed);
}

static struct trip {
    const char *name, *args, *want;
} trips[] = {
    {"trip: a text", "[\"secret\"]", "[\"secret\"]"},
    {"trip: the others keep their bytes", "[ 12345678901234567890123, {\"a\" : 1.0} , [7, null]]",
     "[12345678901234567890123,{\"a\" : 1.0},[7, null]]"},
    {"trip: nothing", "[null]", "[null]"},
    {"trip: an empty text", "[\"\"]", "[\"\"]"},
    {"trip: non-ASCII", "[1,\"\xc3\xa9\\n\"]", "[1,\"\xc3\xa9\\n\"]"},
};

static void trip_row(void **state)
{
    const struct trip *row = *state;
    struct fl_buf sealed, plain;
    int64_t version;
    assert_int_equal(seal(&both, row->args, &sealed), FL_OK);
    assert_int_equal(open_sealed(&both, mine, fl_buf_span(&sealed), &plain, &version), FL_OK);
    assert_string_equal(plain.bytes, row->want);
    assert_int_equal(version, 2);
    fl_secret_release(&plain);
    fl_buf_release(&sealed);
}

static void an_older_key_is_found_by_its_version(void **state)
{
    struct fl_buf sealed, plain;
    int64_t version;
    (void)state;
    assert_int_equal(seal(&first, "[\"secret\"]", &sealed), FL_OK);
    assert_int_equal(open_sealed(&both, mine, fl_buf_span(&sealed), &plain, &version), FL_OK);
    assert_int_equal(version, 1);
    fl_secret_release(&plain);
    assert_int_equal(open_sealed(&second, mine, fl_buf_span(&sealed), &plain, &version),
                     FL_ENOTFOUND);
    assert_int_equal(version, 1);
    fl_secret_release(&plain);
    assert_int_equal(open_sealed(NULL, mine, fl_buf_span(&sealed), &plain, &version), FL_ENOTFOUND);
    fl_secret_release(&plain);
    fl_buf_release(&sealed);
}

static void it_belongs_to_its_job(void **state)
{
    struct fl_buf sealed, plain;
    int64_t version;
    (void)state;
    assert_int_equal(seal(&first, "[\"secret\"]", &sealed), FL_OK);
    assert_int_equal(open_sealed(&first, (struct fl_encrypted_for){"SecretWorker", "another"},
                                 fl_buf_span(&sealed), &plain, &version),
                     FL_EINVAL);
    fl_secret_release(&plain);
    assert_int_equal(open_sealed(&first, (struct fl_encrypted_for){"OtherWorker", mine.jid},
                                 fl_buf_span(&sealed), &plain, &version),
                     FL_EINVAL);
    fl_secret_release(&plain);
    fl_buf_release(&sealed);
}

static void whatever_is_changed_is_noticed(void **state)
{
    struct fl_buf sealed, plain;
    int64_t version;
    (void)state;
    assert_int_equal(seal(&first, "[\"secret\"]", &sealed), FL_OK);
    for (size_t i = strlen("[\"fl1:1:"); sealed.bytes[i] != '"'; i++) {
        char before = sealed.bytes[i];
        sealed.bytes[i] = before == 'A' ? 'B' : 'A';
        assert_int_equal(open_sealed(&first, mine, fl_buf_span(&sealed), &plain, &version),
                         FL_EINVAL);
        fl_secret_release(&plain);
        sealed.bytes[i] = before;
    }
    fl_buf_release(&sealed);
}

static struct no_text {
    const char *name, *args;
} no_texts[] = {
    {"no text: plain", "[\"secret\"]"},
    {"no text: a number", "[7]"},
    {"no text: no arguments", "[]"},
    {"no text: no list", "{\"a\":1}"},
    {"no text: nothing behind the version", "[\"fl1:1:\"]"},
    {"no text: too short for a tag", "[\"fl1:1:AAECAwQFBgc=\"]"},
    {"no text: no version", "[\"fl1::AAECAwQFBgc=\"]"},
    {"no text: a version of words", "[\"fl1:one:AAECAwQFBgc=\"]"},
    {"no text: no colon", "[\"fl1:1\"]"},
    {"no text: no Base64", "[\"fl1:1:****\"]"},
    {"no text: another form", "[\"fl2:1:AAECAwQFBgc=\"]"},
};

static void no_text_row(void **state)
{
    const struct no_text *row = *state;
    struct fl_buf plain;
    int64_t version;
    assert_int_equal(open_sealed(&first, mine, fl_span_from(row->args), &plain, &version),
                     FL_EINVAL);
    fl_secret_release(&plain);
}

static void there_is_something_to_encrypt_and_a_key(void **state)
{
    struct fl_buf sealed;
    (void)state;
    assert_int_equal(seal(&first, "[]", &sealed), FL_EINVAL);
    fl_buf_release(&sealed);
    assert_int_equal(seal(&first, "7", &sealed), FL_EINVAL);
    fl_buf_release(&sealed);
    assert_int_equal(seal(&first, "[", &sealed), FL_EINVAL);
    fl_buf_release(&sealed);
    assert_int_equal(seal(NULL, "[1]", &sealed), FL_ENOTFOUND);
    fl_buf_release(&sealed);
}

#define HEX  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX2 "FF0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"

static struct file_case {
    const char *name, *text;
    enum fl_error want;
    uint32_t want_line;
    int64_t want_active;
} files[] = {
    {"file: one key", "1 " HEX "\n", FL_OK, 0, 1},
    {"file: the last one is active", "1 " HEX "\n2 " HEX2, FL_OK, 0, 2},
    {"file: unless another is said to be", "# keys\n\nactive 1\n 1\t" HEX "\r\n2 " HEX2 "\n", FL_OK,
     0, 1},
    {"file: empty", "", FL_EPARSE, 0, 0},
    {"file: the active one is missing", "1 " HEX "\nactive 2\n", FL_EPARSE, 0, 0},
    {"file: too short", "1 0001\n", FL_EPARSE, 1, 0},
    {"file: too long", "# a\n1 " HEX "00\n", FL_EPARSE, 2, 0},
    {"file: no hex", "1 x" HEX "\n", FL_EPARSE, 1, 0},
    {"file: no version", HEX "\n", FL_EPARSE, 1, 0},
    {"file: a version twice", "1 " HEX "\n1 " HEX2 "\n", FL_EPARSE, 2, 0},
    {"file: version 0", "0 " HEX "\n", FL_EPARSE, 1, 0},
    {"file: more on a line", "1 " HEX " x\n", FL_EPARSE, 1, 0},
};

static void file_row(void **state)
{
    const struct file_case *row = *state;
    struct fl_keyring keyring = {0};
    uint32_t line;
    assert_int_equal(fl_keyring_read(fl_span_from(row->text), &keyring, &line), row->want);
    assert_int_equal(line, row->want_line);
    assert_int_equal(keyring.active, row->want_active);
    if (!row->want) assert_int_equal(keyring.keys[0].bytes[31], 0x1f);
}

/* --- a job --- */

static const struct fl_ports none;

static void expect_failure(const struct fl_keyring *keyring, const char *want)
{
    const struct fl_job_world world = {.ports = &none, .keyring = keyring};
    struct fl_payload payload;
    struct fl_job job;
    assert_int_equal(fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"jid\":\"j\",\"encrypt\":true,"
                                              "\"args\":[\"fl1:3:AAECAwQFBgc=\"]}"),
                                      &payload),
                     FL_OK);
    fl_job_init(&job, &world, &payload, "default");
    assert_false(fl_job_decrypt(&job));
    assert_string_equal(job.failure.error_class, "EncryptionError");
    assert_int_equal(job.failure.kind, FL_TRANSIENT);
    assert_non_null(strstr(fl_failure_message(&job.failure), want));
    fl_job_release(&job);
    fl_payload_release(&payload);
}

static void a_job_without_its_key_says_which_one_is_missing(void **state)
{
    static const struct fl_keyring third = {.keys = {{3, FIRST}}, .count = 1, .active = 3};
    (void)state;
    expect_failure(&both, "this process has no key of version 3");
    expect_failure(NULL, "this process has no key of version 3");
    expect_failure(&third, "not what was encrypted for this job");
}

static void a_handler_sees_the_plain_argument(void **state)
{
    const struct fl_job_world world = {.ports = &none, .keyring = &both};
    struct fl_buf sealed, text = FL_BUF_INIT(4096);
    struct fl_payload payload;
    struct fl_job job;
    const char *secret;
    (void)state;
    assert_int_equal(seal(&first, "[7,\"secret\"]", &sealed), FL_OK);
    assert_int_equal(fl_buf_printf(&text,
                                   "{\"class\":\"%s\",\"jid\":\"%s\",\"encrypt\":true,"
                                   "\"args\":%s}",
                                   mine.worker, mine.jid, sealed.bytes),
                     FL_OK);
    assert_int_equal(fl_payload_parse(fl_buf_span(&text), &payload), FL_OK);
    fl_job_init(&job, &world, &payload, "default");
    assert_int_equal(fl_job_text(&job, 1, &secret), FL_OK);
    assert_non_null(strstr(secret, "fl1:1:"));
    assert_true(fl_job_decrypt(&job));
    assert_int_equal(fl_job_text(&job, 1, &secret), FL_OK);
    assert_string_equal(secret, "secret");
    assert_int_equal(fl_json_length(fl_job_args(&job)), 2);
    fl_job_release(&job);
    fl_payload_release(&payload);
    fl_buf_release(&text);
    fl_buf_release(&sealed);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(the_form_is_kept),
        cmocka_unit_test(an_older_key_is_found_by_its_version),
        cmocka_unit_test(it_belongs_to_its_job),
        cmocka_unit_test(whatever_is_changed_is_noticed),
        cmocka_unit_test(there_is_something_to_encrypt_and_a_key),
        cmocka_unit_test(a_job_without_its_key_says_which_one_is_missing),
        cmocka_unit_test(a_handler_sees_the_plain_argument),
    };
    rows_add(&rows, trip_row, trips, FL_COUNT(trips), sizeof(trips[0]));
    rows_add(&rows, no_text_row, no_texts, FL_COUNT(no_texts), sizeof(no_texts[0]));
    rows_add(&rows, file_row, files, FL_COUNT(files), sizeof(files[0]));
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "encryption");
}
