/* Feeds a fuzz target without a fuzzing engine: each file of its corpus as it is, then mutations of
 * them, the same ones for the same seed. Built with clang's -fsanitize=fuzzer instead of this file,
 * a target runs under libFuzzer.
 *
 * usage: fuzz_TARGET CORPUS_DIR [ITERATIONS [SEED]]. A crash names the iteration; ITERATIONS set to
 * it and the same SEED end with the crashing input. */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { SEEDS_MAX = 256, INPUT_BYTES_MAX = 64 * 1024, ITERATIONS_DEFAULT = 100 * 1000 };

struct input {
    uint8_t bytes[INPUT_BYTES_MAX];
    size_t length;
};

static struct input *seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t random_state;
static volatile long iteration; /* read by the handler of a crash */

static size_t below(size_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % bound);
}

static void on_crash(int signal_number)
{
    char line[80];
    int length =
        snprintf(line, sizeof line, "signal %d in iteration %ld\n", signal_number, (long)iteration);
    if (write(STDERR_FILENO, line, (size_t)length) != length) _exit(2);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void load(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct input *seed = calloc(1, sizeof *seed);
    if (!file || !seed || seed_count == SEEDS_MAX) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    seed->length = fread(seed->bytes, 1, sizeof seed->bytes, file);
    fclose(file);
    seeds[seed_count++] = seed;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void load_corpus(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, alphasort);
    char path[4096];
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        load(path);
        free(entries[i]);
    }
    if (count <= 0) {
        fprintf(stderr, "no corpus in %s\n", folder);
        exit(2);
    }
    free(entries);
}

/* --- mutations: each works in place and keeps length <= INPUT_BYTES_MAX --- */

static void cut(struct input *input)
{
    size_t from = below(input->length), count = 1 + below(input->length - from);
    memmove(input->bytes + from, input->bytes + from + count, input->length - from - count);
    input->length -= count;
}

static void insert(struct input *input, const uint8_t *bytes, size_t count)
{
    size_t at = below(input->length + 1);
    if (count > INPUT_BYTES_MAX - input->length) return;
    memmove(input->bytes + at + count, input->bytes + at, input->length - at);
    memcpy(input->bytes + at, bytes, count);
    input->length += count;
}

static void insert_interesting(struct input *input)
{
    static const char *const words[] = {"\"",      "\\",      "\n",
                                        "\r\n",    ",",       "[",
                                        "{",       "}",       "]",
                                        ":",       "$",       "*",
                                        "-1",      "0",       "1e9",
                                        "\xff",    "{1..3}",  "99999999999999999999",
                                        "\\ud800", "\\u0000", "\xef\xbb\xbf",
                                        "  "};
    const char *word = words[below(sizeof words / sizeof words[0])];
    insert(input, (const uint8_t *)word, strlen(word));
}

static void insert_from_other(struct input *input)
{
    const struct input *other = seeds[below(seed_count)];
    size_t from;
    if (other->length == 0) return;
    from = below(other->length);
    insert(input, other->bytes + from, 1 + below(other->length - from));
}

static void mutate_once(struct input *input)
{
    if (input->length == 0) {
        insert_interesting(input);
        return;
    }
    switch (below(5)) {
    case 0: input->bytes[below(input->length)] ^= (uint8_t)(1u << below(8)); break;
    case 1: input->bytes[below(input->length)] = (uint8_t)below(256); break;
    case 2: cut(input); break;
    case 3: insert_interesting(input); break;
    default: insert_from_other(input); break;
    }
}

/* Each input has a block of exactly its size, so that a sanitizer sees any step beyond it. */
static void feed(const struct input *input)
{
    uint8_t *exact = malloc(input->length ? input->length : 1);
    if (!exact) exit(2);
    memcpy(exact, input->bytes, input->length);
    LLVMFuzzerTestOneInput(exact, input->length);
    free(exact);
}

int main(int argc, char **argv)
{
    static struct input current;
    long iterations = argc > 2 ? atol(argv[2]) : ITERATIONS_DEFAULT;
    if (argc < 2) {
        fprintf(stderr, "usage: %s CORPUS_DIR [ITERATIONS [SEED]]\n", argv[0]);
        return 2;
    }
    random_state = argc > 3 ? strtoull(argv[3], NULL, 10) | 1 : 1;
    signal(SIGSEGV, on_crash);
    signal(SIGABRT, on_crash);
    load_corpus(argv[1]);
    for (size_t i = 0; i < seed_count; i++)
        feed(seeds[i]);
    for (iteration = 1; iteration <= iterations; iteration++) {
        current = *seeds[below(seed_count)];
        for (size_t times = 1 + below(8); times > 0; times--)
            mutate_once(&current);
        feed(&current);
    }
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i]);
    printf("%zu seeds and %ld mutations\n", seed_count, iterations);
    return 0;
}
