/* No table of workers at all. */
int nothing_to_see_here(void);

int nothing_to_see_here(void)
{
    return 0;
}
