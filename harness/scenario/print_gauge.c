/* `zcard(retry) = 3` */
#include <inttypes.h>

#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

void print_gauge(struct printing *p, const struct plan_gauge *gauge)
{
    print_text(p, "%s(", words_text(&words_gauges, (int)gauge->measure));
    print_word(p, fl_span_from(gauge->key));
    if (gauge->field) print_text(p, ",");
    if (gauge->field) print_word(p, fl_span_from(gauge->field));
    print_text(p, ")");
    print_pairs(p, gauge->columns, gauge->column_count);
    print_text(p, " %s ", words_text(&words_relations, (int)gauge->relation));
    if (gauge->text)
        print_word(p, fl_span_from(gauge->text));
    else if (gauge->measure == PLAN_GAUGE_TTL)
        print_duration(p, gauge->number);
    else
        print_text(p, "%" PRId64, gauge->number);
}
