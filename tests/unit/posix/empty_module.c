/* A shared object that is no handler module. */
int nothing_in_particular(void);

int nothing_in_particular(void)
{
    return 0;
}
