/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/syscalls.h"
#include "base/text.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* Read what root may read. */
#define READING BIT(CAP_DAC_READ_SEARCH)
/* Remove a folder of our own from one that others own, and take step 2. */
#define ENTERED (READING | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_SETUID) | BIT(CAP_SETGID))

static uint64_t permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* Keep WANTED of what there is: permitted and effective, and nothing for a program to inherit. */
static void keep_capabilities(uint64_t wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	wanted &= permitted();
	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(wanted >> (32 * i));
		data[i].effective = data[i].permitted;
	}
	(void)syscall(SYS_capset, &header, data);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* Not even a program that runs as root could have them back. Needs CAP_SETPCAP. */
static void empty_bounding_set(void)
{
	for (int i = 0; prctl(PR_CAPBSET_DROP, i) == 0; i++)
		;
}

/* False in a user namespace without such a user, where everything stays as it is. */
static bool become_user(void)
{
	return prctl(PR_SET_KEEPCAPS, 1) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(SANDBOX_USER, SANDBOX_USER, SANDBOX_USER) == 0 &&
	       setresuid(SANDBOX_USER, SANDBOX_USER, SANDBOX_USER) == 0;
}

static void restrict_places(const struct landlock_place *places, size_t count,
			    struct sandbox *sandbox)
{
	int version = landlock_enter(places, count);

	if (version > 0)
		sandbox->landlock = version;
}

void sandbox_enter(const struct landlock_place *places, size_t count, struct sandbox *ret)
{
	struct sandbox sandbox = { .user = geteuid() };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	empty_bounding_set();
	keep_capabilities(ENTERED);
	restrict_places(places, count, &sandbox);
	sandbox.syscalls = syscalls_refuse() == 0;
	sandbox.capabilities = permitted();
	*ret = sandbox;
}

/* A cache is none that root would have to stay for. */
static bool has_place(const struct landlock_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].fd >= 0 && !places[i].files_only)
			return true;
	return false;
}

void sandbox_tighten(const struct landlock_place *places, size_t count, struct sandbox *sandbox)
{
	bool whole = sandbox->landlock && sandbox->syscalls;

	restrict_places(places, count, sandbox);
	if (!has_place(places, count) && !whole && geteuid() == 0)
		(void)become_user();
	keep_capabilities(READING);
	sandbox->capabilities = permitted();
	sandbox->user = geteuid();
}

int sandbox_capabilities(const struct sandbox *sandbox, struct strings *ret)
{
	int r = 0;

	if (sandbox->capabilities & READING)
		r = strings_add(ret, "dac_read_search");
	if (r == 0 && sandbox->capabilities & ~READING)
		r = strings_add(ret, "other");
	return r;
}

char *sandbox_sentence(const struct sandbox *sandbox)
{
	auto_free char *landlock =
		sandbox->landlock ? text_format("behind Landlock %d", sandbox->landlock)
				  : text_format("without Landlock, which is not to be had here");

	if (!landlock)
		return NULL;
	return text_format("input is read %s, %s refused system calls, as user %u%s", landlock,
			   sandbox->syscalls ? "with" : "without", sandbox->user,
			   sandbox->capabilities ? ", who may read everything" : "");
}
