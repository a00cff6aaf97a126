//go:build linux

#include "textflag.h"
#include "layout.h"

#define SYS_SETITIMER 38
#define SYS_GETPID 39
#define SYS_WAIT4 61
#define SYS_KILL 62
#define SYS_RT_SIGTIMEDWAIT 128
#define SYS_PRCTL 157
#define SYS_EXIT_GROUP 231

// func loop()
//
// R12 the status to exit with, R13 the command's process id, 0 when it is gone,
// R14 whether the container is being stopped, R15 what kill(2) takes for all
// processes.
TEXT ·loop(SB), NOSPLIT|NOFRAME, $0-0
	SUBQ	$FRAME, SP
	MOVQ	$-1, AX
	MOVQ	AX, SIGNALS(SP)
	XORL	AX, AX
	MOVQ	AX, (SECOND+0)(SP)
	MOVQ	AX, (SECOND+8)(SP)
	MOVQ	AX, (SECOND+24)(SP)
	MOVQ	$1, (SECOND+16)(SP)
	MOVQ	$INIT, AX
	MOVQ	AX, NAME(SP)

	// The process is called as what it runs was: "memfd:init", or the descriptor.
	MOVL	$PR_SET_NAME, DI
	LEAQ	NAME(SP), SI
	MOVL	$SYS_PRCTL, AX
	SYSCALL

	XORL	R12, R12
	XORL	R14, R14
	MOVL	$COMMAND, AX
	MOVLQSX	(AX), R13
	MOVL	$SYS_GETPID, AX
	SYSCALL
	MOVQ	$-1, R15
	CMPQ	AX, $1
	JEQ	reap
	MOVQ	R13, R15
	NEGQ	R15

reap:
	MOVQ	$-1, DI
	LEAQ	STATUS(SP), SI
	MOVL	$WNOHANG, DX
	XORL	R10, R10
	MOVL	$SYS_WAIT4, AX
	SYSCALL
	TESTQ	AX, AX
	JEQ	wait
	JLT	exit	// ECHILD
	CMPQ	AX, R13
	JNE	reaped
	XORL	R13, R13
	MOVL	STATUS(SP), R12
	MOVL	R12, CX
	ANDL	$0x7f, CX
	JNE	killed
	SHRL	$8, R12
	ANDL	$0xff, R12
	JMP	reaped

killed:
	LEAL	128(CX), R12

reaped:
	TESTL	R14, R14
	JEQ	reap

alarm:
	XORL	DI, DI	// ITIMER_REAL
	LEAQ	SECOND(SP), SI
	XORL	DX, DX
	MOVL	$SYS_SETITIMER, AX
	SYSCALL
	JMP	reap

wait:
	LEAQ	SIGNALS(SP), DI
	LEAQ	INFO(SP), SI
	XORL	DX, DX
	MOVL	$8, R10
	MOVL	$SYS_RT_SIGTIMEDWAIT, AX
	SYSCALL
	CMPQ	AX, $SIGTERM
	JEQ	stop
	CMPQ	AX, $SIGPWR
	JEQ	stop
	CMPQ	AX, $SIGCHLD
	JEQ	reap
	CMPQ	AX, $0
	JLE	reap	// EINTR
	CMPQ	AX, $SIGALRM
	JNE	pass
	TESTL	R14, R14
	JEQ	pass
	MOVQ	R15, DI
	MOVL	$SIGKILL, SI
	MOVL	$SYS_KILL, AX
	SYSCALL
	JMP	reap

pass:
	MOVQ	R13, DI
	TESTQ	DI, DI
	JEQ	reap
	MOVL	AX, SI
	MOVL	$SYS_KILL, AX
	SYSCALL
	JMP	reap

stop:
	TESTL	R14, R14
	JNE	reap
	MOVL	$1, R14
	MOVQ	R15, DI
	MOVL	$SIGTERM, SI
	MOVL	$SYS_KILL, AX
	SYSCALL
	JMP	alarm

exit:
	MOVL	R12, DI
	MOVL	$SYS_EXIT_GROUP, AX
	SYSCALL
	INT	$3
	LONG	$END
	LONG	$END

// func address() uintptr
TEXT ·address(SB), NOSPLIT, $0-8
	LEAQ	·loop(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
