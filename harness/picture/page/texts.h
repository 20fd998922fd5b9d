/* harness/picture/page/texts.h - the files of this folder, as embed.py has put them into the
 * program. */
#ifndef HARNESS_PICTURE_PAGE_TEXTS_H
#define HARNESS_PICTURE_PAGE_TEXTS_H

extern const char picture_page_html[]; /* with {{places}} that page.c fills */
extern const char picture_page_css[];
extern const char picture_page_js[];

#endif
