/* harness/picture/summary.h - what stands above the lanes: what must hold and what was found, the
 * claims, the faults, the difference from the undisturbed run. */
#ifndef HARNESS_PICTURE_SUMMARY_H
#define HARNESS_PICTURE_SUMMARY_H

#include "harness/picture/events.h"
#include "harness/picture/html.h"
#include "harness/picture/page.h"

/* The first lines of a report, as terms: "expected", "found", "struck". */
void summary_story(const struct picture_about *about, struct html *html);
void summary_claims(const struct picture_about *about, const struct picture_events *events,
                    struct html *html);
/* Planned, fired, effective. */
void summary_faults(const struct picture_events *events, struct html *html);
void summary_differences(const struct picture_events *events, struct html *html);

#endif
