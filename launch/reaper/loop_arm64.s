//go:build linux

#include "textflag.h"
#include "layout.h"

#define SYS_EXIT_GROUP 94
#define SYS_SETITIMER 103
#define SYS_KILL 129
#define SYS_RT_SIGTIMEDWAIT 137
#define SYS_PRCTL 167
#define SYS_GETPID 172
#define SYS_WAIT4 260

// func loop()
//
// R19 the status to exit with, R20 the command's process id, 0 when it is gone,
// R21 whether the container is being stopped, R22 what kill(2) takes for all
// processes.
TEXT ·loop(SB), NOSPLIT|NOFRAME, $0-0
	SUB	$FRAME, RSP
	MOVD	$-1, R0
	MOVD	R0, SIGNALS(RSP)
	MOVD	ZR, (SECOND+0)(RSP)
	MOVD	ZR, (SECOND+8)(RSP)
	MOVD	ZR, (SECOND+24)(RSP)
	MOVD	$1, R0
	MOVD	R0, (SECOND+16)(RSP)
	MOVD	$INIT, R0
	MOVD	R0, NAME(RSP)

	// The process is called as what it runs was: "memfd:init", or the descriptor.
	MOVD	$PR_SET_NAME, R0
	ADD	$NAME, RSP, R1
	MOVD	$SYS_PRCTL, R8
	SVC

	MOVD	ZR, R19
	MOVD	ZR, R21
	MOVD	$COMMAND, R0
	MOVW	(R0), R20
	MOVD	$SYS_GETPID, R8
	SVC
	MOVD	$-1, R22
	CMP	$1, R0
	BEQ	reap
	NEG	R20, R22

reap:
	MOVD	$-1, R0
	ADD	$STATUS, RSP, R1
	MOVD	$WNOHANG, R2
	MOVD	ZR, R3
	MOVD	$SYS_WAIT4, R8
	SVC
	CMP	$0, R0
	BEQ	wait
	BLT	exit	// ECHILD
	CMP	R20, R0
	BNE	reaped
	MOVD	ZR, R20
	MOVWU	STATUS(RSP), R0
	ANDS	$0x7f, R0, R1
	BNE	killed
	LSR	$8, R0, R0
	AND	$0xff, R0, R19
	B	reaped

killed:
	ADD	$128, R1, R19

reaped:
	CBZ	R21, reap

alarm:
	MOVD	ZR, R0	// ITIMER_REAL
	ADD	$SECOND, RSP, R1
	MOVD	ZR, R2
	MOVD	$SYS_SETITIMER, R8
	SVC
	B	reap

wait:
	ADD	$SIGNALS, RSP, R0
	ADD	$INFO, RSP, R1
	MOVD	ZR, R2
	MOVD	$8, R3
	MOVD	$SYS_RT_SIGTIMEDWAIT, R8
	SVC
	CMP	$SIGTERM, R0
	BEQ	stop
	CMP	$SIGPWR, R0
	BEQ	stop
	CMP	$SIGCHLD, R0
	BEQ	reap
	CMP	$0, R0
	BLE	reap	// EINTR
	CMP	$SIGALRM, R0
	BNE	pass
	CBZ	R21, pass
	MOVD	R22, R0
	MOVD	$SIGKILL, R1
	MOVD	$SYS_KILL, R8
	SVC
	B	reap

pass:
	CBZ	R20, reap
	MOVD	R0, R1
	MOVD	R20, R0
	MOVD	$SYS_KILL, R8
	SVC
	B	reap

stop:
	CBNZ	R21, reap
	MOVD	$1, R21
	MOVD	R22, R0
	MOVD	$SIGTERM, R1
	MOVD	$SYS_KILL, R8
	SVC
	B	alarm

exit:
	MOVD	R19, R0
	MOVD	$SYS_EXIT_GROUP, R8
	SVC
	BRK
	WORD	$END
	WORD	$END

// func address() uintptr
TEXT ·address(SB), NOSPLIT, $0-8
	MOVD	$·loop(SB), R0
	MOVD	R0, ret+0(FP)
	RET
