/* src/workers/workers.c - the table of the job classes that ship: build/workers.so. */
#include "workers/account_export_worker.h"
#include "workers/clean_up_worker.h"
#include "workers/document_worker.h"
#include "workers/import_processor_worker.h"
#include "workers/message.h"
#include "workers/notification.h"
#include "workers/publish_worker.h"
#include "workers/remote_call.h"

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
    {.name = "MessageWorker",
     .perform = message_perform,
     .exhausted = message_exhausted,
     .retry = 10,
     .retry_in = remote_call_retry_in,
     .queue = "user_notifications"},
    {.name = "DocumentWorker",
     .perform = document_perform,
     .exhausted = document_exhausted,
     .retry = 5,
     .queue = "default"},
    {.name = "AccountExportWorker",
     .perform = account_export_perform,
     .exhausted = account_export_exhausted,
     .retry = 10,
     .retry_in = remote_call_retry_in,
     .queue = "default"},
    {.name = "PublishWorker", .perform = publish_perform, .retry = 5, .queue = "low_priority"},
    {.name = "CleanUpWorker", .perform = clean_up_perform, .retry = 5, .queue = "low_priority"},
    {0},
};
