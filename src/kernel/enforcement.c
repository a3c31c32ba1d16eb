/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/enforcement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/config.h"
#include "kernel/modprobe.h"

static const char blanks[] = " \t\n";

const char *lockdown_id(enum lockdown lockdown)
{
	static const char *const ids[] = {
		[LOCKDOWN_UNKNOWN] = NULL,
		[LOCKDOWN_NONE] = "none",
		[LOCKDOWN_INTEGRITY] = "integrity",
		[LOCKDOWN_CONFIDENTIALITY] = "confidentiality",
	};

	return ids[lockdown];
}

static enum lockdown lockdown_of(const char *id)
{
	for (enum lockdown i = LOCKDOWN_NONE; i <= LOCKDOWN_CONFIDENTIALITY; i++)
		if (text_equal(id, lockdown_id(i)))
			return i;
	return LOCKDOWN_UNKNOWN;
}

/* The first word of the file at PATH, owned, or NULL. */
static char *read_word(int root_fd, const char *path)
{
	auto_bytes struct bytes file = { 0 };

	if (file_read_in_root(root_fd, path, KERNEL_TEXT_SIZE_MAX, &file) < 0)
		return NULL;
	return strndup((const char *)file.data, strcspn((const char *)file.data, blanks));
}

/* "none [integrity] confidentiality" (Linux: security/lockdown/lockdown.c). */
static void read_lockdown(int root_fd, struct enforcement *ret)
{
	auto_bytes struct bytes file = { 0 };
	auto_free char *id = NULL;
	const char *at;

	if (file_read_in_root(root_fd, "sys/kernel/security/lockdown", KERNEL_TEXT_SIZE_MAX,
			      &file) < 0)
		return;
	at = strchr((const char *)file.data, '[');
	id = at ? strndup(at + 1, strcspn(at + 1, "]")) : NULL;
	ret->lockdown = id ? lockdown_of(id) : LOCKDOWN_UNKNOWN;
}

/* As the kernel reads a switch (Linux: kstrtobool()); without a value it is on. */
static enum answer answer_of(const char *value)
{
	if (*value == '\0' || strchr("yYtT1", *value) || text_equal(value, "on"))
		return ANSWER_YES;
	return strchr("nNfF0", *value) || text_equal(value, "off") ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* It can be switched on, never off. Modules are checked wherever there is such a switch. */
static void read_sig_enforce(int root_fd, struct enforcement *ret)
{
	auto_free char *word = read_word(root_fd, "sys/module/module/parameters/sig_enforce");

	if (!word)
		return;
	ret->checks = ANSWER_YES;
	ret->sig_enforce = *word ? answer_of(word) : ANSWER_UNKNOWN;
}

static void take_word(struct enforcement *ret, const char *word)
{
	static const char enforce[] = "module.sig_enforce", lockdown[] = "lockdown=";
	static const char unsupported[] = "unsupported=";
	size_t length = strlen(enforce);

	if (text_starts(word, enforce) && (word[length] == '\0' || word[length] == '=') &&
	    answer_of(word + length + (word[length] == '=')) == ANSWER_YES &&
	    ret->checks != ANSWER_NO && ret->sig_enforce == ANSWER_UNKNOWN)
		ret->sig_enforce = ANSWER_YES;
	if (text_starts(word, lockdown) && ret->lockdown == LOCKDOWN_UNKNOWN)
		ret->lockdown = lockdown_of(word + strlen(lockdown));
	if (text_starts(word, unsupported) && ret->kernel_refuses == ANSWER_UNKNOWN)
		ret->kernel_refuses =
			text_equal(word + strlen(unsupported), "0") ? ANSWER_YES : ANSWER_NO;
}

/* For what nothing else tells: early on, securityfs is not mounted yet. */
static void read_command_line(int root_fd, struct enforcement *ret)
{
	auto_bytes struct bytes line = { 0 };
	char *rest, *word;

	if (file_read_in_root(root_fd, "proc/cmdline", KERNEL_TEXT_SIZE_MAX, &line) < 0)
		return;
	rest = (char *)line.data;
	while ((word = strsep(&rest, " \t\n\"")))
		take_word(ret, word);
}

/* Attributes in 4 bytes, then the value (UEFI 2.10, 3.3). */
static void read_secure_boot(int root_fd, struct enforcement *ret)
{
	static const char path[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	auto_bytes struct bytes file = { 0 };

	if (file_read_in_root(root_fd, path, KERNEL_TEXT_SIZE_MAX, &file) == 0 && file.size == 5)
		ret->secure_boot = file.data[4] == 1 ? ANSWER_YES : ANSWER_NO;
}

/* SLE: 0 refuses, 1 warns, 2 says nothing (kernel-source: README.SUSE). */
static void read_unsupported(int root_fd, struct enforcement *ret)
{
	auto_free char *word = read_word(root_fd, "proc/sys/kernel/unsupported");

	if (!word)
		return;
	ret->tells_supported = ANSWER_YES;
	ret->kernel_refuses = text_equal(word, "0") ? ANSWER_YES : ANSWER_NO;
}

static void read_running(int root_fd, struct enforcement *ret)
{
	read_sig_enforce(root_fd, ret);
	read_lockdown(root_fd, ret);
	read_unsupported(root_fd, ret);
	read_command_line(root_fd, ret);
	read_secure_boot(root_fd, ret);
}

static enum answer ask_config(const struct bytes *config, const char *option)
{
	return config_has(config, option) ? ANSWER_YES : ANSWER_NO;
}

static void read_config(const struct bytes *config, struct enforcement *ret)
{
	ret->checks = ask_config(config, "CONFIG_MODULE_SIG");
	ret->tells_supported = ask_config(config, "CONFIG_SUSE_KERNEL_SUPPORTED");
	if (config_has(config, "CONFIG_MODULE_SIG_FORCE"))
		ret->sig_enforce = ANSWER_YES;
	if (ret->checks == ANSWER_NO)
		ret->sig_enforce = ANSWER_NO;
	if (!config_has(config, "CONFIG_SECURITY_LOCKDOWN_LSM"))
		ret->lockdown = LOCKDOWN_NONE;
}

/*
 * "allow_unsupported_modules 0|1": SUSE's modprobe alone knows it, so that who sets it has that
 * (suse-module-tools: 10-unsupported-modules.conf). That "yes" and "no" do as well, and that the
 * last line counts, is from memory of SUSE's patches to kmod, and was not tried.
 */
static int take_line(void *context, const char *line)
{
	static const char command[] = "allow_unsupported_modules";
	struct enforcement *ret = context;
	auto_free char *value = NULL;

	line += strspn(line, blanks);
	if (!text_starts(line, command) || !line[strlen(command)] ||
	    !strchr(blanks, line[strlen(command)]))
		return 0;
	line += strlen(command);
	line += strspn(line, blanks);
	value = strndup(line, strcspn(line, blanks));
	if (!value)
		return -ENOMEM;
	if (text_equal(value, "0") || text_equal(value, "no"))
		ret->modprobe_refuses = ANSWER_YES;
	else if (text_equal(value, "1") || text_equal(value, "yes"))
		ret->modprobe_refuses = ANSWER_NO;
	return 0;
}

int enforcement_find(int root_fd, const char *release, bool running, struct enforcement *ret)
{
	struct enforcement found = { 0 };
	auto_bytes struct bytes config = { 0 };
	int r = config_find(root_fd, release, running, &config);

	if (r == 0)
		read_config(&config, &found);
	if (r == -ENOMEM)
		return r;
	if (running)
		read_running(root_fd, &found);
	r = modprobe_each_line(root_fd, take_line, &found);
	if (r < 0)
		return r;
	*ret = found;
	return 0;
}

enum answer enforcement_asks_signature(const struct enforcement *enforcement)
{
	if (enforcement->checks == ANSWER_NO)
		return ANSWER_NO;
	if (enforcement->sig_enforce == ANSWER_YES || enforcement->lockdown >= LOCKDOWN_INTEGRITY)
		return ANSWER_YES;
	return enforcement->sig_enforce == ANSWER_NO && enforcement->lockdown == LOCKDOWN_NONE
		       ? ANSWER_NO
		       : ANSWER_UNKNOWN;
}

enum answer enforcement_asks_support(const struct enforcement *enforcement)
{
	if (enforcement->tells_supported == ANSWER_NO)
		return ANSWER_NO;
	if (enforcement->modprobe_refuses != ANSWER_YES &&
	    enforcement->kernel_refuses != ANSWER_YES)
		return ANSWER_NO;
	return enforcement->tells_supported;
}

bool enforcement_is_supported(const char *supported)
{
	return text_equal(supported, "yes") || text_equal(supported, "external");
}
