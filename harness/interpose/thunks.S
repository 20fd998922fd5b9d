/* Each forbidden name is a jump into one routine, which asks sim_forbidden_enter where to go on and
 * then goes there with every argument as it came, so that any signature passes, variadic ones too.
 * (No listed function takes floating-point arguments.) */
#include "harness/interpose/forbidden_list.h"

#ifndef __x86_64__
#error "the thunks are written for x86-64: port this file, 20 lines, to the new machine"
#endif

    .text
    .hidden sim_forbidden_enter
    .set sim_thunk_number, 0

    .macro SIM_THUNK name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    movl $sim_thunk_number, %r11d
    jmp sim_thunk_enter
    .cfi_endproc
    .size \name, . - \name
    .set sim_thunk_number, sim_thunk_number + 1
    .endm

#define SIM_THUNK_LINE(name) SIM_THUNK name;
    SIM_FORBIDDEN_LIST(SIM_THUNK_LINE)

    .type sim_thunk_enter, @function
sim_thunk_enter:
    .cfi_startproc
    pushq %rax /* holds the count of vector registers of a variadic call */
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %r8
    pushq %r9
    .cfi_adjust_cfa_offset 56
    movl %r11d, %edi
    movq 56(%rsp), %rsi /* the caller's return address */
    call sim_forbidden_enter
    movq %rax, %r11
    popq %r9
    popq %r8
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    popq %rax
    .cfi_adjust_cfa_offset -56
    jmp *%r11
    .cfi_endproc
    .size sim_thunk_enter, . - sim_thunk_enter

    .section .note.GNU-stack, "", @progbits
