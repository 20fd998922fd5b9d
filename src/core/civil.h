/* src/core/civil.h - dates of the Gregorian calendar, for any year, by arithmetic alone. */
#ifndef FL_CORE_CIVIL_H
#define FL_CORE_CIVIL_H

#include <stdint.h>

struct fl_civil {
    int64_t year;
    int month, day; /* from 1 */
};

/* Days since 1970-01-01, and back. */
int64_t fl_days_from_civil(struct fl_civil date);
struct fl_civil fl_civil_from_days(int64_t days);
int fl_days_in_month(int64_t year, int month);
/* 0 is Sunday. */
int fl_weekday(int64_t days);

#endif
