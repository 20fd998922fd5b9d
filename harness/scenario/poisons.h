/* harness/scenario/poisons.h - the ways in which a job's payload can be poison: `poison JOB WAY`.
 *
 * X(name, key, value, what): the pair of that key gets the value as it stands here, which need not
 * be JSON; an empty value takes the pair away. Without a key the value is all there is of the
 * payload. */
#ifndef HARNESS_SCENARIO_POISONS_H
#define HARNESS_SCENARIO_POISONS_H

#define POISON_WHOLE ""

// clang-format off
#define POISON_WAYS(X) \
    X("empty", POISON_WHOLE, "", "no bytes at all") \
    X("no-json", POISON_WHOLE, "poison", "a word") \
    X("half-json", POISON_WHOLE, "{\"class\":\"NoteWorker\",\"args\":[", "it breaks off") \
    X("null", POISON_WHOLE, "null", "JSON, and no object") \
    X("number", POISON_WHOLE, "7", "JSON, and no object") \
    X("array", POISON_WHOLE, "[]", "JSON, and no object") \
    X("object", POISON_WHOLE, "{}", "an object without anything") \
    X("class-absent", "class", "", "nobody's job") \
    X("class-null", "class", "null", "nobody's job") \
    X("class-number", "class", "7", "nobody's job") \
    X("class-unknown", "class", "\"NoSuchWorker\"", "a class that no process has") \
    X("class-no-utf8", "class", "\"\xff\xfe\"", "bytes that are no text") \
    X("args-absent", "args", "", "no arguments at all") \
    X("args-null", "args", "null", "arguments that are no array") \
    X("args-object", "args", "{}", "arguments that are no array") \
    X("args-text", "args", "\"text\"", "arguments that are no array") \
    X("args-none", "args", "[]", "too few of them") \
    X("args-of-null", "args", "[null,null,null]", "of other types, and too many") \
    X("args-of-text", "args", "[\"text\",\"text\",\"text\"]", "of other types, and too many") \
    X("args-of-arrays", "args", "[[],[],[]]", "of other types, and too many") \
    X("args-of-objects", "args", "[{},{},{}]", "of other types, and too many") \
    X("args-of-zero", "args", "[0,0,0]", "no such record") \
    X("args-negative", "args", "[-1,-1,-1]", "no such record") \
    X("args-of-floats", "args", "[1.5,1.5,1.5]", "a number, and no integer") \
    X("args-past-64-bits", "args", "[9223372036854775808,9223372036854775808]", "more than an integer holds") \
    X("args-of-huge-floats", "args", "[1e400,-1e400]", "more than a float holds") \
    X("args-of-nul", "args", "[\"a\\u0000b\",\"a\\u0000b\"]", "a text with a NUL inside") \
    X("args-no-utf8", "args", "[\"\xff\xfe\",\"\xff\xfe\"]", "bytes that are no text") \
    X("args-half-a-character", "args", "[\"\\ud800\",\"\\ud800\"]", "a surrogate without its other half") \
    X("args-deep", "args", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "nested 64 times") \
    X("jid-absent", "jid", "", "a job without an id") \
    X("jid-null", "jid", "null", "an id that is no text") \
    X("jid-number", "jid", "7", "an id that is no text") \
    X("jid-empty", "jid", "\"\"", "an id of no characters") \
    X("queue-absent", "queue", "", "it does not say where it belongs") \
    X("queue-number", "queue", "7", "it does not say where it belongs") \
    X("queue-other", "queue", "\"no such queue\"", "a retry would go where nobody looks") \
    X("retry-absent", "retry", "", "it does not say how often") \
    X("retry-null", "retry", "null", "neither a number nor true or false") \
    X("retry-text", "retry", "\"many\"", "neither a number nor true or false") \
    X("retry-negative", "retry", "-1", "fewer retries than none") \
    X("retry-past-64-bits", "retry", "9223372036854775808", "more than an integer holds") \
    X("retry-count-text", "retry_count", "\"x\"", "a count that is no number") \
    X("retry-count-negative", "retry_count", "-7", "a count below none") \
    X("retry-count-huge", "retry_count", "2147483647", "a count at the end of an integer") \
    X("created-at-text", "created_at", "\"yesterday\"", "a time that is no number") \
    X("created-at-absent", "created_at", "", "as old clients wrote it") \
    X("enqueued-at-text", "enqueued_at", "\"yesterday\"", "a time that is no number") \
    X("failed-at-text", "failed_at", "\"yesterday\"", "a time that is no number") \
    X("error-message-number", "error_message", "7", "a message that is no text") \
    X("error-backtrace-junk", "error_backtrace", "\"junk\"", "a backtrace that cannot be unpacked") \
    X("dead-text", "dead", "\"maybe\"", "neither true nor false") \
    X("backtrace-text", "backtrace", "\"all\"", "neither a number nor true or false") \
    X("unknown-keys", "of_a_later_version", "{\"a\":[1,null]}", "what a later version may add")
// clang-format on

#endif
