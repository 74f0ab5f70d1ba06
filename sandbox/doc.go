// Package sandbox confines the process that calls it, and lets its supervisor hear every call the sandbox refused.
//
// A confined process of Sekisho cannot open, start, connect or become anything: what it works with are the descriptors
// it was given before. Four walls stand behind one another, each for the case that another one has a hole:
//
//  1. an own user without any capability, and an own, empty, read-only root directory in own namespaces: there is
//     nothing to find;
//  2. Landlock, a kernel module by which a process gives up files, TCP and signals for itself: no rights on what might
//     be found nevertheless;
//  3. seccomp, a filter over the numbers and arguments of system calls: the attack surface of the kernel shrinks to
//     about sixty calls;
//  4. limits, so that a process cannot take the machine with it.
//
// The third wall is also the first detector. Instead of failing a call silently, the filter hands it to the supervisor
// (SECCOMP_RET_USER_NOTIF): the caller sleeps in the kernel until the supervisor has read number, arguments and path and
// has refused it. A role never makes such a call in honest work, so there is nothing to tune: one refused call is an alarm.
//
// Not every host allows all walls. [Level] says which stand, computed from what was done and not from what was wished.
//
// Enter is called in the child, [Listener] is read in the supervisor, [Probe] tells what this host allows.
// Linux on x86-64 only: the filter judges system calls by their numbers there, and other entries end the process.
package sandbox
