/* src/workers/workers.c - the table of the job classes that ship: build/workers.so. */
#include "workers/import_processor_worker.h"
#include "workers/notification.h"

const struct fl_worker fl_workers[] = {
    {.name = "ImportProcessorWorker",
     .perform = import_processor_perform,
     .exhausted = import_processor_exhausted,
     .retry = 5,
     .queue = "default"},
    {.name = "UserNotificationWorker",
     .perform = notification_perform_user,
     .retry = FL_RETRY_DEFAULT,
     .queue = "user_notifications"},
    {.name = "StaffNotificationWorker",
     .perform = notification_perform_staff,
     .retry = FL_RETRY_DEFAULT,
     .queue = "staff_notifications"},
    {0},
};
