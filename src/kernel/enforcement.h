/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enforcement - which modules a kernel, or the modprobe of its system, refuses on principle.
 *
 * Layer: kernel.
 */
#pragma once

#include <stdbool.h>

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

enum lockdown {
	LOCKDOWN_UNKNOWN,
	LOCKDOWN_NONE,
	LOCKDOWN_INTEGRITY, /* this one and the next take signed modules alone */
	LOCKDOWN_CONFIDENTIALITY,
};
/* "none", "integrity" or "confidentiality"; NULL if it is unknown. */
const char *lockdown_id(enum lockdown lockdown);

struct enforcement {
	enum answer checks; /* does it look at signatures at all (CONFIG_MODULE_SIG)? */
	enum answer sig_enforce; /* module.sig_enforce, or CONFIG_MODULE_SIG_FORCE */
	enum lockdown lockdown;
	enum answer secure_boot; /* of the firmware: a fact, from which nothing follows here */
	enum answer tells_supported; /* SLE: does it know which modules are supported? */
	enum answer
		kernel_refuses; /* SLE: the kernel itself those that are not (`unsupported`=0) */
	enum answer modprobe_refuses; /* SLE: modprobe those that are not */
};

/*
 * What is known of the kernel RELEASE of the system below ROOT_FD. Only of the RUNNING one more is
 * than its configuration: nothing says with which command line another one will be booted. 0 or
 * -ENOMEM.
 */
int enforcement_find(int root_fd, const char *release, bool running, struct enforcement *ret);
/* Does it take modules alone that carry a good signature? */
enum answer enforcement_asks_signature(const struct enforcement *enforcement);
/* Are modules refused that are not supported? */
enum answer enforcement_asks_support(const struct enforcement *enforcement);
/* Is SUPPORTED, of a module, what SUSE or a partner says: "yes" or "external"? */
bool enforcement_is_supported(const char *supported);
