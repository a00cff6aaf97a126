// Where the init finds the command's process id: image.go puts it there. The file
// is mapped at BASE, headers first.
#define BASE 0x400000
#define COMMAND (BASE + 176)

// What stands behind the last instruction, to find the code's end.
#define END 0x0d1e2c3b

// The stack, from its pointer upwards.
#define STATUS 0      // int, of wait4
#define INFO 8        // siginfo_t, 128 bytes
#define SIGNALS 136   // sigset_t
#define SECOND 144    // struct itimerval: once, after a second
#define NAME 176      // "init"
#define FRAME 192

#define SIGKILL 9
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 17
#define SIGPWR 30

#define WNOHANG 1
#define PR_SET_NAME 15
#define INIT 0x74696e69 // "init", the first letter in the lowest byte
