#include "harness/operate/link.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/report.h"

int operate_open(struct operate_link *link, const struct cli_reader *reader, const char *url,
                 FILE *out)
{
    char problem[FL_PROBLEM_BYTES] = "";
    struct report report = report_init(out, "faultline", REPORT_AUTO);
    *link = (struct operate_link){.reader = reader,
                                  .out = out,
                                  .colour = report.colour,
                                  .terminal = report.live,
                                  .width = report.live ? (size_t)report.width : 0};
    report_release(&report);
    const struct fl_posix_options options = {.redis_url = url ? url : getenv("REDIS_URL"),
                                             .log_fd = STDERR_FILENO,
                                             .log_level = FL_LOG_WARN};
    if (fl_posix_new(&options, &link->posix, problem) != FL_OK)
        return cli_wrong(reader, "%s", problem);
    link->ports = fl_posix_ports(link->posix);
    link->actor = (struct fl_actor){{link->ports->redis, link->ports->clock}, link->ports->random};
    if (fl_posix_check(link->posix, problem) == FL_OK) return CLI_PASSED;
    fprintf(reader->err, "faultline %s: %s\n", reader->command->name, problem);
    return CLI_FAILED;
}

void operate_close(struct operate_link *link)
{
    fl_posix_free(link->posix);
    link->posix = NULL;
}

int operate_failed(const struct operate_link *link, enum fl_error err, struct fl_span words)
{
    const char *name = link->reader->command->name;
    FILE *out = link->reader->err;
    if (err == FL_EREPLY && fl_span_starts(words, FL_SPAN("WRONGTYPE")))
        fprintf(out,
                "faultline %s: a key that is Sidekiq's holds something else; is this the right "
                "database? (%.*s)\n",
                name, FL_SPAN_ARGS(words));
    else if (err == FL_EREPLY && words.length)
        fprintf(out, "faultline %s: Redis: %.*s\n", name, FL_SPAN_ARGS(words));
    else
        fprintf(out, "faultline %s: Redis: %s\n", name, fl_error_text(err));
    return CLI_FAILED;
}

int operate_confirm(const struct operate_link *link, bool yes, const char *question)
{
    char answer[16];
    if (yes) return CLI_PASSED;
    if (!isatty(STDIN_FILENO))
        return cli_wrong(link->reader, "%s Nobody can be asked here: say --yes", question);
    fprintf(link->reader->err, "%s [y/N] ", question);
    fflush(link->reader->err);
    bool agreed = fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
    if (agreed) return CLI_PASSED;
    fputs("nothing was changed\n", link->reader->err);
    return CLI_FAILED;
}
