/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/syscalls.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

/*
 * A list of what is refused, not of what is allowed: which calls a dozen libraries make is theirs
 * to change. What Landlock does not see comes first: modes, owners, attributes, times.
 */
static const char *const refused[] = {
	"chmod",
	"fchmod",
	"fchmodat",
	"chown",
	"fchown",
	"lchown",
	"fchownat",
	"chown32",
	"fchown32",
	"lchown32",
	"setxattr",
	"lsetxattr",
	"fsetxattr",
	"removexattr",
	"lremovexattr",
	"fremovexattr",
	"utime",
	"utimes",
	"futimesat",
	"utimensat",
	"utimensat_time64",
	"truncate",
	"truncate64",
	"mknod",
	"mknodat",
	/* programs */
	"execve",
	"execveat",
	"uselib",
	/* other processes */
	"process_vm_readv",
	"process_vm_writev",
	"kill",
	"tkill",
	"rt_sigqueueinfo",
	"rt_tgsigqueueinfo",
	"pidfd_open",
	"pidfd_getfd",
	"pidfd_send_signal",
	"kcmp",
	"process_madvise",
	"process_mrelease",
	"setpriority",
	"ioprio_set",
	"sched_setscheduler",
	"sched_setparam",
	"sched_setattr",
	"sched_setaffinity",
	"migrate_pages",
	"move_pages",
	"shmget",
	"shmat",
	"shmctl",
	"semget",
	"semop",
	"semtimedop",
	"semctl",
	"msgget",
	"msgsnd",
	"msgrcv",
	"msgctl",
	"ipc",
	"mq_open",
	"mq_unlink",
	/* connections: what has no name cannot be reached; libudev's netlink sockets are bound */
	"connect",
	"listen",
	"accept",
	"accept4",
	"sendmsg",
	"sendmmsg",
	/* the kernel */
	"init_module",
	"finit_module",
	"delete_module",
	"create_module",
	"kexec_load",
	"kexec_file_load",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"keyctl",
	"add_key",
	"request_key",
	"reboot",
	"settimeofday",
	"clock_settime",
	"clock_settime64",
	"clock_adjtime",
	"clock_adjtime64",
	"adjtimex",
	"stime",
	"syslog",
	"acct",
	"swapon",
	"swapoff",
	"quotactl",
	"quotactl_fd",
	"sethostname",
	"setdomainname",
	"iopl",
	"ioperm",
	"vhangup",
	"personality",
	"modify_ldt",
	"lookup_dcookie",
	"nfsservctl",
	"_sysctl",
	/* file systems and namespaces */
	"mount",
	"umount",
	"umount2",
	"pivot_root",
	"chroot",
	"move_mount",
	"open_tree",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"mount_setattr",
	"unshare",
	"setns",
	"fanotify_init",
	"fanotify_mark",
	"name_to_handle_at",
	"open_by_handle_at",
#ifndef SANITIZED /* LeakSanitizer looks at the process from a thread that traces it */
	"ptrace",
#endif
};

/*
 * Newer than some libseccomps, so by the numbers that all architectures share: fchmodat2,
 * setxattrat, removexattrat, open_tree_attr, file_setattr.
 */
static const int refused_numbers[] = { 452, 463, 466, 467, 469 };

/* Refused with these arguments only. */
struct row {
	const char *name;
	unsigned int argument;
	enum scmp_compare compare;
	uint64_t a, b; /* as the comparison takes them */
};

#define LOW32 0xffffffffU
#define IOCTL(request)                                                                             \
	{                                                                                          \
		"ioctl", 1, SCMP_CMP_MASKED_EQ, LOW32, (uint32_t)(request)                         \
	}
/* All requests of a TYPE, the second byte of their numbers (linux/ioctl.h). */
#define IOCTLS(type)                                                                               \
	{                                                                                          \
		"ioctl", 1, SCMP_CMP_MASKED_EQ, 0xff00, (type) << 8                                \
	}
#define FCNTL(command)                                                                             \
	{ "fcntl", 1, SCMP_CMP_MASKED_EQ, LOW32, command },                                        \
	{                                                                                          \
		"fcntl64", 1, SCMP_CMP_MASKED_EQ, LOW32, command                                   \
	}
#define CLONE(flag)                                                                                \
	{                                                                                          \
		"clone", 0, SCMP_CMP_MASKED_EQ, flag, flag                                         \
	}
#define FAMILY(family)                                                                             \
	{                                                                                          \
		"socket", 0, SCMP_CMP_MASKED_EQ, LOW32, family                                     \
	}

static const struct row rows[] = {
	/* Input for the terminal. */
	IOCTL(TIOCSTI),
	IOCTL(TIOCLINUX),
	/*
	 * Requests of file systems, of which some change what was opened for reading, and which
	 * Landlock does not see: flags, verity, keys; subvolumes of btrfs, made and made read-only.
	 */
	IOCTLS('f'),
	IOCTLS('v'),
	IOCTLS('X'),
	IOCTLS(0x94),
	/* Whom a file sends a signal, and which. */
	IOCTL(FIOSETOWN),
	IOCTL(SIOCSPGRP),
	FCNTL(F_SETOWN),
	FCNTL(F_SETOWN_EX),
	FCNTL(F_SETSIG),
	CLONE(CLONE_NEWNS),
	CLONE(CLONE_NEWUTS),
	CLONE(CLONE_NEWIPC),
	CLONE(CLONE_NEWUSER),
	CLONE(CLONE_NEWPID),
	CLONE(CLONE_NEWNET),
	CLONE(CLONE_NEWCGROUP),
	/*
	 * Truncated by who opens it for reading, or for neither reading nor writing (open(2), 3):
	 * Landlock sees that from version 3 on only.
	 */
	{ "open", 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC },
	{ "openat", 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC },
	{ "open", 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC },
	{ "openat", 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC },
	/* To an address; what is connected could only be so before. */
	{ "sendto", 4, SCMP_CMP_NE, 0, 0 },
	/* Limits of others; the C library sets those of the process itself as those of 0. */
	{ "prlimit64", 0, SCMP_CMP_NE, 0, 0 },
	FAMILY(AF_INET),
	FAMILY(AF_INET6),
	FAMILY(AF_PACKET),
	FAMILY(AF_VSOCK),
	FAMILY(AF_ALG),
	{ "socket", 0, SCMP_CMP_GT, AF_NETLINK, 0 },
};

static void release_filter(scmp_filter_ctx *filter)
{
	seccomp_release(*filter);
}

/* 0 also where this architecture has no such call. */
static int refuse(scmp_filter_ctx filter, const char *name, unsigned int count,
		  const struct scmp_arg_cmp *compare)
{
	int number = seccomp_syscall_resolve_name(name);
	int r = number == __NR_SCMP_ERROR ? 0
					  : seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM),
								   number, count, compare);

	return r == -EDOM || r == -EEXIST ? 0 : r;
}

static int refuse_rows(scmp_filter_ctx filter)
{
	/* raise() and abort() send themselves a signal; nobody else gets one. */
	const struct scmp_arg_cmp others = { 0, SCMP_CMP_NE, (scmp_datum_t)getpid(), 0 };
	int r = refuse(filter, "tgkill", 1, &others);

	for (size_t i = 0; i < COUNT(rows) && r == 0; i++) {
		const struct row *row = &rows[i];
		const struct scmp_arg_cmp compare = { row->argument, row->compare, row->a, row->b };

		r = refuse(filter, row->name, 1, &compare);
	}
	return r;
}

int syscalls_refuse(void)
{
	AUTO(release_filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? refuse_rows(filter) : -ENOMEM;

	for (size_t i = 0; i < COUNT(refused) && r == 0; i++)
		r = refuse(filter, refused[i], 0, NULL);
	for (size_t i = 0; i < COUNT(refused_numbers) && r == 0; i++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), refused_numbers[i], 0,
					   NULL);
	/* Its flags lie in memory, where no filter sees them: the C library takes clone then. */
	if (r == 0)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0,
					   NULL);
	/* The caller has set no_new_privs, once for Landlock too. */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	return r < 0 ? r : seccomp_load(filter);
}
