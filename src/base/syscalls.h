/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscalls - system calls that reading and unpacking never need are refused from here on.
 *
 * Layer: base. By libseccomp; `make WITHOUT=seccomp` leaves library and file out.
 */
#pragma once

#include <errno.h>

/*
 * Have programs, mounts, modules, other processes and users, connections, modes, owners and
 * attributes of files refused with EPERM. no_new_privs has to be set. 0, or -errno where the kernel
 * or a container has it not, and nothing changed.
 */
#ifdef WITHOUT_SECCOMP
static inline int syscalls_refuse(void)
{
	return -ENOSYS;
}
#else
int syscalls_refuse(void);
#endif
